"""Forced decoding: what a model gives to sequences that are written already."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from glassformer.decoding.hypothesis import (
    Room,
    S,
    StepFunction,
    check_ids,
    log_probabilities,
    refuse_nan,
)


def force(
    step: StepFunction[S],
    state: S,
    *,
    targets: Sequence[Sequence[int]],
    bos_id: int,
    eos_id: int,
) -> list[list[float]]:
    """The log-probability (nats) of each token of each target, that of its end token last.

    The state has one row for each target. A target that is read to its end leaves the batch.

    Raises:
        ConfigError: a target has a token that the model's vocabulary has not.
        GlassformerError: the model gave NaN.
    """
    scores: list[list[float]] = [[] for _ in targets]
    full = [[*target, eos_id] for target in targets]
    alive = list(range(len(targets)))
    newest = torch.full((len(targets),), bos_id, dtype=torch.int64)
    length = 0
    room = Room()
    while alive:
        logits, state = step(newest, state)
        expected = [full[row][length] for row in alive]
        check_ids(expected, logits.size(-1), "a target's token")
        newest = torch.tensor(expected, dtype=torch.int64)
        index = newest.to(logits.device)[:, None]
        given = log_probabilities(logits, (), room).gather(1, index)[:, 0].tolist()
        refuse_nan(given)
        for row, score in zip(alive, given, strict=True):
            scores[row].append(score)
        length += 1
        staying = [i for i, row in enumerate(alive) if length < len(full[row])]
        if len(staying) < len(alive):
            alive = [alive[i] for i in staying]
            kept = torch.tensor(staying, dtype=torch.int64)
            state, newest = state.select(kept), newest[kept]
    return scores
