"""A chapter of the book: Markdown with blocks that are cut, run, drawn or set as formulas.

    ```code numerics/attention.py attend_by_steps     lines of the source, by name
    ```math                                           a formula, as MathML
    ```python                                         run; what it says stands below
    ```figure a caption                               run; its last line is a picture

``$…$`` in a line of text is a formula too.
"""

from __future__ import annotations

import html
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert

from book.blocks import Block, blocks_of
from book.cutting import NoSuchNameError, cut
from book.running import new_names, run_python

INLINE = re.compile(r"(?<![\\$`\w])\$([^$`\n]+)\$(?![\w$])")
CODE_SPANS = re.compile(r"(`[^`\n]*`)")


def weave(page: Path, text: str, pictures: Path) -> str:
    """The chapter as plain Markdown; its pictures are written into a folder beside the pages.

    Raises:
        PageError: a name is unknown, or a block fails.
    """
    names, parts, at = new_names(page), [], 0
    for block in blocks_of(page, text):
        parts += [formulas(text[at : block.start]), woven(block, names, pictures)]
        at = block.end
    return "".join([*parts, formulas(text[at:])])


def woven(block: Block, names: dict[str, Any], pictures: Path) -> str:
    """What a block becomes."""
    if block.language == "code":
        return shown_source(block)
    if block.language == "math":
        return f'<div class="formula">{mathml(block.body, "block")}</div>\n'
    if block.reason is None and block.language == "python":
        printed, value = run_python(block, names)
        said = printed + ("" if value is None else f"{value!r}\n")
        return fenced("python", block.body) + (fenced("text", said, "output") if said else "")
    if block.language == "figure":
        return drawn(block, names, pictures)
    return fenced(block.language or "text", block.body)


def fenced(language: str, body: str, kind: str = "") -> str:
    """A block of code."""
    named = f":class: {kind}\n" if kind else ""
    return f"````{{code-block}} {language}\n{named}\n{body.rstrip()}\n````\n"


def shown_source(block: Block) -> str:
    """Lines of the source, with where they stand."""
    file, _, name = block.rest.partition(" ")
    try:
        lines, first = cut(file, name.strip())
    except NoSuchNameError as error:
        raise block.error(str(error)) from error
    return (
        f"````{{code-block}} python\n:caption: src/glassformer/{file}, line {first}\n"
        f":class: ours\n\n{lines}\n````\n"
    )


def drawn(block: Block, names: dict[str, Any], pictures: Path) -> str:
    """The picture that a block makes, and its caption."""
    from matplotlib import rc_context

    from glassformer.paper.pens import STYLE

    with rc_context(STYLE):
        _, figure = run_python(block, names)
        if not hasattr(figure, "savefig"):
            raise block.error("the last line of a figure must be a picture (matplotlib's Figure)")
        file = io.StringIO()
        figure.savefig(file, format="svg", bbox_inches="tight", pad_inches=0.08,
                       metadata={"Date": None})  # fmt: skip
    name = f"{block.page.stem}-{block.line}.svg"
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / name).write_text(file.getvalue(), encoding="utf-8")
    wide = ":figclass: wide\n" if figure.get_figwidth() > 6 else ""  # it scrolls on a phone
    head = f"```{{figure}} {pictures.name}/{name}\n:alt: {block.rest}\n{wide}"
    return f"{head}\n{block.rest}\n```\n"


def formulas(text: str) -> str:
    """The formulas in lines of text, but not in code."""
    parts = CODE_SPANS.split(text)
    parts[::2] = [INLINE.sub(lambda found: mathml(found[1], "inline"), one) for one in parts[::2]]
    return "".join(parts)


@cache
def mathml(tex: str, display: str) -> str:
    """A formula as MathML, its source for whoever reads it aloud."""
    made = convert(" ".join(tex.split()), display=display)
    return made.replace("<math ", f'<math aria-label="{html.escape(tex.strip())}" ', 1)
