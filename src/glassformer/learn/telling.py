"""What a wrong result says about itself where none of the usual mistakes gives it, and where in the
learner's code it comes up."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import GlassformerError
from glassformer.inspection.compare import compare_modules
from glassformer.inspection.explain import explanation
from glassformer.inspection.matching import apart
from glassformer.learn.exam import Case, Parts, Recorded, UnfitError
from glassformer.learn.program import Program


@dataclass(frozen=True)
class Raised:
    """An error that came up in the learner's code. ``final``: its sentence says all there is."""

    kind: str
    message: str
    says: str
    place: str = ""
    final: bool = False

    @classmethod
    def of(cls, error: Exception, program: Program | None) -> Raised:
        """An error in the learner's words."""
        kind, place = type(error).__name__, program.place(error) if program else ""
        if isinstance(error, UnfitError):
            return cls(kind, str(error), str(error), final=True)
        if isinstance(error, NotImplementedError):
            return cls(kind, "", "this is not written yet", place, final=True)
        message = str(error).partition("\n")[0]
        return cls(kind, message, f"{kind}: {message}" if message else kind, place)

    def same(self, other: Raised) -> bool:
        """Whether two errors have the same cause, as far as they say."""
        return (self.kind, self.message) == (other.kind, other.message)


def unlike(got: Any, want: Any, case: Case, sizes: Mapping[str, int]) -> list[str]:
    """What is wrong with a result, from its kind to its numbers."""
    if isinstance(got, Raised) and got.final:
        return [got.says]
    if isinstance(got, Raised):
        given = ", ".join(shape_said(one.shape, sizes) for one in case.given)
        return [got.says, *([f"it was given {given}"] if given else [])]
    if got is None:
        return ["it gives None: is the `return` missing?"]
    if not isinstance(got, Tensor) or not isinstance(want, Tensor):
        if type(got) is not type(want):
            return [f"it gives a {type(got).__name__}, and a {type(want).__name__} is wanted"]
        return [f"it gives {short(got)}, and {short(want)} is wanted"]
    if got.shape != want.shape:
        return [misshapen(got, want, case, sizes)]
    if (got.dtype == torch.bool) != (want.dtype == torch.bool) or (
        got.is_floating_point() != want.is_floating_point()
    ):
        return [f"its numbers are {plain(got)}, and {plain(want)} is wanted"]
    return [misvalued(got, want)]


def short(value: Any) -> str:
    """A plain value, cut where it is long."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 100 else f"{text[:97]}…"


def plain(value: Tensor) -> str:
    """What a tensor's numbers are."""
    return str(value.dtype).removeprefix("torch.")


def shape_said(shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    """ "[batch 2, head 3, query 5]": every size with what it must be."""
    said = [f"{word} {size}" if (word := word_of(size, sizes)) else str(size) for size in shape]
    return f"[{', '.join(said)}]"


def word_of(size: int, sizes: Mapping[str, int]) -> str:
    """What has this size, or two of which it is the product."""
    for word, own in sizes.items():
        if own == size:
            return word
    for one, other in permutations(sizes, 2):
        if sizes[one] * sizes[other] == size:
            return f"{one}·{other}"
    return ""


def misshapen(got: Tensor, want: Tensor, case: Case, sizes: Mapping[str, int]) -> str:
    """A shape that is not the wanted one; whether its axes only stand in another order."""
    said = (
        f"the result has the shape {shape_said(got.shape, sizes)}, and "
        f"[{', '.join(f'{w} {s}' for w, s in zip(case.axes.split(), want.shape, strict=False))}] "
        "is wanted"
    )
    if sorted(got.shape) == sorted(want.shape):
        return f"{said}: the axes stand in another order"
    return said


def misvalued(got: Tensor, want: Tensor) -> str:
    """Numbers that are not the wanted ones."""
    if got.dtype == torch.bool:
        off = got != want
        what = "True" if bool(got[off].all()) else "False" if not bool(got[off].any()) else "wrong"
        first = [int(i) for i in off.nonzero()[0]]
        return (
            f"{int(off.sum())} of {off.numel()} places are {what} and should not be, {first} first"
        )
    if bool(got.float().isnan().any()) and not bool(want.float().isnan().any()):
        return "there is NaN in the result: 0/0, ∞ − ∞, or a softmax of nothing but −∞"
    how = explanation(got.float(), want.float())
    if how:
        return yours(how)
    off = apart(got, want)
    place = [int(i) for i in torch.unravel_index(off.argmax(), off.shape)]
    here, there = (float(one[tuple(place)]) for one in (got, want))
    off_by = f"it gives {here:.5g}, and {there:.5g} is wanted"
    if not place:
        return f"the shape is right, the number is not: {off_by}"
    return f"the shape is right, the numbers are not: at {place} {off_by}"


def yours(how: str) -> str:
    """What ``inspection.explain`` says of mine and ours, said to the learner."""
    return re.sub(r"\bmine\b", "yours", how)


def where(case: Case, parts: Parts, got: Any, program: Program | None) -> tuple[str, str]:
    """The learner's line where it begins to go wrong, and what explains it there: where an error
    came up, or the first value that differs from our run's. Empty where they cannot be told."""
    if isinstance(got, Raised):
        return got.place, ""
    if program is None or not isinstance(got, Tensor) or not got.is_floating_point():
        return "", ""
    mine, ours = Recorded(lambda: case.run(parts)), Recorded(case.ours)
    try:
        with warnings.catch_warnings(action="ignore"):  # of correlations of a single number
            found = compare_modules(mine, ours, (), {})
    except (GlassformerError, RuntimeError, ValueError, IndexError):
        return "", ""
    line = re.search(r"\((.*)\)$", found.lines[0], re.DOTALL) if found.lines else None
    if line is None or not any(name in line[1] for name in program.files):
        return "", ""
    how = f"there, what explains it is {yours(found.how)}" if found.how else ""
    return f"The first value that differs: {line[1]}", how
