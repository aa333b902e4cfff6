"""From a lesson's text to what the learner gets: the stub, or the solution, as a file or notebook.

The text is a Python file in cells (``# %%``), one of them prose. In a function that the learner is
to write, each step begins with ``# TODO`` and what it has to do; our lines stand below. The stub
keeps those comments, and the solution loses the word.
"""

from __future__ import annotations

import ast
import re

from glassformer.errors import MissingExtraError
from glassformer.learn.course import Lesson

OURS = re.compile(r"^from glassformer\.learn\.lessons\.\w+ import", re.MULTILINE)
YOURS = "from glassformer.learn.yours import"
TODO = "# TODO "
CELL = re.compile(r"^# %%(?: \[markdown\])?\n", re.MULTILINE)


def stub(lesson: Lesson) -> str:
    """The lesson as the learner begins it: steps to write, parts of earlier lessons the learner's
    own."""
    text = OURS.sub(YOURS, lesson.text)
    lines = text.split("\n")
    for function in reversed(functions(text)):
        first = function.body[1] if ast.get_docstring(function) else function.body[0]
        start, end = first.lineno - 1, function.end_lineno
        while lines[start - 1].lstrip().startswith("#"):  # comments are no part of the tree
            start -= 1
        kept = steps(lines[start:end])
        if kept:
            indent = " " * first.col_offset
            lines[start:end] = [
                *(indent + line for line in kept),
                f"{indent}raise NotImplementedError",
            ]
    return "\n".join(lines)


def functions(text: str) -> list[ast.FunctionDef]:
    """All functions of a text, methods too, in their order."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return sorted(found, key=lambda node: node.lineno)


def steps(lines: list[str]) -> list[str]:
    """The comments that say what is to be written, each with the lines that go on with it."""
    kept: list[str] = []
    inside = False
    for line in map(str.strip, lines):
        inside = line.startswith("#") and (inside or line.startswith(TODO))
        if inside:
            kept.append(line)
    return kept


def written(lesson: Lesson) -> str:
    """The lesson with our lines in it, on top of our own earlier lessons."""
    return lesson.text.replace(TODO, "# ")


def solution(lesson: Lesson) -> str:
    """The same as a learner's file: on top of the learner's own earlier lessons."""
    return OURS.sub(YOURS, written(lesson))


def answer(lesson: Lesson) -> str:
    """The functions and classes of the solution, without the lesson's prose."""
    found = [body for prose, body in cells(solution(lesson)) if not prose]
    return "\n\n\n".join(body for body in found if "__main__" not in body)


def cells(text: str) -> list[tuple[bool, str]]:
    """The cells of a text: whether each is prose, and what it says."""
    kinds = [mark.group() for mark in CELL.finditer(text)]
    bodies = [body.strip("\n") for body in CELL.split(text)[1:]]
    found = []
    for kind, body in zip(kinds, bodies, strict=True):
        prose = "[markdown]" in kind
        if prose:
            body = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.split("\n"))
        found.append((prose, body))
    return found


def notebook(lesson: Lesson, text: str) -> str:
    """A text as a notebook that ends by checking itself: the file's content.

    Raises:
        MissingExtraError: nbformat is not installed.
    """
    try:
        from nbformat import v4, writes
    except ImportError:
        raise MissingExtraError("nbformat", "notebook", "a lesson as a notebook") from None
    asked = f"from glassformer.learn import check\n\ncheck({lesson.number}, globals())"
    made = [*cells(text), (False, asked)]
    content = v4.new_notebook(metadata=KERNEL)
    for number, (prose, body) in enumerate(made):
        cell = v4.new_markdown_cell(body) if prose else v4.new_code_cell(body)
        cell["id"] = f"{lesson.name}-{number}"
        content["cells"].append(cell)
    return writes(content) + "\n"


KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
