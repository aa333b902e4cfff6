"""Greedy decoding: the most probable token, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from glassformer.decoding.hypothesis import TIE, Hypothesis, S, StepFunction, log_probabilities


def greedy(
    step: StepFunction[S],
    state: S,
    *,
    rows: int,
    bos_id: int,
    eos_id: int,
    max_lengths: Sequence[int],
    banned: Sequence[int] = (),
) -> list[Hypothesis]:
    """The most probable next token of each row until its end token or its maximum length.

    Of equal tokens the one with the lowest id is taken. A row that is done leaves the batch. The
    score is the log-probability: there is nothing to compare lengths with.
    """
    tokens: list[list[int]] = [[] for _ in range(rows)]
    found = [Hypothesis((), 0.0, 0.0, False)] * rows
    totals = [0.0] * rows
    tied = [False] * rows
    alive = [row for row in range(rows) if max_lengths[row] > 0]
    if len(alive) < rows:
        state = state.select(torch.tensor(alive, dtype=torch.int64))
    newest = torch.full((len(alive),), bos_id, dtype=torch.int64)
    while alive:
        logits, state = step(newest, state)
        scores = log_probabilities(logits, banned)
        best = scores.topk(min(2, scores.size(-1)), dim=-1).values
        near = best[:, :-1] - best[:, 1:] <= TIE * (1 + best[:, :-1].abs())
        ties, values = near.any(-1).tolist(), best[:, 0].tolist()
        chosen = scores.argmax(-1).tolist()
        staying = []
        for i, row in enumerate(alive):
            totals[row] += values[i]
            tied[row] = tied[row] or ties[i]
            ended = chosen[i] == eos_id
            if not ended:
                tokens[row].append(chosen[i])
            if ended or len(tokens[row]) >= max_lengths[row]:
                found[row] = Hypothesis(
                    tuple(tokens[row]), totals[row], totals[row], ended, tied[row]
                )
            else:
                staying.append(i)
        if len(staying) < len(alive):
            alive = [alive[i] for i in staying]
            state = state.select(torch.tensor(staying, dtype=torch.int64))
        newest = torch.tensor([tokens[row][-1] for row in alive], dtype=torch.int64)
    return found
