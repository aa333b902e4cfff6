"""Greedy decoding: the most probable token, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import NEVER, Hypothesis, S, StepFunction
from glassformer.decoding.writing import Watch, write
from glassformer.numerics.sampling import MANY, largest


def greedy(
    step: StepFunction[S],
    state: S,
    *,
    rows: int,
    bos_id: int,
    eos_id: int,
    max_lengths: Sequence[int],
    banned: Sequence[int] = (),
    prefix: Sequence[int] = (),
    watch: Watch[S] | None = None,
) -> list[Hypothesis]:
    """The most probable next token of each row until its end token or its maximum length.

    Of equal tokens the one with the lowest id is taken. What lengths count, what becomes of a row
    that is done, what the score is, what the rest is for and which errors there are: see
    ``writing.write``.
    """
    return write(
        step,
        state,
        most_probable,
        rows=rows,
        bos_id=bos_id,
        eos_id=eos_id,
        max_lengths=max_lengths,
        banned=banned,
        prefix=prefix,
        watch=watch,
    )


def most_probable(scores: Tensor) -> tuple[Tensor, Tensor]:
    """The first of the largest of each row [row, vocabulary], and the value of the second."""
    if scores.size(1) < 2:
        return scores.argmax(1), torch.full_like(scores[:, 0], NEVER)
    if scores.numel() < MANY:
        index = scores.max(1).indices  # half the time of argmax and topk
        return index, scores.scatter(1, index[:, None], NEVER).amax(1)
    values, index = largest(scores, 2)
    return index[:, 0], values[:, 1]
