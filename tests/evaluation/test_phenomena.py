"""Counting on the built-in pair, with translations that are right or wrong in a known way."""

from __future__ import annotations

import pytest

from glassformer.data import petit
from glassformer.errors import DataError
from glassformer.evaluation.accuracy import Accuracy, count
from glassformer.evaluation.phenomena import exactness, is_exact, pair_accuracy, pronouns


def test_accuracy_never_rounds_to_certainty() -> None:
    assert str(Accuracy(9999, 10_000)) == "99.9 %"
    assert str(Accuracy(1, 10_000)) == "0.1 %"
    assert (str(Accuracy(7, 7)), str(Accuracy(0, 7)), str(Accuracy(0, 0))) == (
        "100 %", "0 %", "none of 0",
    )  # fmt: skip
    assert count([True, False, True]).to_json() == {"right": 2, "total": 3, "share": 2 / 3}


def test_white_space_alone_does_not_count() -> None:
    assert is_exact("le  chat dort ", "le chat dort")
    assert not is_exact("le chat  dort.", "le chat dort")
    assert not is_exact("Le chat dort", "le chat dort")


def test_phenomena_are_counted_where_they_occur() -> None:
    sentences = list(petit.split("new", 1, 211))
    hyps = [s.french if "negation" in s.phenomena else "faux" for s in sentences]
    found = exactness(sentences, hyps)
    negated = sum("negation" in s.phenomena for s in sentences)
    assert 0 < negated < 211
    assert found.exact == Accuracy(negated, 211)
    assert found.phenomena["negation"] == Accuracy(negated, negated)
    for name, accuracy in found.phenomena.items():
        assert accuracy.total == sum(name in s.phenomena for s in sentences)
    assert found.to_json()["exact"]["right"] == negated


def test_pronouns_are_words_not_letters() -> None:
    assert pronouns("elle dit qu'il file vers l'île, elles aussi") == ["elle", "il", "elles"]


def test_pairs_need_both_sentences() -> None:
    pairs = list(petit.contrasting_pairs(1, 53))
    right = [(a.french, b.french) for a, b in pairs]
    assert pair_accuracy(pairs, right).sentence == Accuracy(53, 53)
    always_first = pair_accuracy(pairs, [(a.french, a.french) for a, _ in pairs])
    assert always_first.pronoun == Accuracy(0, 53)
    assert always_first.single == Accuracy(53, 106)
    only_pronouns = pair_accuracy(
        pairs, [(pronouns(a.french)[0], pronouns(b.french)[0]) for a, b in pairs]
    )
    assert only_pronouns.pronoun == Accuracy(53, 53)
    assert only_pronouns.sentence == Accuracy(0, 53)
    both = pair_accuracy(pairs, [("il elle", "il elle") for _ in pairs])
    assert both.single == Accuracy(0, 106)
    assert only_pronouns.to_json()["single"]["share"] == 1.0


def test_unequal_counts_are_refused() -> None:
    sentences = list(petit.split("new", 1, 3))
    with pytest.raises(DataError):
        exactness(sentences, ["x"])
    with pytest.raises(DataError):
        pair_accuracy([], [])
