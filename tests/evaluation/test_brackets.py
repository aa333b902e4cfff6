"""Labelled brackets, against cases that were counted by hand as EVALB counts."""

from __future__ import annotations

from collections import Counter

import pytest

from glassformer.errors import DataError
from glassformer.evaluation.brackets import read_brackets, score_trees

GOLD = "(S (NP D N) (VP V (NP D N)) .)"  # S 0-5, NP 0-2, VP 2-5, NP 3-5


def test_brackets_are_labels_over_words_without_punctuation() -> None:
    found = read_brackets("(TOP (S (NP D N) , (VP V)))")
    assert found is not None
    assert found.tags == ("D", "N", "V")
    assert found.spans == Counter({("S", 0, 3): 1, ("NP", 0, 2): 1, ("VP", 2, 3): 1})
    again = read_brackets("(NP (NP N))")
    assert again is not None and again.spans == Counter({("NP", 0, 1): 2})
    assert read_brackets("(PRT IN)") == read_brackets("(ADVP IN)")


def test_spaces_do_not_matter() -> None:
    assert read_brackets("( S ( NP D N ) ( VP V ) )") == read_brackets("(S (NP D N) (VP V))")


@pytest.mark.parametrize(
    "text", ["(S (NP D N)", "(S N))", "(S)", "()", "(S () N)", "N", "(S N) N", "(S N) (S N)", ")"]
)
def test_what_is_no_tree(text: str) -> None:
    assert read_brackets(text) is None


def test_by_hand() -> None:
    answers = [
        GOLD,
        "(S (NP D N) (VP V) (NP D N) .)",  # VP is 2-3: 3 of 4 right
        "(S (NP D N) (VP V (PP D N)) .)",  # one label wrong, one tag right all the same
        "(S (NP D N) (VP V (NP D N N)) .)",  # a word too many: an error
        "(S (NP D N) (VP V (NP D N) .)",  # does not close: an error
        "",  # skipped
        "(S (NP D N) (VP Aux V (NP D)) .)",  # as many words, other tags: all but one NP
    ]
    report = score_trees(answers, [GOLD] * len(answers))
    assert (report.errors, report.skipped) == (2, 1)
    assert (report.right, report.answered, report.wanted) == (4 + 3 + 3 + 3, 16, 16)
    assert report.left_out == 12
    assert report.exact.right == 1 and report.exact.total == 7
    assert (report.tags.right, report.tags.total) == (5 + 5 + 5 + 2, 20)
    assert report.f1 == pytest.approx(13 / 16)
    assert report.f1_of_all == pytest.approx(2 * (13 / 16) * (13 / 28) / (13 / 16 + 13 / 28))
    assert "2 trees do not fit their sentence and 1 are empty" in report.sentences()[2]
    assert report.to_json()["f1"] == pytest.approx(81.25)


def test_nothing_right_is_zero() -> None:
    assert score_trees(["(X A B C D E)"], [GOLD]).f1 == 0.0
    assert score_trees([""], [GOLD]).f1 == score_trees([""], [GOLD]).f1_of_all == 0.0


def test_bad_input() -> None:
    with pytest.raises(DataError, match="2 trees for 1 references"):
        score_trees([GOLD, GOLD], [GOLD])
    with pytest.raises(DataError, match="reference 2 is no tree"):
        score_trees([GOLD, GOLD], [GOLD, "(S"])
