"""The lines of code that a run executed: a model as one page of code."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

Line = tuple[str, int]  # file and number


@contextmanager
def following(folders: Sequence[Path]) -> Iterator[list[Line]]:
    """Note every line of code below these folders that this thread executes inside the block, each
    once, in the order in which they first ran. A function's first line counts when it is called."""
    roots = tuple(f"{folder}/" for folder in folders)
    seen: dict[Line, None] = {}
    found: list[Line] = []

    def follow(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(roots):
            return None
        seen.setdefault((frame.f_code.co_filename, frame.f_lineno))
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        yield found
    finally:
        sys.settrace(before)
        found += seen


@dataclass(frozen=True)
class Part:
    """The lines of one function that ran: ``name`` is Class.function, ``lines`` number and text."""

    file: str
    name: str
    lines: tuple[tuple[int, str], ...]


def parts_of(lines: Sequence[Line]) -> list[Part]:
    """The lines that ran as whole statements, function by function, each at its first call."""
    ran: dict[tuple[str, str], set[int]] = {}
    for file, number in lines:
        name, span = statements(file).get(number, ("", range(number, number + 1)))
        ran.setdefault((file, name), set()).update(span)
    return [
        Part(file, name, tuple((number, source(file)[number - 1]) for number in sorted(numbers)))
        for (file, name), numbers in ran.items()
    ]


@cache
def source(file: str) -> list[str]:
    """The lines of a file."""
    return Path(file).read_text(encoding="utf-8").split("\n")


@cache
def statements(file: str) -> dict[int, tuple[str, range]]:
    """For each line of a file its function and the lines of its statement; of one that holds
    others (a loop, a condition, a function) those of its head."""
    found: dict[int, tuple[str, range]] = {}

    def walk(node: ast.AST, name: str) -> None:
        inner = name
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{node.name}".lstrip(".")
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            span = range(node.lineno, max(end, node.lineno) + 1)
            found.update((number, (inner, span)) for number in span)
        for child in ast.iter_child_nodes(node):
            walk(child, inner)

    walk(ast.parse("\n".join(source(file))), "")
    return found
