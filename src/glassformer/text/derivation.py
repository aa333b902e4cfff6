"""How a tokenizer comes from a word to its pieces, step by step.

A way takes a word, as it stands after the text was cut, and gives one list of names a step; the
last is the result. It is computed here from the vocabulary, merges or scores alone, and is the
library's own result by test.

- Byte-pair encoding begins with characters and joins, again and again, the pair that was learned
  first. Whole words and single characters are its limits, without any pair to join.
- Word-pieces take the longest known beginning of what is left.
- A unigram model takes the cut of the largest probability; the steps are the best three cuts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

UNKNOWN_PENALTY = 10.0  # the library's: an unknown character's score is so far below the lowest
CUTS = 3  # of a unigram model that are shown
LONG = 64  # characters of a word that nobody would follow merge by merge


@dataclass(frozen=True)
class Steps:
    """Names by step; of a unigram model also each cut's log-probability (nats)."""

    names: list[list[str]]
    scores: tuple[float, ...] = ()


@dataclass(frozen=True)
class Word:
    """A word of a text, without the space before it, and how it became pieces.

    ``steps`` are pieces as a person can read them, the last those of ``ids``. ``unknown``: nothing
    in the vocabulary covers it but single characters, of a vocabulary of words, or bytes, of any
    other.
    """

    text: str
    ids: tuple[int, ...]
    steps: tuple[tuple[str, ...], ...]
    unknown: bool = False
    scores: tuple[float, ...] = ()


Way = Callable[[str], Steps]


def way_of(model: dict[str, Any]) -> Way | None:
    """The way of a model, given as the library's JSON; None for one that is not explained."""
    makers: dict[str, Callable[[dict[str, Any]], Way]] = {
        "BPE": pairs,
        "WordPiece": longest,
        "Unigram": likeliest,
    }
    maker = makers.get(model["type"])
    return maker(model) if maker else None


def spelled(characters: Sequence[str], known: Any) -> list[str]:
    """Each character, or its bytes where there is no name for it."""
    return [
        name
        for character in characters
        for name in ([character] if character in known else byte_names(character))
    ]


def byte_names(text: str) -> list[str]:
    """``<0xE2>`` for each byte."""
    return [f"<0x{value:02X}>" for value in text.encode("utf-8")]


def pairs(model: dict[str, Any]) -> Way:
    """Byte-pair encoding (Sennrich et al. 2016)."""
    known, whole = model["vocab"], model.get("ignore_merges", False)
    ranks = {(left, right): rank for rank, (left, right) in enumerate(model["merges"])}

    def way(word: str) -> Steps:
        if whole and word in known:
            return Steps([[word]])
        names = spelled(word, known)
        steps = [[word], names] if whole else [names]
        while True:
            found = [(ranks.get(pair, len(ranks)), at)
                     for at, pair in enumerate(pairwise(names))]  # fmt: skip
            rank, at = min(found, default=(len(ranks), 0))
            if rank == len(ranks):
                return Steps(steps if len(word) <= LONG else steps[-1:])
            names = [*names[:at], names[at] + names[at + 1], *names[at + 2 :]]
            steps = [*steps, names] if len(word) <= LONG else [names]

    return way


def longest(model: dict[str, Any]) -> Way:
    """Word-pieces (Wu et al. 2016); each step has what is left as its last."""
    known = model["vocab"]
    limit = max(map(len, known))

    def way(word: str) -> Steps:
        done: list[str] = []
        steps = [[word]] if word not in known else []
        rest = word
        while rest:
            ends = range(min(len(rest), limit), 0, -1)
            end = next((end for end in ends if rest[:end] in known), 0)
            done += [rest[:end]] if end else byte_names(rest[0])
            rest = rest[end or 1 :]
            steps.append([*done, rest] if rest else list(done))
        return Steps(steps)

    return way


def likeliest(model: dict[str, Any]) -> Way:
    """The unigram language model (Kudo 2018): the best cuts, the very best last."""
    scores: dict[str, float] = dict(model["vocab"])
    limit = max(map(len, scores))
    unknown = min(scores.values()) - UNKNOWN_PENALTY

    def way(word: str) -> Steps:
        # The best cuts of the first n characters; of equals the one whose last piece is longest.
        best: list[list[tuple[float, list[str]]]] = [[(0.0, [])]]
        for end in range(1, len(word) + 1):
            found = []
            for start in range(max(0, end - limit), end):
                piece = word[start:end]
                value = scores.get(piece, unknown if end - start == 1 else None)
                if value is not None:
                    found += [(total + value, [*cut, piece]) for total, cut in best[start]]
            best.append(sorted(found, key=lambda one: -one[0])[:CUTS])
        cuts = best[-1][::-1]
        return Steps([spelled(cut, scores) for _, cut in cuts], tuple(total for total, _ in cuts))

    return way
