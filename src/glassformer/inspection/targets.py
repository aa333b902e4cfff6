"""A target that is its own input: the model reads the very token that it is to predict there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from glassformer.inspection.findings import Finding, Findings
from glassformer.inspection.located import Lab, computed_by
from glassformer.inspection.matching import apart, tolerance
from glassformer.inspection.probes import Subject, Trouble, another, disagreement, run_of
from glassformer.inspection.tape import Entry, Tape

LOSSES = frozenset({"cross_entropy", "nll_loss", "cross_entropy_loss"})
SHIFT_IT = "the target is its own input. Shift it: position i predicts token i + 1."


def shift_of(tokens: Tensor, target: Tensor) -> int | None:
    """By how much the target is the tokens moved: target[i] = tokens[i + shift]; None if it is
    not, or if the tokens are too alike to tell."""
    if target.dim() != 2 or tokens.dim() != 2 or target.size(0) != tokens.size(0):
        return None
    for shift in (1, 0, -1):
        here = tokens[:, max(shift, 0) : tokens.size(1) + min(shift, 0)]
        there = target[:, max(-shift, 0) :][:, : here.size(1)]
        here = here[:, : there.size(1)]
        counts = there >= 0  # -100: not to be predicted
        if counts.sum() > 1 and bool((here == there)[counts].all()) and here.unique().numel() > 1:
            return shift
    return None


def unshifted(subject: Subject, lab: Lab) -> Iterator[Trouble]:
    """The ``target`` of each position of the result, which that position must not have read."""
    if subject.target is None or subject.causal is None:
        return
    call, name = subject.call, subject.causal
    tokens, axis = call.tensor(name), call.axis(name, "position")
    shift = shift_of(tokens, subject.target)
    if shift is None or shift > 0 or axis is None:
        return
    place = call.length(name) // 2
    row = place - shift
    changed = call.changed({name: another(tokens, axis, place)})

    def here(a: int, b: int) -> Any:
        at = slice(row, row + 1) if a == call.length(name) else slice(None)
        return (((a,), (at,)), ((b,), (at,))) if a == b else None

    found = disagreement(lab, run_of(call), run_of(changed), here)
    if found is not None:
        says = (
            f"The target at position {row} is the token at position {place} of {name!r}, and the "
            f"result there changes with that token: {SHIFT_IT}"
        )
        yield Trouble("target", says, (row,), found[1], run_of(call), run_of(changed), here)


def losses(subject: Subject, lab: Lab) -> Findings:
    """The same where the model measures its loss itself: an input that is the tokens themselves is
    changed with them, and the loss must not meet a target that the prediction has read."""
    if subject.causal is None:
        return
    call, name = subject.call, subject.causal
    tokens = call.tensor(name)
    for label, value in call.tensors.items():
        whole = not value.is_floating_point() and value.dim() == 2
        shift = shift_of(tokens, value) if whole and label != name else None
        if shift is None:
            continue
        place = min(tokens.size(1) // 2, value.size(1) - 1 + shift)
        changed = another(tokens, 1, place)
        moved = value.clone()
        moved[:, place - shift] = changed[:, place]
        together = call.changed({name: changed, label: moved})
        one, other = (lab.recorded(run_of(which)())[0] for which in (call, together))
        yield from met(one, other, label)


def met(one: Tape, other: Tape, label: str) -> Findings:
    """The loss's rows of which target and prediction moved together."""
    for entry in one:
        if entry.operator not in LOSSES or entry.path not in other or len(entry.inputs) < 2:
            continue
        predicted, wanted = (differs(one, other, entry, i) for i in (0, 1))
        both = (predicted.flatten() & wanted.flatten()).nonzero().flatten().tolist()
        if both:
            yield Finding(
                "target", False,
                f"In row {both[0]} of the loss the prediction has read the token of {label!r} that "
                f"it is to predict: {SHIFT_IT} The loss is {computed_by(one, entry, None)}.",
                (entry.path,), None, tuple(both), file=entry.file, line=entry.line,
            )  # fmt: skip
            return


def differs(one: Tape, other: Tape, entry: Entry, which: int) -> Tensor:
    """The rows of an input of the loss that are not the same in two runs."""
    a, b = one.argument(entry.inputs[which]), other.argument(other.entry(entry.path).inputs[which])
    if not a.is_floating_point():
        return a != b
    return apart(a, b).amax(-1 if a.dim() == 2 else 1) > tolerance(a)
