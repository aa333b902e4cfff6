"""Corpus scores against hand-computed values, BLEU's definition, and the wild."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.errors import ConfigError, DataError
from glassformer.evaluation.bleu import (
    bleu,
    chrf,
    moses,
    multi_bleu,
    paper_bleu,
    sacrebleu_score,
    split_compounds,
    to_ascii,
    tokenised_bleu,
)


def by_definition(hyps: list[str], refs: list[str]) -> float:
    """BLEU-4 of tokenised text, straight from Papineni et al. 2002, equations 1 to 3."""
    right, total = [0] * 4, [0] * 4
    for hyp, ref in zip(hyps, refs, strict=True):
        h, r = hyp.split(), ref.split()
        for n in range(4):
            grams = Counter(tuple(h[i : i + n + 1]) for i in range(len(h) - n))
            there = Counter(tuple(r[i : i + n + 1]) for i in range(len(r) - n))
            right[n] += sum((grams & there).values())
            total[n] += sum(grams.values())
    if 0 in right:
        return 0.0
    c = sum(len(h.split()) for h in hyps)
    r_length = sum(len(r.split()) for r in refs)
    penalty = 1.0 if c > r_length else math.exp(1 - r_length / c)
    return 100 * penalty * math.prod(a / b for a, b in zip(right, total, strict=True)) ** 0.25


def test_a_case_by_hand() -> None:
    # 5 of 7 words, 3 of 6 pairs, 2 of 5 triples, 1 of 4 quadruples, 7 words for 8.
    score = bleu(["a b c d x y e"], ["a b c d e f g h"], multi_bleu(), "hand")
    assert score.precisions == pytest.approx((500 / 7, 50, 40, 25))
    assert score.brevity_penalty == pytest.approx(math.exp(1 - 8 / 7))
    wanted = math.exp(1 - 8 / 7) * (5 / 7 * 3 / 6 * 2 / 5 * 1 / 4) ** 0.25
    assert score.value == pytest.approx(100 * wanted)
    assert (score.hypothesis_tokens, score.reference_tokens) == (7, 8)


LINE = st.lists(st.sampled_from(["la", "le", "chat", "dort", ",", "ici"]), max_size=11).map(
    " ".join
)
PAIRS = st.lists(st.tuples(LINE, LINE), min_size=1, max_size=7)


@settings(deadline=None)
@given(PAIRS)
def test_multi_bleu_is_bleu_by_definition(pairs: list[tuple[str, str]]) -> None:
    hyps, refs = [h for h, _ in pairs], [r for _, r in pairs]
    if any(hyps):
        assert bleu(hyps, refs, multi_bleu(), "").value == pytest.approx(by_definition(hyps, refs))


@settings(deadline=None, max_examples=40)
@given(PAIRS, st.randoms())
def test_the_order_of_lines_does_not_matter(
    pairs: list[tuple[str, str]], rng: random.Random
) -> None:
    mixed = list(pairs)
    rng.shuffle(mixed)
    for measure in (sacrebleu_score, paper_bleu, tokenised_bleu, chrf):
        one = measure([h for h, _ in pairs], [r for _, r in pairs])
        other = measure([h for h, _ in mixed], [r for _, r in mixed])
        assert one.value == pytest.approx(other.value)
        assert 0 <= one.value <= 100 + 1e-9


@pytest.mark.parametrize("measure", [sacrebleu_score, paper_bleu, tokenised_bleu, chrf])
def test_identical_text_scores_100_and_nothing_shared_scores_0(measure) -> None:  # type: ignore[no-untyped-def]
    text = ["Der E-Mail-Server läuft „gut“ …", "Zwei Hunde spielen im Schnee."]
    assert measure(text, text).value == pytest.approx(100)
    assert measure(["", ""], text).value == 0


def test_the_papers_preparation_step_by_step() -> None:
    assert to_ascii("‘Rich-Text’，“so”…") == '‘Rich-Text\',"so"...'
    assert moses('z.B. "so", Dr. Ott.', "de") == "z.B. &quot; so &quot; , Dr. Ott ."
    assert split_compounds("rich-text format - a-b-c") == (
        "rich ##AT##-##AT## text format - a ##AT##-##AT## b-c"
    )


def test_the_papers_bleu_is_multi_bleu_of_the_prepared_text() -> None:
    hyps = ["Das ist ein sehr altes Rich-Text-Format, ja."]
    refs = ["Das ist ein sehr altes Klar-Text-Format, ja."]
    # Das ist ein sehr altes Rich ##AT##-##AT## Text ##AT##-##AT## Format , ja . (1 of 13 wrong)
    wanted = (12 / 13 * 10 / 12 * 8 / 11 * 6 / 10) ** 0.25
    score = paper_bleu(hyps, refs)
    assert score.value == pytest.approx(100 * wanted)
    # Unsplit, one of nine words is wrong: the definition is worth points.
    unsplit = tokenised_bleu(hyps, refs, lowercase=False)
    assert unsplit.value == pytest.approx(100 * (8 / 9 * 6 / 8 * 4 / 7 * 2 / 6) ** 0.25)
    assert score.value > unsplit.value


def test_case_counts_where_it_should() -> None:
    hyps, refs = ["EIN Hund rennt im Gras ."], ["ein Hund rennt im Gras ."]
    assert tokenised_bleu(hyps, refs).value == pytest.approx(100)
    assert paper_bleu(hyps, refs).value < 100
    assert sacrebleu_score(hyps, refs).value < 100
    assert sacrebleu_score(hyps, refs, lowercase=True).value == pytest.approx(100)


def test_the_language_is_that_of_the_target() -> None:
    assert moses("l'animal", "fr") == "l&apos; animal"
    assert moses("l'animal", "de") == "l &apos; animal"
    assert "tok:moses-fr" in paper_bleu(["l'animal"], ["l'animal"], language="fr").signature


def test_signatures_say_how() -> None:
    hyps = ["a b c d"]
    assert "case:mixed|eff:no|tok:13a|smooth:exp|version:" in sacrebleu_score(hyps, hyps).signature
    assert "case:lc" in sacrebleu_score(hyps, hyps, lowercase=True).signature
    assert "tok:intl" in sacrebleu_score(hyps, hyps, tokenize="intl").signature
    paper = paper_bleu(hyps, hyps).signature
    assert paper.startswith("glassformer.paper|case:mixed|tok:moses-de|")
    assert "compounds:split|smooth:none|sacremoses:" in paper
    assert tokenised_bleu(hyps, hyps).signature.startswith("glassformer.tokenised|case:lc|")
    assert "nc:6|nw:0" in chrf(hyps, hyps).signature


@pytest.mark.parametrize("measure", [sacrebleu_score, paper_bleu, tokenised_bleu, chrf])
def test_unequal_and_empty_sides_are_refused(measure) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="2 translations and 3 references"):
        measure(["a", "b"], ["a", "b", "c"])
    with pytest.raises(DataError, match="nothing to score"):
        measure([], [])


def test_an_unknown_tokenisation_is_refused() -> None:
    with pytest.raises(ConfigError, match="'13b' is unknown"):
        sacrebleu_score(["a"], ["a"], tokenize="13b")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=3))
def test_any_text_has_a_score(pairs: list[tuple[str, str]]) -> None:
    hyps, refs = [h for h, _ in pairs], [r for _, r in pairs]
    for measure in (sacrebleu_score, paper_bleu, tokenised_bleu, chrf):
        assert 0 <= measure(hyps, refs).value <= 100 + 1e-9
