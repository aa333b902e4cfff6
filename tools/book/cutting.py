"""Source cut out by name, so that what the book shows is what runs."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from textwrap import dedent

from book import ROOT
from glassformer.errors import nearest

SOURCE = ROOT / "src" / "glassformer"


class NoSuchNameError(Exception):
    """There is no such file, or no such name in it."""


@cache
def names_in(file: Path) -> dict[str, tuple[int, int]]:
    """Each function, class and method (Class.method) of a file: its first line and its last,
    decorators included."""
    found: dict[str, tuple[int, int]] = {}

    def walk(body: list[ast.stmt], before: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                found[before + node.name] = first, node.end_lineno or node.lineno
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{before}{node.name}.")

    walk(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return found


def cut(file: str, name: str) -> tuple[str, int]:
    """The lines of ``name`` in a file below src/glassformer, moved to the left edge, and the number
    of the first.

    Raises:
        NoSuchNameError: there is no such file, or no such name in it.
    """
    path = SOURCE / file
    if not path.is_file():
        raise NoSuchNameError(f"there is no file src/glassformer/{file}")
    names = names_in(path)
    if name not in names:
        raise NoSuchNameError(f"{file} has no {name!r}.{nearest(name, list(names))}")
    first, last = names[name]
    lines = path.read_text(encoding="utf-8").split("\n")[first - 1 : last]
    return dedent("\n".join(lines)), first
