"""The unigram trainer against a brute-force sum over all cuts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest

from glassformer.text.unigram import Cuts, train_unigram


def all_cuts(word: str) -> list[list[str]]:
    found = []
    for choice in product([False, True], repeat=len(word) - 1):
        places = [0, *(i + 1 for i, cut in enumerate(choice) if cut), len(word)]
        found.append([word[a:b] for a, b in pairwise(places)])
    return found


PIECES = ["a", "b", "c", "ab", "bc", "abc", "ca"]
SCORES = np.log(np.array([0.3, 0.2, 0.1, 0.15, 0.05, 0.15, 0.05, 0.0]) + 1e-300)


def test_expected_counts_equal_the_sum_over_all_cuts() -> None:
    words = {"abc": 3.0, "abca": 2.0, "b": 5.0, "cabab": 7.0}
    expected = np.zeros(len(PIECES) + 1)
    for word, count in words.items():
        cuts = [c for c in all_cuts(word) if all(piece in PIECES for piece in c)]
        chances = np.array([np.exp(sum(SCORES[PIECES.index(p)] for p in c)) for c in cuts])
        for cut, chance in zip(cuts, chances / chances.sum(), strict=True):
            for piece in cut:
                expected[PIECES.index(piece)] += count * chance
    ids = {piece: index for index, piece in enumerate(PIECES)}
    found = Cuts(list(words), ids).expected(SCORES, np.array(list(words.values())))
    np.testing.assert_allclose(found[:-1], expected[:-1], rtol=1e-12)


def test_the_best_cut_without_the_whole_equals_brute_force() -> None:
    ids = {piece: index for index, piece in enumerate(PIECES)}
    found = Cuts(PIECES, ids).best_without_whole(SCORES, len(PIECES))
    for piece, score in zip(PIECES, found, strict=True):
        cuts = [c for c in all_cuts(piece) if len(c) > 1 and all(p in PIECES for p in c)]
        if cuts:
            best = max(sum(SCORES[PIECES.index(p)] for p in c) for c in cuts)
            assert score == pytest.approx(best)
        else:
            assert score < -1e29


def test_the_piece_that_costs_least_goes_first() -> None:
    words = Counter({"abab": 101, "ab": 97, "cd": 3})
    kept = dict(train_unigram(words, ["a", "b", "c", "d"], ["ab", "cd", "abab"], 5))
    assert set(kept) - set("abcd") == {"ab"} or set(kept) - set("abcd") == {"abab"}
    assert "cd" not in kept
    assert sum(np.exp(score) for score in kept.values()) == pytest.approx(1.0, abs=1e-4)


def test_characters_stay_and_words_that_cannot_be_cut_do_no_harm() -> None:
    kept = train_unigram(Counter({"ab": 5, "a€": 50, "x" * 99: 2}), ["a", "b"], ["ab"], 3)
    assert {piece for piece, _ in kept} == {"a", "b", "ab"}
    assert all(np.isfinite(score) for _, score in kept)
