"""Paired bootstrap: differences that are there are found, those that are not are not claimed."""

from __future__ import annotations

import random

import pytest
from sacrebleu.metrics.bleu import BLEU

from glassformer.errors import ConfigError, DataError
from glassformer.evaluation.bleu import sacrebleu_score
from glassformer.evaluation.compare import compare, interval, verdict

WORDS = "the red dog cat house sees runs sleeps under old two three of garden".split()


def corpus(count: int = 120, seed: int = 3) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(5, 12))) for _ in range(count)]


def damaged(lines: list[str], share: float, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [
        " ".join(rng.choice(WORDS) if rng.random() < share else w for w in line.split())
        for line in lines
    ]


def test_a_clear_difference_is_called_one() -> None:
    refs = corpus()
    found = compare(refs, damaged(refs, 0.4, 1), damaged(refs, 0.1, 2), names=("old", "new"))
    for contest in found.contests:
        assert contest.differs and contest.difference > 0 and contest.interval[0] > 0
        assert contest.p_value < 0.01
        assert contest.verdict.startswith("new scores")
        assert contest.interval_a[0] <= contest.a <= contest.interval_a[1]
    assert found.contests[0].b == pytest.approx(sacrebleu_score(damaged(refs, 0.1, 2), refs).value)


def test_turned_round_it_says_the_same_of_the_other() -> None:
    refs = corpus()
    one, two = damaged(refs, 0.4, 1), damaged(refs, 0.1, 2)
    there, back = compare(refs, one, two), compare(refs, two, one)
    for a, b in zip(there.contests, back.contests, strict=True):
        assert (a.a, a.b, a.difference) == (b.b, b.a, -b.difference)
        assert a.interval == pytest.approx((-b.interval[1], -b.interval[0]))
        assert b.verdict.startswith("A scores")


def test_chance_is_called_no_difference() -> None:
    refs = corpus(60)
    called = sum(
        compare(refs, damaged(refs, 0.3, 2 * i), damaged(refs, 0.3, 2 * i + 1), samples=200)
        .contests[0]
        .differs
        for i in range(12)
    )
    assert called <= 3  # one in twenty is expected


def test_the_same_outputs_differ_in_nothing() -> None:
    refs = corpus(20)
    found = compare(refs, refs, list(refs), samples=100)
    assert found.same_outputs == 20 and not found.contrasts
    for contest in found.contests:
        assert contest.interval == (0.0, 0.0) and contest.p_value == 1.0 and not contest.differs
        assert contest.verdict.startswith("No difference")
    assert found.length_ratio_a == found.length_ratio_b == 1.0


def test_the_sentences_that_differ_most_come_first() -> None:
    refs = ["the old dog sleeps under two trees", "a cat sees the garden", "three red houses"]
    worse = ["nothing", "a cat sees the gardens", "three red houses"]
    found = compare(refs, refs, worse, sources=["x", "y", "z"], samples=100)
    assert [c.line for c in found.contrasts] == [1, 2]
    first = found.contrasts[0]
    assert (first.source, first.a, first.b, first.chrf_a) == ("x", refs[0], "nothing", 100.0)
    assert len(compare(refs, refs, worse, samples=100, show=1).contrasts) == 1
    assert found.to_json()["contrasts"][0]["line"] == 1


def test_lengths_are_of_sacrebleus_tokens() -> None:
    refs = ["one two three four."] * 3
    found = compare(refs, ["one two three four five six."] * 3, ["one two."] * 3, samples=100)
    assert (found.length_ratio_a, found.length_ratio_b) == (7 / 5, 3 / 5)


def test_the_interval_is_a_quantile_of_what_sacrebleu_itself_would_draw() -> None:
    """sacreBLEU's own bootstrap gives a mean and half a width for one system."""
    refs, hyps = corpus(), damaged(corpus(), 0.3, 5)
    theirs = BLEU().corpus_score(hyps, [refs], n_bootstrap=1000)
    low, high = compare(refs, hyps, refs).contests[0].interval_a
    assert (low + high) / 2 == pytest.approx(theirs._mean, abs=0.6)
    assert (high - low) / 2 == pytest.approx(theirs._ci, abs=0.6)


def test_interval_and_p_value_agree() -> None:
    values = [float(v) for v in range(-24, 976)]  # 25 of 1000 are 0 or less
    low, _ = interval(values)
    assert low <= 0
    assert interval([v + 1 for v in values])[0] > 0 or 2 * 25 / 1001 >= 0.05


def test_verdicts_name_the_better_one() -> None:
    assert "holds zero" in verdict("BLEU", 0.2, (-0.1, 0.5), 0.2, ("a", "b"))
    assert verdict("BLEU", -2.0, (-3.0, -1.0), 0.01, ("a", "b")).startswith(
        "a scores 2.00 BLEU more than b (95 % interval 1.00 to 3.00"
    )


def test_bad_input_is_named() -> None:
    with pytest.raises(DataError):
        compare(["a"], ["a", "b"], ["a"])
    with pytest.raises(DataError, match="1 sources and 2 references"):
        compare(["a", "b"], ["a", "b"], ["a", "b"], sources=["a"])
    with pytest.raises(ConfigError, match="samples = 3"):
        compare(["a"], ["a"], ["a"], samples=3)
