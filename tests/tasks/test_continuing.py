"""A decoder alone: what it reads and should say, and how a trained one writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glassformer as gf
from glassformer.data.corpus import EncodedCorpus
from glassformer.data.prepare import encode_running
from glassformer.errors import ConfigError
from glassformer.loaded import Predictor
from glassformer.tasks.continuing import Continuing, pieces
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig

ROWS = np.array([1, 0, 2])


def test_each_position_says_the_next_token(corpus: EncodedCorpus, tokenizer: Tokenizer) -> None:
    task = Continuing(tokenizer)
    batch = task.batch(corpus, ROWS, 0)
    (read,) = batch.inputs
    pad, start, end = tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id
    long, short, other = (corpus.target(row).tolist() for row in ROWS)
    assert read.tolist() == [
        [start, *long], [start, *short, pad, pad], [start, *other, pad, pad],
    ]  # fmt: skip
    assert batch.target_out.tolist() == [
        [*long, end], [*short, end, pad, pad], [*other, end, pad, pad],
    ]  # fmt: skip
    assert (0, batch.target_tokens) == task.count(corpus, ROWS, 0) == (0, 5 + 3 + 3)


def test_pieces_of_a_running_text_have_no_end(corpus: EncodedCorpus, tokenizer: Tokenizer) -> None:
    task = Continuing(tokenizer, running=True)
    batch = task.batch(corpus, ROWS, 0)
    (read,) = batch.inputs
    pad, start = tokenizer.pad_id, tokenizer.bos_id
    long, short, _ = (corpus.target(row).tolist() for row in ROWS)
    assert read[:2].tolist() == [[start, *long[:-1]], [start, short[0], pad, pad]]
    assert batch.target_out[:2].tolist() == [long, [*short, pad, pad]]
    assert batch.target_tokens == task.count(corpus, ROWS, 0)[1] == 4 + 2 + 2


def test_a_running_text_is_cut_and_nothing_is_lost(tmp_path: Path) -> None:
    lines = ["To be, or not to be:", "", "that is the question"]
    letters = Tokenizer.train(lines, TokenizerConfig(kind="char", size=400))
    corpus = encode_running(lines, letters, tmp_path / "c", length=7)
    found = [corpus.target(row).tolist() for row in range(len(corpus))]
    assert [len(piece) for piece in found] == [7, 7, 7, 7, 7, 7, 1]
    assert letters.decode([i for piece in found for i in piece]) == "\n".join([*lines, ""])


def test_running_text_is_for_a_decoder_alone(tmp_path: Path) -> None:
    recipe = gf.load_recipe("petit-demo", ["data.running=true", "data.size=50"])
    with pytest.raises(ConfigError, match="model.family must be decoder-only"):
        gf.train(recipe, tmp_path / "run")


def test_a_run_writes_on(gpt_run: Path) -> None:
    model = gf.load(gpt_run)
    assert isinstance(model, Predictor)
    assert model.generate("the girl", max_length=9) == model.generate("the girl", max_length=9)
    drawn = [
        model.generate("the girl", max_length=9, temperature=1.5, seed=seed) for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    narrow = {"temperature": 2.0, "top_k": 1}
    assert model.generate("the girl", max_length=9, **narrow) == model.generate(
        "the girl", max_length=9
    )
    streamed = "".join(model.stream("the girl", max_length=9))
    assert streamed.strip() == model.generate("the girl", max_length=9)
    tape = model.trace("the girl")
    assert tape.about["family"] == "decoder-only"
    assert "dev_loss" in model.run.metrics()[-1]


def test_generation_goes_on_beyond_the_room(gpt_run: Path) -> None:
    model = gf.load(gpt_run)
    assert isinstance(model, Predictor)
    model.model.target_embedding.tokens.weight.data[model.tokenizers.target.eos_id] = 0
    found = list(model.stream("the girl", max_length=3 * model.longest, temperature=3.0))
    assert len(found) <= 3 * model.longest + 1


def test_options_that_do_not_fit(gpt_run: Path) -> None:
    model = gf.load(gpt_run)
    for options, words in (
        ({"top_k": 3}, "give a temperature above 0"),
        ({"repeats": 1}, "repeats = 1 must be at least 2"),
        ({"max_length": -1}, "max_length = -1"),
        ({"temperature": -1.0}, "temperature = -1.0"),
    ):
        with pytest.raises(ConfigError, match=words):
            model.generate("the girl", **options)
    with pytest.raises(ConfigError, match="do not translate: .* can generate and trace"):
        model.translate("the girl")
    with pytest.raises(ConfigError, match="do not generate: .* can translate and score and trace"):
        gf.load().stream("the girl")


def test_half_a_letter_waits() -> None:
    tokenizer = Tokenizer.train(["abc"], TokenizerConfig(kind="char", size=400))
    ids = tokenizer.encode("é")
    assert len(ids) == 2
    assert list(pieces(tokenizer, "ab", iter([*ids, *tokenizer.encode("c")]))) == ["é", "c", ""]


def test_the_command_streams(gpt_run: Path) -> None:
    words = ["generate", str(gpt_run), "--prompt", "the girl", "--max-length", "5"]
    done = subprocess.run(
        [sys.executable, "-m", "glassformer", *words], capture_output=True, check=True, timeout=120
    )
    expected = "".join(gf.load(gpt_run).stream("the girl", max_length=5))
    assert done.stdout.decode() == f"the girl{expected}\n"
