"""What a hand-out refuses, and that its answers are the program's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import glassformer as gf
from glassformer.cli import glassformer
from glassformer.errors import ConfigError, DataError, TourError
from glassformer.explorer.handout import Handout
from glassformer.explorer.limits import estimate
from glassformer.explorer.live import entries_at
from glassformer.explorer.models import Models
from glassformer.handouts import encoded, filled
from glassformer.loaded import wrap
from glassformer.text import Tokenizer
from glassformer.tours import parse
from glassformer.tours.shipped import named

TEXT = "the girl sleeps"


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        ((), "needs a sentence"),
        (("  ",), "no word to read"),
        (("a",) * 3 + tuple(f"the dog sees {i}" for i in range(51)), "52 sentences.*at most 50"),
        (("a\x07",), "control character U[+]0007"),
    ],
)
def test_sentences_that_do_not_fit(
    tiny_model: gf.LoadedModel, sentences: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        Handout(model=tiny_model, sentences=sentences).page()


def test_a_sentence_that_is_too_long_is_told_what_fits(
    tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glassformer.explorer.handout.MOST_BYTES", 100_000)
    with pytest.raises(
        ConfigError, match="has 22 tokens: too long.*in which ([0-9]+) tokens"
    ) as no:
        Handout(model=tiny_model, sentences=["the girl sleeps " * 7]).page()
    (fits,) = re.findall(r"which (\d+)", str(no.value))
    most, config = int(fits), tiny_model.config
    assert estimate(config, most, most) <= 100_000 < estimate(config, most + 1, most + 1)


def test_what_cannot_fit_is_refused_before_anything_is_recorded(
    tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(handout: Handout, bits: int) -> None:
        raise AssertionError("it was recorded")

    many = [f"the girl sees {n} dogs" for n in range(11)]
    whole = Handout(model=tiny_model, sentences=many)
    made = len(encoded(whole.page()))
    monkeypatch.setattr(Handout, "contents", never)

    def told(cap: int, handout: Handout) -> str:
        monkeypatch.setattr("glassformer.handouts.estimate.CAP", cap)
        with pytest.raises((ConfigError, AssertionError)) as no:
            handout.page()
        return str(no.value)

    assert told(made, whole) == "it was recorded"  # what would fit is not refused
    some = r"MB or more, and 1 MB is the most: at most the first ([1-9]|10) of its 11 sentences fit"
    assert re.search(some, told(int(made * 0.8), whole))
    one = Handout(model=tiny_model, sentences=many[:1])
    said = told(100_000, one)
    assert "the parameters of tiny alone take" in said and "take a smaller model, or" in said
    live = Handout(model=tiny_model, sentences=many[:1], live=True)
    assert "leave --live out, or show it" in told(100_000, live)


def test_what_pins_stand_at_is_in_it(tiny_model: gf.LoadedModel) -> None:
    place = {"view": "attention", "text": "the boy sees a dog", "model": "tiny"}
    pin = {"path": "", "flat": 0, "value": "", "title": "T", "text": "", "place": place}
    notes = json.dumps({"glassformer": "notes", "version": 2, "notes": [pin, pin]})
    assert Handout(model=tiny_model, sentences=[TEXT], notes=notes).texts == [TEXT, place["text"]]
    way = "---\ntitle: T\n---\n## B {#pin-1}\nat: view=attention&text=the+boy+runs\n\nTell: x\n"
    handout = Handout(model=tiny_model, sentences=[], tours=[parse(way, "t.md")])
    assert handout.texts == ["the boy runs"]


def test_notes_that_are_none(tiny_model: gf.LoadedModel) -> None:
    with pytest.raises(DataError, match="given as notes is no file of notes"):
        Handout(model=tiny_model, sentences=[TEXT], notes="[]").page()


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    def told(*words: str) -> str:
        return str(CliRunner().invoke(glassformer, ["handout", *words]).exception)

    out = str(tmp_path / "x.html")
    assert "there is no tour 'nono'" in told("--sentence", TEXT, "--tour", "nono", "-o", out)
    assert "could not read" in told("--sentence", TEXT, "--notes", str(tmp_path), "-o", out)
    notes = tmp_path / "notes.json"
    stroke = {"tool": "pen", "at": "main", "wide": 7, "points": [1, "x"]}
    content = {"glassformer": "notes", "version": 2, "notes": [], "drawings": {"": [stroke]}}
    notes.write_text(json.dumps(content), encoding="utf-8")
    said = told("--sentence", TEXT, "--notes", str(notes), "-o", out)
    assert f"{notes}: the drawing at '', stroke 1: number 2 of points is 'x'" in said
    assert "there is no run" in told(str(tmp_path / "no"), "--sentence", TEXT, "-o", out)
    bad = tmp_path / "tour.md"
    bad.write_text("---\ntitle: T\n---\n# A\n## B\nshow: nowhere\n", encoding="utf-8")
    result = CliRunner().invoke(glassformer, ["handout", "--tour", str(bad), "-o", out])
    assert isinstance(result.exception, TourError)
    assert "tour.md, line 6" in str(result.exception)


def test_its_answers_are_those_of_the_program(tiny_model: gf.LoadedModel) -> None:
    tour = parse("---\ntitle: T\n---\n# A\n## B\nsentence: a dog  runs\n\nTell: x\n", "t.md")
    handout = Handout(model=tiny_model, sentences=[TEXT], tours=[tour])
    assert handout.texts == [TEXT, "a dog runs"]
    made = handout.contents(8)
    assert [one.graph["about"]["trace"] for one in made.recorded] == ["1", "2"]
    assert {"api/words", "api/vocabulary/tiny", "api/push/2/0", "api/checks/1"} <= {*made.answers}
    assert made.answers["api/tours?language=en"][0]["title"] == "T"
    assert made.answers["api/tours?language=fr"][0]["title"] == "T"
    assert not any(one.graph["about"]["run"] != "tiny" for one in made.recorded)
    assert 0 < made.moved < 0.2
    text = json.dumps(made.answers)
    assert str(Path(gf.__file__).parent) not in text + json.dumps(made.code)
    assert made.to_bytes() == handout.contents(8).to_bytes()  # nothing in it is drawn anew


def test_a_carried_tour_comes_in_both_languages_and_with_a_sentence(
    tiny_model: gf.LoadedModel,
) -> None:
    handout = Handout(model=tiny_model, sentences=[], tours=[named("five-minutes")])
    assert len(handout.texts) == 1
    answers = handout.contents(8).answers
    titles = [answers[f"api/tours?language={one}"][0]["title"] for one in ("en", "fr")]
    assert titles == ["Five minutes", "Cinq minutes"]


def test_a_live_one_has_the_parameters_as_they_are(tiny_model: gf.LoadedModel) -> None:
    made = Handout(model=tiny_model, sentences=[TEXT], live=True).contents(8)
    assert made.moved < 1e-6
    assert len(Handout(model=tiny_model, sentences=(), live=True).texts) == 1
    assert made.live is not None
    model = dict(tiny_model.model.named_parameters())
    assert all(torch.equal(made.parameters[path], model[path]) for path in made.parameters)
    for lengths in ((3, 1), (13, 11)):
        assert filled(made.live.template, lengths) == entries_at(tiny_model, lengths)


def test_a_live_one_of_a_large_model_is_refused_at_once(
    tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glassformer.explorer.live.CAP", 1000)
    with pytest.raises(ConfigError, match="MB of parameters.*leave --live out"):
        Handout(model=tiny_model, sentences=[TEXT], live=True).contents(8)


def test_a_live_one_is_for_our_own_tokenizers(families: Models) -> None:
    net = families["predictor"].model
    model = wrap(net, Tokenizer.of_numbers(net.config.target_vocabulary))
    with pytest.raises(ConfigError, match="cannot run.*'numbers'.*word, char, bpe"):
        Handout(model=model, sentences=["3 1"], live=True).page()
