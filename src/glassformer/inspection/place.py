"""Which line of whose code is at work: torch's own and a recording's are passed over."""

from __future__ import annotations

import inspect
import linecache
import sys
from pathlib import Path
from types import FrameType

import torch

HERE = Path(__file__).parent
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
