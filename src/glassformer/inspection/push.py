"""Which attention makes a choice: what each share adds to the written token over the runner-up.

A share of attention is held to be one number that could be less. Its push is the share times the
slope of the margin (the written token's logit less the next best one's): to first order, by how
much the margin falls when this one share is cut to zero and all else is left as it is. The slopes
come from running the recording itself backwards, so that they belong to the run that is shown, with
all of its changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from glassformer.errors import RecordingError
from glassformer.inspection.operators import evaluate
from glassformer.inspection.tape import Entry, Source, Tape

SHARES = "attention.weights"


@dataclass(frozen=True, kw_only=True)
class Pushes:
    """The choice at one position, and what pushes it.

    ``written`` and ``against`` are token ids, ``margin`` the difference of their logits; ``shares``
    has for each attention [head, query, key], in the margin's unit.
    """

    written: int
    against: int
    margin: float
    shares: dict[str, Tensor]

    def strongest(self, most: int) -> list[tuple[str, int, int, int, float]]:
        """The ``most`` strongest pushes in favour: path, head, query, key, push."""
        found: list[tuple[str, int, int, int, float]] = []
        for path, push in self.shares.items():
            top = push.flatten().topk(min(most, push.numel()))
            for value, flat in zip(top.values.tolist(), top.indices.tolist(), strict=True):
                head, cell = divmod(flat, push.size(1) * push.size(2))
                found.append((path, head, *divmod(cell, push.size(2)), value))
        return sorted((f for f in found if f[-1] > 0), key=lambda f: -f[-1])[:most]


def pushes(tape: Tape, row: int, written: int | None = None) -> Pushes:
    """What pushed the token that was written after position ``row``.

    Args:
        written: its id; the likeliest one's if None.

    Raises:
        RecordingError: the tape ends in no logits, or has no such position.
    """
    if "logits" not in tape or not 0 <= row < tape["logits"].size(1):
        count = tape["logits"].size(1) if "logits" in tape else 0
        raise RecordingError(f"this recording has logits at {count} positions, not at {row}")
    with torch.inference_mode(False), torch.enable_grad():
        values = again(tape, tape.index["logits"])
        logits = values[tape.index["logits"]][0, row]
        best = [int(i) for i in logits.topk(2).indices]
        written = best[0] if written is None else written
        against = best[1] if written == best[0] else best[0]
        margin = logits[written] - logits[against]
        if margin.requires_grad:
            margin.backward()
    shares = {
        entry.path: share_pushes(value)
        for entry, value in zip(tape.entries, values, strict=False)
        if is_share(entry)
    }
    return Pushes(written=written, against=against, margin=float(margin.detach()), shares=shares)


def share_pushes(value: Tensor) -> Tensor:
    """[batch, head, query, key] with its slope, as [head, query, key] of value × slope."""
    if value.grad is None:
        return torch.zeros_like(value[0])
    return (value.detach() * value.grad)[0]


def again(tape: Tape, last: int) -> list[Tensor]:
    """All values up to entry ``last``, once more, so that slopes can be had at every share."""
    values: list[Tensor] = []
    for entry in tape.entries[: last + 1]:
        value = computed(entry, values)
        if is_share(entry):
            value = value if value.requires_grad else value.requires_grad_()
            value.retain_grad()
        values.append(value)
    return values


def computed(entry: Entry, values: Sequence[Tensor]) -> Tensor:
    """An entry's value: from its inputs where these depend on a share, and else as recorded."""
    if not any(values[source.entry].requires_grad for source in entry.inputs):
        value = entry.value.detach()
        return value.clone() if value.is_inference() else value  # a copy may have slopes
    arguments = [arranged(source, values) for source in entry.inputs]
    return evaluate(entry.operator, entry.constants, arguments) if entry.operator else arguments[0]


def arranged(source: Source, values: Sequence[Tensor]) -> Tensor:
    """The value of a source as its operator took it."""
    value = values[source.entry]
    for operator, constants in source.through:
        value = evaluate(operator, constants, [value])
    return value


def is_share(entry: Entry) -> bool:
    """Whether these are shares of attention, after the softmax (and after a change of them)."""
    return entry.path.endswith(SHARES) and entry.value.dim() == 4
