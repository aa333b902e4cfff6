"""The fenced blocks of a Markdown page: where each stands, what it holds, whether it is to be run.

A comment before a fence says why it is not run: ``<!-- not run: needs a GPU -->``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

FENCE = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^\n]*?) -->\n+)?"
    r"^(?P<indent> *)(?P<ticks>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^ *(?P=ticks)[ ]*$",
    re.DOTALL | re.MULTILINE,
)
RUN = ("python", "sh", "figure")  # by the book, or by the tests
SHOWN = ("text", "toml", "markdown", "code", "math")  # what is no program


class PageError(Exception):
    """Something is wrong in a page: file, line, what to do."""


@dataclass(frozen=True)
class Block:
    """One fence: ``language`` and ``rest`` of its first line, its text, and where it stands.

    ``start`` and ``end`` are places in the page's text, the comment before it included.
    """

    page: Path
    line: int
    language: str
    rest: str
    body: str
    reason: str | None
    start: int
    end: int

    def error(self, text: str) -> PageError:
        """The error of this block."""
        return PageError(f"{self.page}:{self.line}: {text}")


def blocks_of(page: Path, text: str) -> list[Block]:
    """All fences of a page, in their order."""
    found = []
    for match in FENCE.finditer(text):
        language, _, rest = match["info"].strip().partition(" ")
        line = text.count("\n", 0, match.start("ticks")) + 1
        found.append(
            Block(page, line, language, rest.strip(), dedent(match["body"]), match["reason"],
                  match.start(), match.end())
        )  # fmt: skip
    return found
