"""Attention found in the graph of any run: a softmax whose result is multiplied by values."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from glassformer.inspection.findings import Finding, Findings, attention, flat, where
from glassformer.inspection.located import computed_by
from glassformer.inspection.tape import Entry, Tape

KEEPS = frozenset({"dropout", "masked_fill", "to", "type_as", "float", "nan_to_num", "mul", ""})
HIDDEN = -9e3  # scores below are masks': -inf, -1e9, the least number of a format, -1e4


def mixing(tape: Tape) -> Iterator[tuple[Entry, Entry, int]]:
    """Each softmax that weighs values: its entry, that of the weights in the shape in which they
    are multiplied, and the axis of it over which is summed."""
    home = {id(entry): number for number, entry in enumerate(tape)}
    softmax: dict[int, Entry] = {}  # of an entry that is a softmax still, which
    for entry in tape:
        sources = entry.inputs
        if entry.operator in ("softmax", "_softmax"):
            softmax[home[id(entry)]] = entry
        elif sources and sources[0].entry in softmax and entry.operator in KEEPS:
            softmax[home[id(entry)]] = softmax[sources[0].entry]
        elif entry.operator in ("matmul", "bmm", "einsum") and len(sources) == 2:
            for place, source in enumerate(sources):
                axis = summed_axis(tape, entry, place)
                if source.entry in softmax and axis is not None:
                    yield softmax[source.entry], tape.entries[source.entry], axis


def summed_axis(tape: Tape, entry: Entry, place: int) -> int | None:
    """The axis of an operand of a product, as the entry that it is has it, over which is summed;
    None where it cannot be told."""
    source = entry.inputs[place]
    value = tape.entries[source.entry].value
    arranged = tape.argument(source)
    if entry.operator == "einsum":
        sides = str(entry.constants[0][0]).replace(" ", "").split("->")
        terms = sides[0].split(",")
        gone = [c for c in terms[place] if len(sides) > 1 and c not in sides[1]]
        axis = terms[place].index(gone[0]) if len(gone) == 1 else None
    else:
        axis = arranged.dim() - 1 if place == 0 else None
    if axis is None or not source.through:
        return axis
    # Numbers that only grow along one axis show where the arranging took it.
    for own in range(value.dim()):
        shape = [1] * value.dim()
        shape[own] = value.size(own)
        marks = torch.arange(value.size(own)).view(shape).expand(value.shape).float()
        moved = follow(tape, entry, place, marks)
        ramp = torch.arange(moved.size(axis)).view([-1 if i == axis else 1 for i in range(
            moved.dim())]).expand(moved.shape)  # fmt: skip
        if torch.equal(moved, ramp.float()) and value.size(own) > 1:
            return own
    return None


def follow(tape: Tape, entry: Entry, place: int, marks: Tensor) -> Tensor:
    """Marks in the place of an entry's value, arranged as an operator took that."""
    other = Tape()
    source = entry.inputs[place]
    other.entries = [Entry("marks", marks)]
    return other.argument(type(source)(0, source.through))


def weights_of(tape: Tape) -> Iterator[tuple[Entry, int]]:
    """All attention after its softmax, and the axis of its keys: where a tap says so, and where
    the graph does. Weights of which some were dropped are told by what they were before."""
    seen = set()
    for entry in attention(tape):
        seen.add(id(entry))
        yield entry, entry.axes.split().index("key")
    for softmax, weights, axis in mixing(tape):
        found = softmax if weights.operator in ("dropout", "mul") else weights
        if not {id(softmax), id(found)} & seen:
            seen.add(id(found))
            yield found, axis


def rows(tape: Tape) -> Findings:
    """Attention rows that do not sum to 1. One that may look nowhere has no attention at all."""
    count = 0
    found = []
    for entry, axis in weights_of(tape):
        sums = entry.value.float().sum(axis)
        off = (sums - 1).abs()
        off[(entry.value == 0).all(axis)] = 0.0  # the padding's own rows
        count += off.numel()
        # Narrow numbers have few digits.
        if not bool((off <= (1e-4 if entry.value.dtype == torch.float32 else 2e-2)).all()):
            worst = int(off.nan_to_num(math.inf).argmax())
            index = [int(i) for i in torch.unravel_index(torch.tensor(worst), sums.shape)]
            place = flat(entry, [*index[:axis], 0, *index[axis:]])
            found.append(Finding(
                "rows", False,
                f"A row of attention sums to {float(sums.flatten()[worst]):.4g} over its keys and "
                f"not to 1: {computed_by(tape, entry, place)}.",
                (entry.path,), place, by=float(off.max()), file=entry.file, line=entry.line,
            ))  # fmt: skip
    yield from found
    if count and not found:
        yield Finding("rows", True, f"All {count:,} rows of attention sum to 1.")


def blind(tape: Tape, real: dict[int, Tensor]) -> Findings:
    """Rows of scores whose keys are all masked, of positions that are no padding.

    ``real`` has for a number of positions which are [batch, position], where there is padding.
    """
    seen = False
    for entry in tape:
        if entry.operator not in ("softmax", "_softmax") or entry.value.dim() < 3:
            continue
        seen = True
        scores = tape.argument(entry.inputs[0])
        dark = (scores <= HIDDEN).all(-1)
        dark |= scores.isnan().all(-1)
        queries = scores.size(-2)
        if queries in real and dark.size(0) % len(real[queries]) == 0:
            kept = real[queries].repeat_interleave(dark.size(0) // len(real[queries]), 0)
            dark &= kept.view(dark.size(0), *[1] * (dark.dim() - 2), queries)
        if dark.any():
            place = int(dark.flatten().int().argmax()) * scores.size(-1)
            shown = where(entry, place).rpartition(", ")[0] or "its only row"
            yield Finding(
                "masked", False,
                f"All keys of a row of attention are masked: {int(dark.sum()):,} rows of "
                f"{entry.path}, the first at {shown}. What it attends to is not defined: "
                f"{computed_by(tape, entry, None)}.", (entry.path,), place,
                positions=tuple(dark.flatten(0, -2).any(0).nonzero().flatten().tolist()),
                file=entry.file, line=entry.line,
            )  # fmt: skip
            return
    if seen:
        yield Finding("masked", True, "Every row of attention has a key that it may look at.")
