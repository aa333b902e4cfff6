"""Beam search (§6.1) with the length penalty of Wu et al. 2016.

At every step the 2K best continuations of a sentence's K living hypotheses are taken. Those that
end are finished; the K best of the others live on (each hypothesis ends in one way only, so there
are always K).

Stopping early loses nothing. A hypothesis that lives with log-probability p ≤ 0 after t tokens can
only get less probable, and ends with a length |y| in t+1 … maximum, so its score p' / lp(|y|) with
p' ≤ p is at most p / max(lp(t+1), lp(maximum)), as lp is monotone. Once the n-th best finished
score is no smaller than that bound for every living hypothesis, no later one can displace it:
those that would tie come later, and the earlier is preferred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import (
    TIE,
    Hypothesis,
    S,
    StepFunction,
    length_penalty,
    log_probabilities,
)
from glassformer.errors import ConfigError

NEVER = float("-inf")


@dataclass
class Sentence:
    """A sentence that is being decoded: which one, and what has finished so far, best first."""

    row: int
    longest: int
    finished: list[Hypothesis] = field(default_factory=list)

    def finish(self, hypothesis: Hypothesis, keep: int) -> None:
        """Add a finished hypothesis behind those of no smaller score; keep so many."""
        self.finished.append(hypothesis)
        self.finished.sort(key=lambda h: -h.score)  # stable: the earlier of equals stays first
        del self.finished[keep + 1 :]  # one more than asked for, to see a tie at the end

    def settled(self, best_alive: float, length: int, alpha: float, n_best: int) -> bool:
        """Whether no living hypothesis can displace the n best; ``length`` tokens are written."""
        if length >= self.longest or best_alive == NEVER:
            return True
        if len(self.finished) < n_best:
            return False
        largest = max(length_penalty(n, alpha) for n in (length + 1, self.longest))
        return self.finished[n_best - 1].score >= best_alive / largest


def beam_search(
    step: StepFunction[S],
    state: S,
    *,
    rows: int,
    bos_id: int,
    eos_id: int,
    max_lengths: Sequence[int],
    beam: int = 4,
    alpha: float = 0.6,
    n_best: int = 1,
    banned: Sequence[int] = (),
) -> list[list[Hypothesis]]:
    """The n best hypotheses of each row, best first.

    Of equal scores the earlier beam and the lower id go first, so the result does not depend on
    what else is in the batch. Hypotheses that reach their maximum length without an end rank
    after the finished ones and fill up the n best.

    Raises:
        ConfigError: a beam below 1, more than ``beam`` n best, an α that is no number.
    """
    check(beam, alpha, n_best)
    found: list[list[Hypothesis]] = [[Hypothesis((), 0.0, 0.0, False)]] * rows
    alive = [Sentence(row, max_lengths[row]) for row in range(rows) if max_lengths[row] > 0]
    places = torch.tensor([s.row for s in alive], dtype=torch.int64)
    state = state.select(places.repeat_interleave(beam))
    tokens = torch.full((len(alive), beam, 1), bos_id, dtype=torch.int64)
    totals = torch.tensor([0.0] + [NEVER] * (beam - 1)).repeat(len(alive), 1)
    while alive:
        logits, state = step(tokens[:, :, -1].flatten(), state)
        scores = log_probabilities(logits, banned).cpu().unflatten(0, (-1, beam))
        sums = (totals[:, :, None] + scores).flatten(1)
        values, index = best_first(sums, 2 * beam)
        parents, newest = index // scores.size(-1), index % scores.size(-1)
        ends = newest == eos_id
        collect(alive, tokens, (values, parents, ends), alpha, n_best)
        totals, parents, newest = living(values, parents, newest, ends, beam)
        grown = tokens.gather(1, parents[:, :, None].expand(-1, -1, tokens.size(2)))
        tokens = torch.cat((grown, newest[:, :, None]), dim=2)
        length = tokens.size(2) - 1
        staying = []
        for i, (sentence, best) in enumerate(zip(alive, totals[:, 0].tolist(), strict=True)):
            if sentence.settled(best, length, alpha, n_best):
                unfinished = fill_up(tokens[i], totals[i], length, alpha)
                found[sentence.row] = ranked(sentence.finished, unfinished, n_best)
            else:
                staying.append(i)
        alive = [alive[i] for i in staying]
        kept = torch.tensor(staying, dtype=torch.int64)
        state = state.select((kept[:, None] * beam + parents[kept]).flatten())
        tokens, totals = tokens[kept], totals[kept]
    return found


def check(beam: int, alpha: float, n_best: int) -> None:
    """Raise ConfigError for arguments that no search can be made with."""
    if beam < 1:
        raise ConfigError(f"beam = {beam} must be at least 1")
    if not 1 <= n_best <= beam:
        raise ConfigError(f"n-best = {n_best} must be between 1 and the beam, {beam}")
    if not abs(alpha) < float("inf"):
        raise ConfigError(f"alpha = {alpha} must be a finite number")


def best_first(sums: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest of each row [row, count] and where they stand; of equals the first comes first."""
    count = min(count, sums.size(1))
    values, index = sums.topk(min(count + 1, sums.size(1)), dim=1)
    if values.size(1) > count:
        # topk may take any of several equals; only a full sort takes the first of them.
        at_the_cut = (values[:, count - 1] == values[:, count]) & (values[:, count] > NEVER)
        for row in at_the_cut.nonzero()[:, 0].tolist():
            ordered = sums[row].sort(descending=True, stable=True)
            values[row], index[row] = ordered.values[: count + 1], ordered.indices[: count + 1]
    values, index = values[:, :count], index[:, :count]
    by_place = index.argsort(dim=1)
    order = by_place.gather(1, values.gather(1, by_place).argsort(1, descending=True, stable=True))
    return values.gather(1, order), index.gather(1, order)


def collect(
    alive: list[Sentence],
    tokens: Tensor,
    candidates: tuple[Tensor, Tensor, Tensor],
    alpha: float,
    n_best: int,
) -> None:
    """Hand the candidates (values, parents, ends: [sentence, candidate]) that end to sentences."""
    values, parents, ends = candidates
    length = tokens.size(2)  # of the hypothesis with its end token: tokens begins with the start
    for i, place in (ends & (values > NEVER)).nonzero().tolist():
        total = values[i, place].item()
        words = tuple(tokens[i, parents[i, place], 1:].tolist())
        score = total / length_penalty(length, alpha)
        alive[i].finish(Hypothesis(words, score, total, True), n_best)


def living(
    values: Tensor, parents: Tensor, newest: Tensor, ends: Tensor, beam: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The first ``beam`` candidates of each sentence that do not end."""
    order = ends.int().argsort(dim=1, stable=True)[:, :beam]
    values = values.masked_fill(ends, NEVER).gather(1, order)
    parents, newest = parents.gather(1, order), newest.gather(1, order)
    short = beam - order.size(1)  # a vocabulary of fewer than 2K words
    pad = torch.nn.functional.pad
    return pad(values, (0, short), value=NEVER), pad(parents, (0, short)), pad(newest, (0, short))


def fill_up(tokens: Tensor, totals: Tensor, length: int, alpha: float) -> list[Hypothesis]:
    """The hypotheses of a sentence that did not end, best first."""
    penalty = length_penalty(length, alpha)
    return [
        Hypothesis(tuple(words[1:]), total / penalty, total, False)
        for words, total in zip(tokens.tolist(), totals.tolist(), strict=True)
        if total > NEVER
    ]


def ranked(
    finished: list[Hypothesis], unfinished: list[Hypothesis], n_best: int
) -> list[Hypothesis]:
    """The n best: finished ones, then unfinished ones; ties with the next one are marked."""
    everything = [*finished, *unfinished]
    for i in range(len(everything) - 1):
        here, after = everything[i], everything[i + 1]
        close = abs(here.score - after.score) <= TIE * (1 + abs(here.score))
        if close and here.finished == after.finished:
            everything[i] = replace(here, tied=True)
            everything[i + 1] = replace(after, tied=True)
    return everything[:n_best]
