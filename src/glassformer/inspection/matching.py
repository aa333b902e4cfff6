"""How the values of two runs belong together, when one run saw more, less or other than the other.

A value's axes are told apart by their sizes in the two runs, for any module: an axis as long as the
text is one of positions, one that is as many times as long as there are examples holds both.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod

import torch
from torch import Tensor

SAME = {torch.float32: 1e-4, torch.float64: 1e-6}  # relative to the largest: another order of sums
SAME_NARROW = 2e-2  # numbers of 16 bits

# An axis of two sizes -> for each run the axes it is made of, and which places of each are meant.
Cut = tuple[tuple[int, ...], tuple[slice, ...]]
Match = Callable[[int, int], tuple[Cut, Cut] | None]
WHOLE = slice(None)


def all_of(a: int, b: int) -> tuple[Cut, Cut] | None:
    """Two runs on the same: everything, where the sizes are one."""
    return (((a,), (WHOLE,)), ((b,), (WHOLE,))) if a == b else None


def before(end: int, length: int, batch: int) -> Match:
    """Two runs on texts of one length: the positions before ``end``."""

    def match(a: int, b: int) -> tuple[Cut, Cut] | None:
        if a == b == length:
            cut: Cut = (length,), (slice(end),)
        elif a == b == batch * length:
            cut = (batch, length), (WHOLE, slice(end))
        else:
            return all_of(a, b)
        return cut, cut

    return match


def unpadded(count: int, left: bool, length: int, batch: int) -> Match:
    """The second run has ``count`` positions more, on the left or right: all but those."""

    def match(a: int, b: int) -> tuple[Cut, Cut] | None:
        kept = slice(count, None) if left else slice(b - count)
        if b == a + count:
            return ((a,), (WHOLE,)), ((b,), (kept,))
        if a == batch * length and b == a + batch * count:
            kept = slice(count, None) if left else slice(length)
            return (
                ((batch, length), (WHOLE, WHOLE)),
                ((batch, length + count), (WHOLE, kept)),
            )
        return all_of(a, b)

    return match


def alone(row: int, batch: int) -> Match:
    """The second run has one example of the first's."""

    def match(a: int, b: int) -> tuple[Cut, Cut] | None:
        if a == batch * b:
            return ((batch, b), (slice(row, row + 1), WHOLE)), ((1, b), (WHOLE, WHOLE))
        return all_of(a, b)

    return match


def newest(place: int, length: int, batch: int) -> Match:
    """The second run sees the position ``place`` alone, and what came before from a cache."""

    def match(a: int, b: int) -> tuple[Cut, Cut] | None:
        here = slice(place, place + 1)
        if a == length and b == 1:
            return ((a,), (here,)), ((1,), (WHOLE,))
        if a == length and b == place + 1:
            return ((a,), (slice(b),)), ((b,), (WHOLE,))
        if a == batch * length and b == batch:
            return ((batch, length), (WHOLE, here)), ((batch, 1), (WHOLE, WHOLE))
        return all_of(a, b)

    return match


def matched(a: Tensor, b: Tensor, match: Match) -> tuple[Tensor, Tensor] | None:
    """The cells of two values that belong together, as two of one shape; None if none do."""
    if a.dim() != b.dim():
        return None
    cuts = [match(one, other) for one, other in zip(a.shape, b.shape, strict=True)]
    found = []
    for which, value in enumerate((a, b)):
        sizes: list[int] = []
        places: list[slice] = []
        for cut in cuts:
            if cut is None:
                return None
            sizes += cut[which][0]
            places += cut[which][1]
        part = value.reshape(sizes)[tuple(places)]
        found.append(part.reshape(merged(part, [len(cut[which][0]) for cut in cuts if cut])))
    return (found[0], found[1]) if found[0].shape == found[1].shape else None


def merged(part: Tensor, counts: list[int]) -> list[int]:
    """The sizes of a value's axes, of which so many each were one before."""
    sizes = iter(part.shape)
    return [prod(next(sizes) for _ in range(count)) for count in counts]


def apart(a: Tensor, b: Tensor) -> Tensor:
    """How far two values are apart, cell by cell: infinitely where one alone is no number."""
    a, b = a.float(), b.float()
    off = (a - b).abs()
    same = (a == b) | (a.isnan() & b.isnan())
    return torch.where(same, 0.0, off.nan_to_num(inf, inf))


def tolerance(value: Tensor) -> float:
    """By how much a value may move without anything being wrong."""
    finite = value[value.isfinite()]
    largest = float(finite.abs().max()) if finite.numel() else 0.0
    return SAME.get(value.dtype, SAME_NARROW) * max(largest, 1e-12)


def flat_places(value: Tensor, match: Match, other: Tensor) -> Tensor:
    """The flat places in ``value`` of the cells that ``matched`` gives of it."""
    places = torch.arange(value.numel()).reshape(value.shape)
    pair = matched(places, torch.empty(other.shape), match)
    assert pair is not None
    return pair[0].reshape(-1)
