"""Which line of whose code is at work: torch's own and a recording's are passed over."""

from __future__ import annotations

import inspect
import linecache
import sys
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Any

import torch

HERE = Path(__file__).parent
SOURCES = Path(str(resources.files("glassformer"))).parent
TORCH = str(Path(torch.__file__).parent)
SKIPPED = (TORCH, str(HERE), str(HERE.parent / "tap.py"), inspect.__file__, "<")
# Of torch's modules the one that is made of others, and reads like a model.
READ = str(Path(TORCH) / "nn" / "modules" / "transformer.py")
CALLS = str(HERE / "calls.py")  # from here on it is the caller's code, and no model's


def place() -> tuple[str, int]:
    """File and line of the code that runs; of a layer that nobody's code calls, the layer's own."""
    frame: FrameType | None = sys._getframe(1)
    layer = "", 0
    while frame is not None:
        file = frame.f_code.co_filename
        if file == READ or not file.startswith(SKIPPED):
            return file, frame.f_lineno
        if file == CALLS and layer[1]:
            return layer
        if "/torch/nn/modules/" in file and frame.f_code.co_name == "forward" and not layer[1]:
            layer = file, frame.f_lineno
        frame = frame.f_back
    return layer


def readable(file: str) -> str:
    """A file's place below site-packages or src, which is no machine's path."""
    for mark in ("/site-packages/", "/src/"):
        if mark in file:
            return file.rpartition(mark)[2]
    return Path(file).name


def line_of(file: str, line: int) -> str:
    """A line of code, without its indent; empty where it cannot be read."""
    return linecache.getline(file, line).strip()


def lines_around(file: str, line: int, ran: str) -> dict[str, Any]:
    """A line of code with those around it, of this package's own or, of a run in this program, of
    the file that ``ran``; else only the place."""
    found: list[str] = []
    own = SOURCES / file
    if file.startswith("glassformer/") and ".." not in file and own.is_file():
        found = own.read_text(encoding="utf-8").split("\n")
    elif ran:
        found = [text.rstrip("\n") for text in linecache.getlines(ran)]
    first = max(line - 4, 1)
    return {"file": file, "line": line, "first": first, "lines": found[first - 1 : line + 3]}
