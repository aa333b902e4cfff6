"""Forced decoding: what a model gives to sequences that are written already."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from glassformer.decoding.hypothesis import S, StepFunction, log_probabilities


def force(
    step: StepFunction[S],
    state: S,
    *,
    targets: Sequence[Sequence[int]],
    bos_id: int,
    eos_id: int,
) -> list[list[float]]:
    """The log-probability (nats) of each token of each target, that of its end token last."""
    scores: list[list[float]] = [[] for _ in targets]
    alive = list(range(len(targets)))
    newest = torch.full((len(targets),), bos_id, dtype=torch.int64)
    length = 0
    while alive:
        logits, state = step(newest, state)
        expected = [targets[r][length] if length < len(targets[r]) else eos_id for r in alive]
        newest = torch.tensor(expected, dtype=torch.int64)
        given = log_probabilities(logits, ()).cpu().gather(1, newest[:, None])[:, 0].tolist()
        for row, score in zip(alive, given, strict=True):
            scores[row].append(score)
        staying = [i for i, row in enumerate(alive) if length < len(targets[row])]
        if len(staying) < len(alive):
            alive = [alive[i] for i in staying]
            kept = torch.tensor(staying, dtype=torch.int64)
            state, newest = state.select(kept), newest[kept]
        length += 1
    return scores
