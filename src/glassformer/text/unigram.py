"""The unigram language model of Kudo (2018, "Subword Regularization", section 3.2), trained.

Each piece has a probability; a word's is the sum over all its cuts into pieces. Expectation
maximisation fits the probabilities; then the pieces whose loss costs least are dropped, a quarter
at a time, until the vocabulary is small enough. Single characters always stay.

The library has a trainer for this too, but its result changes from run to run. Here everything is
an array in a fixed order, so the same counts give the same pieces and scores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Longer and rarer words say little about pieces and cost much; encoding takes them as they come.
LONGEST_WORD = 40
MOST_WORDS = 200_000
LONGEST_PIECE = 16
ROUNDS_OF_EM = 2
SHRINK = 0.75
LOWEST = -1e30

Floats = NDArray[np.float64]


class Cuts:
    """All pieces at all places of some strings, grouped by the strings' length.

    For strings of n characters ``table[start, end]`` is an array [string] of piece ids; the id
    ``len(pieces)`` means that there is no such piece.
    """

    def __init__(self, strings: Sequence[str], ids: dict[str, int]):
        self.nothing = len(ids)
        self.groups: list[tuple[NDArray[np.int64], dict[tuple[int, int], NDArray[np.int64]]]] = []
        lengths = np.array([len(string) for string in strings])
        for length in sorted(set(lengths.tolist())):
            rows = np.flatnonzero(lengths == length)
            group = [strings[row] for row in rows.tolist()]
            table = {
                (start, end): np.array([ids.get(s[start:end], self.nothing) for s in group])
                for end in range(1, length + 1)
                for start in range(max(0, end - LONGEST_PIECE), end)
            }
            self.groups.append((rows, table))

    def expected(self, scores: Floats, counts: Floats) -> Floats:
        """How often each piece occurs, on average over all cuts of all strings (E step)."""
        result = np.zeros(len(scores))
        for rows, table in self.groups:
            length = max(end for _, end in table)
            ahead, behind = np.full((2, length + 1, len(rows)), LOWEST)
            ahead[0] = behind[length] = 0.0
            for (start, end), ids in table.items():
                ahead[end] = np.logaddexp(ahead[end], ahead[start] + scores[ids])
            for (start, end), ids in sorted(table.items(), reverse=True):
                behind[start] = np.logaddexp(behind[start], behind[end] + scores[ids])
            total = ahead[length]
            weight = np.where(total > LOWEST / 2, counts[rows], 0.0)
            for (start, end), ids in table.items():
                share = np.exp(np.minimum(ahead[start] + scores[ids] + behind[end] - total, 0.0))
                result += np.bincount(ids, share * weight, minlength=len(scores))
        return result

    def best_without_whole(self, scores: Floats, number: int) -> Floats:
        """The log-probability of each string's best cut into at least two pieces, [string]."""
        result = np.empty(number)
        for rows, table in self.groups:
            length = max(end for _, end in table)
            best = np.full((length + 1, len(rows)), LOWEST)
            best[0] = 0.0
            for (start, end), ids in table.items():
                if end - start < length:
                    best[end] = np.maximum(best[end], best[start] + scores[ids])
            result[rows] = best[length]
        return result


def train_unigram(
    words: Counter[str], alphabet: Sequence[str], seeds: Sequence[str], room: int
) -> list[tuple[str, float]]:
    """At most ``room`` pieces with their log-probabilities, the likeliest first.

    Args:
        words: how often each word (▁ before it, if a space is) occurs.
        alphabet: single characters, all of which stay; at most ``room``.
        seeds: longer pieces to choose from.
    """
    ranked = sorted(words, key=lambda word: (-words[word], word))
    used = [word for word in ranked if len(word) <= LONGEST_WORD][:MOST_WORDS]
    counts = np.array([words[word] for word in used], dtype=np.float64)
    seeds = [seed for seed in seeds if len(seed) <= LONGEST_PIECE]
    pieces = [*alphabet, *seeds]
    cuts = Cuts(used, {piece: index for index, piece in enumerate(pieces)})
    own_cuts = Cuts(pieces, {piece: index for index, piece in enumerate(pieces)})
    # One entry more than pieces: "no such piece", with no probability.
    alive = np.ones(len(pieces) + 1, dtype=bool)
    alive[-1] = False
    scores = np.where(alive, -np.log(len(pieces)), LOWEST)
    while True:
        for _ in range(ROUNDS_OF_EM):
            expected = cuts.expected(scores, counts)
            scores = maximise(expected, alive)
        if alive.sum() <= room:
            break
        keep = max(room, int(alive.sum() * SHRINK))
        instead = own_cuts.best_without_whole(scores, len(pieces))
        loss = expected[:-1] * (scores[:-1] - instead)
        loss[: len(alphabet)] = np.inf
        loss[~alive[:-1]] = -np.inf
        # Rounded, so that equal losses tie and the earlier seed stays.
        order = np.argsort(-np.round(loss, 6), kind="stable")
        alive[order[keep:]] = False
        scores = np.where(alive, scores, LOWEST)
    found = [(pieces[i], round(float(scores[i]), 6)) for i in np.flatnonzero(alive)]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def maximise(expected: Floats, alive: NDArray[np.bool_]) -> Floats:
    """Log-probabilities from expected counts (M step); none falls to zero while it is alive."""
    kept = np.where(alive, np.maximum(expected, 1e-3), 0.0)
    with np.errstate(divide="ignore"):
        return np.where(alive, np.log(kept) - np.log(kept.sum()), LOWEST)
