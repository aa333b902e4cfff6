"""The report's plain sentences are true of the best model and of one that learned nothing."""

from __future__ import annotations

import json

import pytest

import glassformer as gf
from glassformer.data import petit
from glassformer.errors import DataError
from glassformer.evaluation.accuracy import Accuracy
from glassformer.evaluation.evaluate import evaluate_petit, evaluate_translations, percent
from glassformer.evaluation.phenomena import PairAccuracy

GOLD = {
    s.english: s.french
    for name, seed, size in (("new", 1, 40), ("combinations", 1, 40), ("longer", 1, 20))
    for s in petit.split(name, seed, size)  # type: ignore[arg-type]
} | {s.english: s.french for pair in petit.contrasting_pairs(1, 30) for s in pair}


def report_of(model: gf.LoadedModel, translate):  # type: ignore[no-untyped-def]
    return evaluate_petit(
        translate, model.model, model.tokenizers, size=40, pairs=30, head_pairs=30
    )


def test_of_perfect_translations(tiny_model: gf.LoadedModel) -> None:
    report = report_of(tiny_model, lambda lines: [GOLD[line] for line in lines])
    first, second, third = report.sentences()
    assert "exactly right 100 % of 40 sentences" in first
    assert second.startswith("It tells from the meaning")
    assert third.endswith(".")
    assert report.text.sacrebleu.value == pytest.approx(100)
    assert report.text.length_ratio == 1.0
    assert json.loads(json.dumps(report.to_json()))["pairs"]["pronoun"]["share"] == 1.0


def test_of_nothing(tiny_model: gf.LoadedModel) -> None:
    report = report_of(tiny_model, lambda lines: [""] * len(lines))
    first, second, _ = report.sentences()
    assert "exactly right 0 % of 40 sentences" in first
    assert second.startswith("It does not tell")
    assert report.text.length_ratio == 0.0
    assert "of its sentences are the reference itself" in report.text.sentences()[1]


@pytest.mark.parametrize(
    ("right", "words"),
    [(97, "It tells"), (60, "It often tells"), (42, "It sometimes tells"), (27, "It does not")],
)
def test_it_is_said_no_better_than_it_is(
    tiny_model: gf.LoadedModel, right: int, words: str
) -> None:
    report = report_of(tiny_model, lambda lines: [""] * len(lines))
    share = Accuracy(right, 100)
    object.__setattr__(report, "pairs", PairAccuracy(pronoun=share, sentence=share, single=share))
    assert report.about_it().startswith(words)
    assert f"{right}.0 %" in report.about_it()


def test_of_text() -> None:
    report = evaluate_translations(["ein Hund läuft schnell .", "x"], ["ein Hund läuft .", "y"])
    assert len(report.sentences()) == 3
    assert report.to_json()["perplexity"] is None
    assert "0 % of its sentences" in report.sentences()[1]
    with pytest.raises(DataError):
        evaluate_translations(["a"], [])


def test_percent_never_rounds_to_certainty() -> None:
    assert (percent(0.0), percent(100.0), percent(0.01), percent(99.99), percent(33.33)) == (
        "0 %", "100 %", "0.1 %", "99.9 %", "33.3 %",
    )  # fmt: skip
