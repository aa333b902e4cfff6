"""metrics.jsonl: a JSON object a line, appended while training; a kill may cut the last short."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassformer.runs.files import disk_errors, write_atomically

Row = dict[str, Any]


def append_row(path: Path, row: Mapping[str, Any]) -> None:
    """Add a row; a number that is not finite, which JSON lacks, is written as text."""
    plain = {
        key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    with disk_errors(path), path.open("ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # never write on to a line that was cut short
                line = b"\n" + line
        file.write(line)


def read_rows(path: Path) -> tuple[list[Row], list[int]]:
    """All rows in order, and the numbers of the lines that hold none (empty ones aside)."""
    rows, broken = [], []
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        row = parse(line)
        if row is not None:
            rows.append(row)
        elif line.strip():
            broken.append(number)
    return rows, broken


def parse(line: bytes) -> Row | None:
    """The row of this line; None if it is no JSON object with a whole number as its step."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and type(row.get("step", 0)) is int else None


def drop_rows_after(path: Path, step: int) -> None:
    """Rewrite the file, whole or not at all, with the rows up to this step."""
    if path.is_file():
        kept = [row for row in read_rows(path)[0] if row.get("step", 0) <= step]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
        write_atomically(path, text)
