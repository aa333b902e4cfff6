"""Beam search (§6.1) with the length penalty of Wu et al. 2016.

At every step the 2K best continuations of a sentence's K living hypotheses are taken, as
tensor2tensor does. Those that end are finished; the K best of the others live on (each hypothesis
ends in one way only, so K always do, if the vocabulary allows). A hypothesis that gets to the
maximum length without an end is unfinished and ranks behind every finished one.

Stopping early loses nothing. What a living hypothesis may still become scores at most
``best_attainable`` (the proof is there). Once the n-th best finished score is above that bound for
every living hypothesis, by more than rounding, none of their continuations can displace or tie
with the n best, and the unfinished rank behind. So the result is that of the full search.

What is tied. Of two candidates at the edge of the beam that are nearer than rounding, one is
dropped, perhaps another one in another batch. All that either becomes, and all that this displaces
later, has at most their log-probability and so at most their best attainable score: a finished
hypothesis that scores more is the same in any batch. The others are marked, as are neighbours in
the final order with the same score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import pad

from glassformer.decoding.hypothesis import (
    EMPTY,
    NEVER,
    Hypothesis,
    Room,
    S,
    StepFunction,
    check_lengths,
    held_to,
    log_probabilities,
    near,
    refuse_nan,
)
from glassformer.decoding.penalties import best_attainable, length_penalty
from glassformer.errors import ConfigError
from glassformer.numerics.sampling import largest


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
    prefix: Sequence[int] = (),
    watch: Watch | None = None,
) -> list[list[Hypothesis]]:
    """The n best hypotheses of each row, best first; fewer only where no more exist.

    ``max_lengths`` count generated tokens, the end token among them. Of equal scores the earlier
    beam and the lower id go first. Log-probabilities are summed in fp64. A beam of 1 is not
    greedy: it goes on past an end token while something better may come.

    Args:
        prefix: what every hypothesis begins with.
        watch: called at each step with the rows that are being searched and their candidates.

    Raises:
        ConfigError: a beam below 1, ``n_best`` not in 1 … beam, an α beyond ±50,
            lengths, banned tokens or a prefix that do not fit.
        GlassformerError: the model gave NaN.
    """
    check(beam, alpha, n_best)
    check_lengths(rows, max_lengths)
    sentences = [Sentence(row, max_lengths[row], alpha, n_best) for row in range(rows)]
    alive = [sentence for sentence in sentences if sentence.longest > 0]
    places = torch.tensor([sentence.row for sentence in alive], dtype=torch.int64)
    state = state.select(places.repeat_interleave(beam))
    tokens = torch.full((len(alive), beam, 1), bos_id, dtype=torch.int64)
    totals = torch.tensor([0.0] + [NEVER] * (beam - 1), dtype=torch.float64).repeat(len(alive), 1)
    room = Room()
    while alive:
        logits, state = step(tokens[:, :, -1].flatten(), state)
        length = tokens.size(2)  # of all candidates, the end token or the newest included
        scores = held_to(log_probabilities(logits, banned, room), prefix, length - 1, banned)
        found = continuations(scores, totals, beam)
        living = found.living(eos_id, beam)
        if watch:
            watch([sentence.row for sentence in alive], found)
        finish(alive, tokens, found, eos_id)
        for sentence, *edges in zip(alive, found.edge(), living.edge(), strict=True):
            sentence.drop(edges, length)
        tokens, totals = living.grow(tokens), living.totals[:, :-1]
        staying = []
        for i, (sentence, best) in enumerate(zip(alive, totals[:, 0].tolist(), strict=True)):
            if sentence.settled(best, length):
                sentence.leave_unfinished(tokens[i, :, 1:], totals[i])
            else:
                staying.append(i)
        alive = [alive[i] for i in staying]
        kept = torch.tensor(staying, dtype=torch.int64)
        state = state.select((kept[:, None] * beam + living.parents[kept, :-1]).flatten())
        tokens, totals = tokens[kept], totals[kept]
    return [sentence.ranked() for sentence in sentences]


def check(beam: int, alpha: float, n_best: int) -> None:
    """Raise ConfigError for arguments that no search can be made with."""
    if beam < 1:
        raise ConfigError(f"beam = {beam} must be at least 1")
    if not 1 <= n_best <= beam:
        raise ConfigError(f"n_best = {n_best} must be between 1 and the beam, {beam}")
    if not abs(alpha) <= 50:  # a penalty beyond that may be too large, or small, for a float
        raise ConfigError(f"alpha = {alpha} must be between -50 and 50 (the paper's is 0.6)")


def finish(alive: Sequence[Sentence], tokens: Tensor, found: Candidates, eos_id: int) -> None:
    """Hand the candidates that end, but for the dropped ones, to their sentences."""
    kept = found.totals[:, :-1]
    for i, place in ((found.newest[:, :-1] == eos_id) & (kept > NEVER)).nonzero().tolist():
        alive[i].finish(tokens[i, found.parents[i, place]], kept[i, place].item())


@dataclass(frozen=True)
class Candidates:
    """Continuations, best first, and as the last one the best that is dropped.

    ``totals`` (fp64 log-probabilities, -inf where there is none), ``parents`` (beams) and
    ``newest`` (tokens) are [sentence, candidate], on the CPU.
    """

    totals: Tensor
    parents: Tensor
    newest: Tensor

    def edge(self) -> list[tuple[float, float]]:
        """For each sentence the log-probabilities of the last that is kept and the dropped one."""
        return [(kept, dropped) for kept, dropped in self.totals[:, -2:].tolist()]

    def take(self, order: Tensor) -> Candidates:
        """The candidates at these places [sentence, place]."""
        parts = (self.totals, self.parents, self.newest)
        return Candidates(*(part.gather(1, order) for part in parts))

    def living(self, eos_id: int, beam: int) -> Candidates:
        """The first ``beam`` candidates that do not end, and the one that these displace."""
        ends = self.newest == eos_id
        order = ends.int().argsort(dim=1, stable=True)[:, : beam + 1]
        return replace(self, totals=self.totals.masked_fill(ends, NEVER)).take(order)

    def grow(self, tokens: Tensor) -> Tensor:
        """The hypotheses [sentence, beam, token] that these, but for the dropped one, become."""
        parents, newest = self.parents[:, :-1, None], self.newest[:, :-1, None]
        return torch.cat((tokens.gather(1, parents.expand(-1, -1, tokens.size(2))), newest), dim=2)


# Sees each step: which rows are searched, and the candidates of each.
Watch = Callable[[Sequence[int], Candidates], None]


def continuations(scores: Tensor, totals: Tensor, beam: int) -> Candidates:
    """The 2K best continuations of each sentence, and the next one.

    No more than 2K + 1 of a single hypothesis can be among them, so only those leave the device.

    Args:
        scores: log-probabilities of the next token [sentence · beam, vocabulary].
        totals: log-probabilities so far [sentence, beam].
    """
    count = 2 * beam + 1
    values, newest = (part.cpu().unflatten(0, (-1, beam)) for part in largest(scores, count))
    exists = (totals > NEVER)[:, :, None]
    refuse_nan(values[exists.expand_as(values)].tolist())
    sums = torch.where(exists, totals[:, :, None] + values.double(), NEVER)
    parents = torch.arange(beam)[:, None].expand_as(newest)
    every = Candidates(*(part.flatten(1) for part in (sums, parents, newest)))
    missing = max(0, count - sums.size(1) * sums.size(2))
    order = every.totals.argsort(dim=1, descending=True, stable=True)[:, :count]
    best = every.take(order)
    return Candidates(
        pad(best.totals, (0, missing), value=NEVER),
        pad(best.parents, (0, missing)),
        pad(best.newest, (0, missing)),
    )


@dataclass
class Sentence:
    """A sentence that is being decoded: which one, and what came of it so far, best first."""

    row: int
    longest: int
    alpha: float
    n_best: int
    finished: list[Hypothesis] = field(default_factory=list)
    unfinished: list[Hypothesis] = field(default_factory=list)
    doubt: float = NEVER  # what a hypothesis may score that rounding kept or dropped

    def finish(self, tokens: Tensor, total: float) -> None:
        """Take a hypothesis (tokens with the start) that ends now, unless enough are better."""
        score = total / length_penalty(len(tokens), self.alpha)
        if len(self.finished) > self.n_best and score <= self.finished[-1].score:
            return
        self.finished.append(Hypothesis(tuple(tokens[1:].tolist()), score, total, True))
        self.finished.sort(key=lambda h: -h.score)  # stable: the earlier of equals stays first
        del self.finished[self.n_best + 1 :]  # one more than asked for, to see a tie at the end

    def drop(self, edges: Sequence[tuple[float, float]], length: int) -> None:
        """Note how good a candidate of ``length`` tokens was that rounding may have dropped."""
        for kept, dropped in edges:
            if near(kept, dropped):
                bound = best_attainable(kept, length, self.longest, self.alpha)
                self.doubt = max(self.doubt, bound)

    def settled(self, best_alive: float, length: int) -> bool:
        """Whether no living hypothesis can displace the n best; ``length`` tokens are written."""
        if length >= self.longest or best_alive == NEVER:
            return True
        if len(self.finished) < self.n_best:
            return False
        bound = best_attainable(best_alive, length + 1, self.longest, self.alpha)
        worst = self.finished[self.n_best - 1].score
        return worst > bound and not near(worst, bound)

    def leave_unfinished(self, tokens: Tensor, totals: Tensor) -> None:
        """Take what lives (tokens [beam, token] without the start, best first) as it is."""
        penalty = length_penalty(tokens.size(1), self.alpha)
        self.unfinished = [
            Hypothesis(tuple(words), total / penalty, total, False)
            for words, total in zip(tokens.tolist(), totals.tolist(), strict=True)
            if total > NEVER
        ]

    def ranked(self) -> list[Hypothesis]:
        """The n best: finished ones, then unfinished ones; marked where they are tied."""
        if self.longest == 0:
            return [EMPTY]
        everything = [*self.finished, *self.unfinished]
        tied = [self.doubtful(h) for h in everything]
        for i, (here, after) in enumerate(pairwise(everything)):
            if here.finished == after.finished and near(here.score, after.score):
                tied[i] = tied[i + 1] = True
        marked = [replace(h, tied=t) for h, t in zip(everything, tied, strict=True)]
        return marked[: self.n_best]

    def doubtful(self, hypothesis: Hypothesis) -> bool:
        """Whether the dropped might stand in its place: any finished one if it did not finish."""
        if not hypothesis.finished:
            return self.doubt > NEVER
        return hypothesis.score <= self.doubt or near(hypothesis.score, self.doubt)
