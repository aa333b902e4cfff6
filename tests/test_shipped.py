"""The model that the package carries: it loads by itself, fits the grammar, and is small."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import glassformer as gf
from glassformer.data import petit
from glassformer.evaluation.phenomena import is_exact, pair_accuracy
from glassformer.explorer.words import OPENING
from glassformer.runs.shipped import SHIPPED, find_run, shipped_runs

PLACE = SHIPPED / "petit"


@pytest.fixture(scope="module")
def shipped() -> gf.LoadedModel:
    torch.set_num_threads(1)
    return gf.load()


def test_it_is_what_load_means_by_nothing_and_by_its_name(
    shipped: gf.LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped.run.path == shipped_runs()["petit"] == PLACE
    monkeypatch.chdir(tmp_path)
    assert gf.load("petit").run.path == PLACE
    (tmp_path / "petit").mkdir()
    assert find_run("petit") == Path("petit")  # what is there comes first
    assert find_run("runs/petit") == Path("runs/petit")
    assert all(p.dtype == torch.float32 for p in shipped.model.parameters())


def test_it_knows_every_word_of_the_grammar(shipped: gf.LoadedModel) -> None:
    for tokenizer, words in zip(
        (shipped.tokenizers.source, shipped.tokenizers.target), petit.vocabulary(), strict=True
    ):
        for word in words:
            assert tokenizer.unk_id not in tokenizer.encode(word), word


def test_it_translates_what_the_grammar_says_now(shipped: gf.LoadedModel) -> None:
    sentences = list(petit.split("new", seed=5, size=200))
    found = shipped.translate([one.english for one in sentences], beam=1)
    right = [is_exact(a, one.french) for a, one in zip(found, sentences, strict=True)]
    assert sum(right) >= 0.985 * len(right)


def test_it_tells_what_it_stands_for(shipped: gf.LoadedModel) -> None:
    pairs = list(petit.contrasting_pairs(seed=5, size=40))
    lines = [one.english for pair in pairs for one in pair]
    found = iter(shipped.translate(lines, beam=1))
    accuracy = pair_accuracy(pairs, list(zip(found, found, strict=True)))
    assert accuracy.pronoun.share == 1.0


def test_the_opening_changes_with_one_word(shipped: gf.LoadedModel) -> None:
    wide, tired = shipped.translate([OPENING, OPENING.replace("wide", "tired")])
    assert wide == "parce qu'elle était trop large, l'animal n'a pas traversé la rue"
    assert tired == "parce qu'il était trop fatigué, l'animal n'a pas traversé la rue"


def test_its_card_says_what_it_is(shipped: gf.LoadedModel) -> None:
    card = (PLACE / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{shipped.config.parameter_count():,} parameters" in card
    assert len([row for row in card.split("\n") if row.startswith("| ")]) >= 7
