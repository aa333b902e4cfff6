"""One label for the whole: of a text, on a body trained for something else; of an image."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import glassformer as gf
from glassformer.data.corpus import EncodedCorpus
from glassformer.data.open import DataConfig, open_data
from glassformer.errors import ConfigError, DataError, TokenizerError
from glassformer.loaded import Classifier
from glassformer.tasks.labelling import Labelling
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

SHORT = [
    "training.updates=12", "training.warmup=5", "training.checkpoint_every=6",
    "training.evaluate_every=6", "training.average=1", "training.snapshots=2", "model.d_model=14",
    "model.d_ff=23", "model.n_heads=2", "model.n_layers=2",
]  # fmt: skip


def config(**changes: object) -> gf.ModelConfig:
    sizes = {"source_vocabulary": 1, "target_vocabulary": 1, "tie": "none", "labels": 4}
    return gf.ModelConfig(family="encoder-only", **(sizes | changes))  # type: ignore[arg-type]


def test_a_text_is_read_whole_and_has_one_label(tmp_path: Path, tokenizer: Tokenizer) -> None:
    labels = Tokenizer.of_labels(["animal", "nothing", "place"])
    pairs = [("red cat", "animal"), ("a blue dog sings", "place")]
    corpus = EncodedCorpus.build(
        tmp_path / "c", ((tokenizer.encode(a), labels.encode(b)) for a, b in pairs)
    )
    task = Labelling(config(), TokenizerPair(tokenizer, labels))
    batch = task.batch(corpus, np.array([1, 0]), 0)
    (read,) = batch.inputs
    start, end, pad = tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id
    assert read.tolist() == [
        [start, *tokenizer.encode(pairs[1][0]), end],
        [start, *tokenizer.encode(pairs[0][0]), end, pad, pad],
    ]
    assert batch.target_out.tolist() == [[3], [1]]
    assert task.count(corpus, np.array([1, 0]), 0) == (6 + 4, 2) == (batch.source_tokens, 2)


def test_pixels_stand_in_their_places(tmp_path: Path) -> None:
    pair = TokenizerPair(Tokenizer.of_numbers(17), Tokenizer.of_labels(["0", "1", "2"]))
    pixels = [*range(16), 16, 16]
    corpus = EncodedCorpus.build(tmp_path / "c", [(pixels, [2])])
    task = Labelling(config(image_size=3, patch_size=1, channels=2), pair)
    (image,) = task.batch(corpus, np.array([0]), 0).inputs
    assert image.shape == (1, 2, 3, 3)
    assert image[0, 0, 0, 1] * 16 == 1 and image[0, 0, 1, 0] * 16 == 3
    assert image[0, 1, 0, 0] * 16 == 9 and image.max() == 1


def test_labels_are_texts_of_one_id() -> None:
    labels = Tokenizer.of_labels(["a b", "c"])
    assert labels.size == 3 and labels.encode("a b") == [1] and labels.decode([2]) == "c"
    assert labels.pieces([0, 1]) == ["<pad>", "a b"]
    with pytest.raises(TokenizerError, match="'a' is none of the 2 labels"):
        labels.encode("a")


def test_what_it_is_in_petit() -> None:
    pairs = dict(open_data(DataConfig(source="petit-it", size=300)).split("train"))
    assert set(pairs.values()) == {"animal", "place", "nothing"}
    assert all((label == "nothing") == ("it" not in text.split()) for text, label in pairs.items())
    shown = {text: label for text, label in pairs.items() if "too crowded" in text}
    assert set(shown.values()) <= {"place", "nothing"}


@pytest.fixture(scope="module")
def bert_run(tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "bert"
    assert gf.train(gf.load_recipe("petit-bert", tiny), path)
    return path


@pytest.fixture(scope="module")
def it_run(bert_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier on top of a bert, both too short to be any good."""
    path = tmp_path_factory.mktemp("runs") / "it"
    words = [*SHORT, "data.size=300", "training.tokens_per_update=200", f"init_from={bert_run}"]
    assert gf.train(gf.load_recipe("petit-it", [*words, "training.peak_learning_rate=1e-12"]), path)
    return path


def test_a_classifier_begins_with_the_body_of_another(bert_run: Path, it_run: Path) -> None:
    body, model = gf.load(bert_run), gf.load(it_run)
    assert isinstance(model, Classifier)
    theirs, own = body.model.state_dict(), model.model.state_dict()
    shared = [name for name in theirs if not name.startswith("output_matrix")]
    assert len(shared) > 20
    assert all(torch.allclose(own[name], theirs[name], atol=1e-6) for name in shared)
    assert own["output_matrix"].shape == (4, 14)
    other = ["data.size=300", f"init_from={bert_run}", *SHORT, "model.n_layers=1"]
    with pytest.raises(DataError, match="does not fit this recipe's model"):
        gf.train(gf.load_recipe("petit-it", other), it_run.parent / "other")


def test_a_run_labels_and_is_traced(it_run: Path) -> None:
    model = gf.load(it_run)
    found = model.labels("the girl sleeps")
    assert {label for label, _ in found} == {"animal", "nothing", "place"}
    assert sum(chance for _, chance in found) == pytest.approx(1)
    assert model.classify("the girl sleeps") == found[0][0]
    tape = model.trace("the girl sleeps", pad=2)
    assert tape["probabilities"].shape == (1, 1, 4)
    assert [token["piece"] for token in tape.about["source"]][:2] == ["<s>", "▁the"]
    assert len(tape.about["source"]) == 7
    with pytest.raises(ConfigError, match="do not generate: .* can classify and trace"):
        model.generate("the girl")
    with pytest.raises(ConfigError, match="do not classify: .* can translate"):
        gf.load().classify("the girl")


def test_labels_that_are_not_as_many(tmp_path: Path) -> None:
    recipe = gf.load_recipe("petit-it", ["model.labels=2", "data.size=100"])
    with pytest.raises(ConfigError, match="model.labels = 2, but the training split has 3 labels"):
        gf.train(recipe, tmp_path / "run")


def test_the_command_labels_each_line(it_run: Path) -> None:
    lines = "the girl sleeps\nbecause it was too wide, the animal did not cross the street\n"
    done = subprocess.run(
        [sys.executable, "-m", "glassformer", "classify", str(it_run), "--json"],
        input=lines.encode(), capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["text"] for row in rows] == lines.splitlines()
    assert all(
        row["label"] == max(row["probabilities"], key=row["probabilities"].get) for row in rows
    )


def test_an_image_is_read_in_patches(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is an extra")
    data = open_data(DataConfig(source="digits"))
    parts = {name: list(data.split(name)) for name in data.splits()}
    assert sum(map(len, parts.values())) == 1797 and len(parts["test"]) == 360
    recipe = gf.load_recipe("digits-vit", [*SHORT, "training.tokens_per_update=650"])
    assert gf.train(recipe, tmp_path / "run")
    model = gf.load(tmp_path / "run")
    image, digit = parts["test"][0]
    assert digit in {label for label, _ in model.labels(image)} and len(model.labels(image)) == 10
    tape = model.trace(image)
    assert len(tape.about["source"]) == 17
    assert [t["piece"] for t in tape.about["source"]][:3] == ["class", "1,1", "1,2"]
    assert tape["encoder.0.self_attention.weights"].shape == (1, 2, 17, 17)
    with pytest.raises(ConfigError, match="an image of 2 pixels: this model reads 64, 1 x 8 x 8"):
        model.classify("3 4")
