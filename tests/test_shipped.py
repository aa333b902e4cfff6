"""The model that the package carries: it loads by itself, fits the grammar, and is small."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import glassformer as gf
from glassformer.data import petit
from glassformer.evaluation.phenomena import is_exact, pair_accuracy
from glassformer.explorer.recorded import Recorded
from glassformer.explorer.words import OPENING
from glassformer.inspection.push import pushes
from glassformer.runs.files import fault
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


@pytest.mark.parametrize(("adjective", "said", "noun"), [("wide", "elle", "street"),
                                                          ("tired", "il", "animal")])  # fmt: skip
def test_what_pushes_the_pronoun_is_its_noun(
    shipped: gf.LoadedModel, adjective: str, said: str, noun: str
) -> None:
    tape = shipped.trace(OPENING.replace("wide", adjective))
    source, words = ([token["piece"].removeprefix("▁") for token in tape.about[side]]
                     for side in ("source", "next"))  # fmt: skip
    row, nouns = words.index(said), [source.index(one) for one in ("animal", "street")]
    found = pushes(tape, row).strongest(1000)
    path, head, _, key, push = next(
        one for one in found if "cross" in one[0] and one[2] == row and one[3] in nouns
    )
    assert source[key] == noun and push > 0.5
    assert tape[path][0, head, row, key] > 0.9  # one sees it


def test_it_is_small_and_whole(shipped: gf.LoadedModel) -> None:
    sizes = {f: f.stat().st_size for f in PLACE.rglob("*") if f.is_file()}
    assert sum(sizes.values()) <= 12_000_000
    assert sum(n for f, n in sizes.items() if f.parent.name == "recorded") <= 700_000
    assert len(shipped.run.snapshots()) == 4
    folders = [PLACE / "model", PLACE / "recorded", *(PLACE / "snapshots").iterdir()]
    assert [fault(folder) for folder in folders] == [None] * 6


def test_its_recording_is_of_what_it_does_now(shipped: gf.LoadedModel) -> None:
    recorded = Recorded.open(PLACE / "recorded")
    assert recorded and len(recorded.texts) == 2 and len(recorded.steps) >= 20
    assert OPENING in recorded.texts
    step = shipped.run.snapshots()[-1]
    for one in recorded.about["texts"]:
        now = shipped.at(step).trace(one["text"], one["target"])
        then = recorded.trace(one["text"], step)
        assert then.about["target"] == now.about["target"]
        assert then.about.keys() >= now.about.keys()  # the page finds in it what it finds in any
        for entry in then:
            if entry.path.endswith("weights"):
                assert torch.allclose(entry.value, now[entry.path], atol=2e-3)
        best = now["probabilities"].topk(10)
        assert torch.allclose(then["probabilities.best"], best.values, atol=2e-3)


def test_its_card_says_what_it_is(shipped: gf.LoadedModel) -> None:
    card = (PLACE / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{shipped.config.parameter_count():,} parameters" in card
    assert ", ".join(map(str, shipped.run.snapshots())) in card
    assert len([row for row in card.split("\n") if row.startswith("| ")]) >= 7
