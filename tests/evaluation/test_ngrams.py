from __future__ import annotations

import math

import pytest
import sacrebleu
from hypothesis import example, given
from hypothesis import strategies as st

from glassformer.errors import DataError
from glassformer.evaluation.ngrams import sentence_score

WORDS = st.lists(st.sampled_from("le la chat rue , l'animal dort.".split()), max_size=13)


@given(WORDS, WORDS.filter(bool))
@example([], ["le"])
@example(["le"], ["le"])
def test_equals_sacrebleu_and_can_be_worked_out_again(output, reference):
    hyp, ref = " ".join(output), " ".join(reference)
    found = sentence_score(hyp, ref)
    assert found.bleu == sacrebleu.sentence_bleu(hyp, [ref]).score
    assert found.chrf == sacrebleu.sentence_chrf(hyp, [ref]).score
    for order in found.ngrams:
        assert order.matched == sum(gram.matched for gram in order.items)
        assert order.total == sum(gram.count for gram in order.items)
        assert order.smoothed or order.precision == pytest.approx(
            100 * order.matched / order.total if order.total else 0
        )
    used = [order.precision for order in found.ngrams if order.total]
    if used and any(order.matched for order in found.ngrams):
        mean = math.exp(sum(map(math.log, used)) / len(used))
        assert found.bleu == pytest.approx(found.brevity * mean)
    else:
        assert found.bleu == 0


def test_counts_are_clipped():
    found = sentence_score("le le le chat", "le chat dort sur le lit")
    first = {gram.text: gram for gram in found.ngrams[0].items}
    assert (first["le"].count, first["le"].reference, first["le"].matched) == (3, 2, 2)
    assert (found.ngrams[0].matched, found.ngrams[0].total) == (3, 4)
    assert [gram.text for gram in found.ngrams[1].items] == ["le le", "le chat"]
    assert found.ngrams[3].smoothed
    assert found.brevity == pytest.approx(math.exp(1 - 6 / 4))
    assert "eff:yes" in found.signature


def test_a_blank_reference_is_refused():
    with pytest.raises(DataError, match="no reference"):
        sentence_score("le chat", " ")
