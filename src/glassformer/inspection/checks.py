"""Checks of a recording, and of the model behind it, that say in a sentence what is wrong.

for finding in check(tape, model):
    print(finding.sentence)
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from glassformer.inspection import attending
from glassformer.inspection.findings import (
    Finding,
    Findings,
    first,
    flat,
    last_of,
    part_of,
    where,
)
from glassformer.inspection.leaks import causality, padding
from glassformer.inspection.tape import Entry, Tape

EXPLODING = 30.0  # times by which a residual stream may grow in one layer
UNIFORM = 0.01  # how near, relative to its mean, all attention of a uniform head is to it
EMBEDDINGS = ("source_embedding.tokens.weight", "target_embedding.tokens.weight")


def check(tape: Tape, model: nn.Module | None = None) -> list[Finding]:
    """What every check says: its faults, or that all is well; nothing where it does not apply."""
    return [finding for one in CHECKS for finding in one(tape, model)]


def numbers(tape: Tape, model: nn.Module | None) -> Findings:
    """The first NaN or infinity. A masked score is -inf by right."""
    for entry in tape:
        if not entry.value.is_floating_point():
            continue
        bad = ~entry.value.isfinite()
        if not bad.any():  # most often
            continue
        hides = entry.operator.startswith("masked_fill") or last_of(entry) == "masked"
        if hides or is_mask(entry):
            bad &= ~entry.value.isneginf()
        if bad.any():
            place = first(bad)
            what = "NaN" if entry.value.flatten()[place].isnan() else "infinity"
            count = int(bad.sum())
            yield Finding(
                "numbers", False,
                f"The first {what} is in {entry.path}, at {where(entry, place)}; {count:,} of its "
                f"{entry.value.numel():,} numbers are none. All that follows may come from it.",
                (entry.path,), place,
            )  # fmt: skip
            return
    yield Finding("numbers", True, "No number is NaN or infinite.")


def is_mask(entry: Entry) -> bool:
    """Whether it holds nothing but 0 and -inf, to be added to scores."""
    return entry.kind != "parameter" and bool(((entry.value == 0) | entry.value.isneginf()).all())


def rows(tape: Tape, model: nn.Module | None) -> Findings:
    """See ``attending.rows``."""
    yield from attending.rows(tape)


def heads(tape: Tape, model: nn.Module | None) -> Findings:
    """Heads that give nothing, and heads that look at all alike."""
    found, count = [], 0
    for entry in tape:
        if not entry.tapped or "head" not in entry.axes.split() or entry.step:
            continue
        value = entry.value.float()
        if last_of(entry) == "mixed":
            sizes = value.abs().amax((0, 2, 3))
            for head in torch.nonzero(sizes <= 1e-6 * sizes.max()).flatten().tolist():
                found.append(about_head(entry, head, "gives nothing: all of its output is 0"))
        elif last_of(entry) == "weights" and "key" in entry.axes.split():
            count += value.size(1)
            allowed = (value > 0).sum(-1, keepdim=True)
            off = torch.where(value > 0, (value * allowed - 1).abs(), 0.0)
            plain = (off.amax((0, 2, 3)) < UNIFORM) & bool((allowed > 1).any())
            for head in torch.nonzero(plain).flatten().tolist():
                found.append(about_head(entry, head, "attends to all positions alike"))
    yield from found
    if count and not found:
        yield Finding("heads", True, f"All {count} heads differ in what they look at.")


def about_head(entry: Entry, head: int, says: str) -> Finding:
    """A finding about a head of an entry; people count heads from 1."""
    place = flat(entry, [0, head, 0, 0])
    return Finding(
        "heads", False, f"Head {head + 1} of {part_of(entry)} {says}.", (entry.path,), place
    )


def norms(tape: Tape, model: nn.Module | None) -> Findings:
    """A residual stream that grows too fast."""
    before: dict[str, tuple[Entry, float]] = {}
    for entry in tape:
        if last_of(entry) not in ("placed", "added") or entry.step or not entry.tapped:
            continue
        sizes = entry.value.float().norm(dim=-1)
        size = float(sizes.max())
        stream = "encoder" if entry.path.startswith(("encoder", "source")) else "decoder"
        if stream in before and size > EXPLODING * before[stream][1]:
            earlier, small = before[stream]
            place = int(sizes.argmax()) * entry.value.size(-1)
            yield Finding(
                "norms", False,
                f"The residual stream grows from a length of {small:.3g} in {earlier.path} to "
                f"{size:.3g} in {entry.path}: more than {EXPLODING:g} times in one step.",
                (entry.path, earlier.path), place,
            )  # fmt: skip
            return
        before[stream] = entry, size
    if before:
        yield Finding("norms", True, "The residual stream keeps its measure from layer to layer.")


def tied(tape: Tape, model: nn.Module | None) -> Findings:
    """Matrices that the config says are one, and are not."""
    tie = getattr(getattr(model, "config", None), "tie", "none")
    if model is None or tie == "none":
        return
    parameters = dict(model.named_parameters(remove_duplicate=False))
    names = [name for name in EMBEDDINGS if name in parameters]
    names = [*(names if tie == "all" else names[-1:]), "output_matrix"]
    for name in names[:-1]:
        one, other = parameters[name], parameters["output_matrix"]
        if one.data_ptr() != other.data_ptr():
            apart = float((one - other).abs().max())
            yield Finding(
                "tied", False,
                f"{name} and output_matrix should be one matrix (tie = {tie!r}) and are two, "
                f"which differ by up to {apart:.3g}.", (name, "output_matrix"),
            )  # fmt: skip
            return
    yield Finding("tied", True, f"{len(names)} matrices are one, as tie = {tie!r} says.")


CHECKS: tuple[Callable[[Tape, nn.Module | None], Findings], ...] = (
    numbers, rows, causality, padding, heads, norms, tied,
)  # fmt: skip
