"""What a check of a recording says, and how places are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from glassformer.inspection.tape import Entry, Tape


@dataclass(frozen=True)
class Finding:
    """What a check says. ``place`` is the flat index of the worst, or first, cell of the first
    path; None where all is well or no cell is to blame. ``positions`` of the result are wrong, by
    up to ``by``; ``file`` and ``line`` computed the first value that is."""

    check: str
    ok: bool
    sentence: str
    paths: tuple[str, ...] = ()
    place: int | None = None
    positions: tuple[int, ...] = ()
    by: float | None = None
    file: str = ""
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        found = asdict(self)
        place, by = found.pop("place"), found.pop("by")
        found["by"] = by if by is None or isfinite(by) else None
        cell = None if place is None else {"path": self.paths[0], "flat": place}
        lists = {"paths": list(self.paths), "positions": list(self.positions)}
        return found | lists | {"cell": cell}


Findings = Iterator[Finding]


def attention(tape: Tape) -> Iterator[Entry]:
    """All attention after the softmax."""
    for entry in tape:
        if entry.tapped and last_of(entry) == "weights" and "key" in entry.axes.split():
            yield entry


def last_of(entry: Entry) -> str:
    """The word that a tap gave, without part and step."""
    return entry.path.partition("@")[0].rpartition(".")[2]


def part_of(entry: Entry) -> str:
    """The part that an entry stands in."""
    return entry.path.rpartition(".")[0] or "the model"


def first(bad: Tensor) -> int:
    """The flat index of the first True."""
    return int(bad.flatten().int().argmax())


def flat(entry: Entry, index: list[int]) -> int:
    """The flat index of a place."""
    place = 0
    for i, size in zip(index, entry.shape, strict=True):
        place = place * size + i
    return place


def where(entry: Entry, place: int) -> str:
    """A place in words: "head 1, query 3, key 4", counted from 0 as in the model's own indices."""
    index = torch.unravel_index(torch.tensor(place), entry.shape)
    axes = entry.axes.split() or [f"axis {n}" for n in range(len(entry.shape))]
    named = [f"{axis} {int(i)}" for axis, i in zip(axes, index, strict=True) if axis != "batch"]
    return ", ".join(named) or "its only place"
