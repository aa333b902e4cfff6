"""The learner's file or notebook as a program: read, compiled and run, its lines known by name."""

from __future__ import annotations

import json
import linecache
import sys
import traceback
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASKED = "from glassformer.learn import check"  # a notebook's last cell: no part of the lesson


class UnreadableError(Exception):
    """A file that is no program; the message says where and why."""


@dataclass(frozen=True)
class Program:
    """The units of a file: what each is called in a traceback, and its source. A notebook has one
    for each cell."""

    units: Mapping[str, str]

    @classmethod
    def read(cls, file: Path) -> Program:
        """The program in a file.

        Raises:
            UnreadableError: it is none.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableError(
                f"{file.name} is not UTF-8: {error.reason} at byte {error.start}"
            ) from None
        program = cls({str(file): text} if file.suffix == ".py" else code_cells(file, text))
        for name, source in program.units.items():
            compiled(name, source)
        return program

    def run(self, name: str) -> types.ModuleType:
        """Run it as a module of this name, under which ``__main__`` blocks stay asleep."""
        module = sys.modules[name] = types.ModuleType(name)
        for unit, source in self.units.items():
            lines = source.splitlines(keepends=True)
            linecache.cache[unit] = len(source), None, lines, unit
            exec(compiled(unit, source), module.__dict__)
        return module

    @property
    def files(self) -> list[str]:
        """The names of its units, without folder."""
        return [Path(name).name for name in self.units]

    def place(self, error: BaseException) -> str:
        """Where in it an error came up: the innermost of its lines. "" if in none."""
        frames = traceback.extract_tb(error.__traceback__)
        for frame in reversed(frames):
            if frame.filename in self.units:
                return line_said(frame.filename, frame.lineno or 0)
        return ""


def line_said(file: str, line: int) -> str:
    """ "lesson_04_attention.py, line 31: `scores = …`"."""
    code = linecache.getline(file, line).strip()
    return f"{Path(file).name}, line {line}" + (f": `{code}`" if code else "")


def compiled(name: str, source: str) -> types.CodeType:
    """The code of a unit.

    Raises:
        UnreadableError: it is not Python.
    """
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        code = (error.text or "").strip()
        where = f"{Path(name).name}, line {error.lineno}" + (f": `{code}`" if code else "")
        raise UnreadableError(f"{where} is not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"{Path(name).name} is not Python: {error}") from None


def code_cells(file: Path, text: str) -> dict[str, str]:
    """The code cells of a notebook, but for the one that asks for the check."""
    try:
        found = json.loads(text)["cells"]
        sources = [
            (number, "".join(cell["source"])) for number, cell in enumerate(found, 1)
            if cell["cell_type"] == "code"
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise UnreadableError(f"{file.name} is no notebook") from None
    return {
        str(file.with_name(f"{file.name}, cell {number}")): without_magic(source)
        for number, source in sources
        if not source.startswith(ASKED)
    }


def without_magic(source: str) -> str:
    """A cell without IPython's own lines, which are no Python; all others keep their number."""
    lines = ("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    return "\n".join(lines)


def loaded(file: Path) -> dict[str, Any]:
    """What a file defines."""
    return vars(Program.read(file).run(file.stem))
