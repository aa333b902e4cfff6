"""An encoder alone: which tokens it is asked for, what it sees of them, and how it fills gaps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import glassformer as gf
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import ConfigError
from glassformer.loaded import Reader
from glassformer.tasks.masking import Masking
from glassformer.text.tokenizer import MASK, Tokenizer, TokenizerConfig

TEXT = "one two three blue cats sing a bird red dog".split()


@pytest.fixture(scope="module")
def large(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    """997 texts of one to 23 words."""
    rng = np.random.default_rng(3)
    lines = [" ".join(rng.choice(TEXT, rng.integers(1, 24))) for _ in range(997)]
    folder = tmp_path_factory.mktemp("large") / "train"
    return EncodedCorpus.build(folder, (([], tokenizer.encode(line)) for line in lines))


def test_fifteen_in_a_hundred_are_asked_for(large: EncodedCorpus, tokenizer: Tokenizer) -> None:
    task, rows = Masking(tokenizer, seed=5), np.arange(997)
    batch = task.batch(large, rows, 3)
    (read,) = batch.inputs
    asked = batch.target_out != tokenizer.pad_id
    lengths = large.target_lengths[rows]
    assert asked.sum(1).tolist() == np.maximum(1, np.rint(0.15 * lengths)).tolist()
    table = task.table(large, rows)
    assert (batch.target_out.numpy()[asked.numpy()] == table[asked.numpy()]).all()
    assert (read.numpy()[~asked.numpy()] == table[~asked.numpy()]).all()
    assert not asked[np.arange(997), lengths].any()  # end tokens are never asked for
    seen, true = read[asked].numpy(), table[asked.numpy()]
    hidden, same = (seen == tokenizer.mask_id).mean(), (seen == true).mean()
    # the standard deviation of a share of 1800 is at most 0.012
    assert hidden == pytest.approx(0.8, abs=0.04)
    assert same == pytest.approx(0.1, abs=0.04)
    assert len(set(seen[(seen != tokenizer.mask_id) & (seen != true)].tolist())) > 50


def test_chance_depends_on_no_batch(large: EncodedCorpus, tokenizer: Tokenizer) -> None:
    task, rows = Masking(tokenizer, seed=5), np.array([11, 500, 7, 993])
    whole = task.batch(large, rows, 2)
    for i, row in enumerate(rows):
        alone = task.batch(large, rows[i : i + 1], 2)
        width = alone.inputs[0].shape[1]
        assert (alone.inputs[0][0] == whole.inputs[0][i, :width]).all()
        assert (alone.target_out[0] == whole.target_out[i, :width]).all(), row
    assert whole.target_tokens == task.count(large, rows, 2)[1]
    other = task.batch(large, rows, 3)
    assert (other.inputs[0] != whole.inputs[0]).any()
    again = Masking(tokenizer, seed=6).batch(large, rows, 2)
    assert (again.inputs[0] != whole.inputs[0]).any()


def test_every_place_is_asked_for_as_often(tmp_path: Path, tokenizer: Tokenizer) -> None:
    line = tokenizer.encode("one two three blue cats sing a")
    corpus = EncodedCorpus.build(tmp_path / "c", (([], line) for _ in range(2003)))
    asked = Masking(tokenizer, 1).batch(corpus, np.arange(2003), 0).target_out != tokenizer.pad_id
    shares = asked.float().mean(0)[:-1]
    assert shares.tolist() == pytest.approx([1 / 7] * 7, abs=0.04)


def test_whole_words_are_hidden_whole(tmp_path: Path) -> None:
    lines = ["abracadabra cadabra abra", "cadabra abracadabra", "abra cadabra abra cadabra"]
    pieces = Tokenizer.train(["abra cad", "abra"], TokenizerConfig(kind="bpe", size=270))
    corpus = EncodedCorpus.build(tmp_path / "c", (([], pieces.encode(line)) for line in lines))
    task, rows = Masking(pieces, 1, whole_words=True), np.arange(3)
    for epoch in range(20):
        batch = task.batch(corpus, rows, epoch)
        assert batch.target_tokens == task.count(corpus, rows, epoch)[1]
        for row in rows:
            ids = corpus.target(row).tolist()
            asked = (batch.target_out[row, : len(ids)] != pieces.pad_id).tolist()
            names = pieces.pieces(ids)
            starts = [i for i, name in enumerate(names) if name.startswith("▁")] + [len(ids)]
            for start, end in pairwise(starts):
                assert len(set(asked[start:end])) == 1, (names, asked)
    assert any(len(pieces.encode(word)) > 1 for line in lines for word in line.split())


@pytest.mark.parametrize(
    ("kind", "text"),
    [("word", "a <mask> dog <mask>"), ("word", "<mask> blue, <mask>"), ("char", "re<mask> cat")],
)
def test_gaps_in_a_text(kind: str, text: str) -> None:
    made = Tokenizer.train(
        ["a blue dog sings, red cat"],
        TokenizerConfig(kind=kind, size=500),  # type: ignore[arg-type]
    )
    ids = made.encode_gaps(text)
    places = [i for i, token in enumerate(ids) if token == made.mask_id]
    assert len(places) == text.count(MASK)
    words = iter("d" if kind == "char" else " blue" for _ in places)
    filled = text.replace(" " + MASK, MASK).replace(MASK, "{}") if kind != "char" else text
    filled = filled.replace(MASK, "{}").format(*words).strip()
    token = made.encode("d" if kind == "char" else "blue")[0]
    assert made.decode([token if i == made.mask_id else i for i in ids]) == filled
    assert made.encode_gaps("a dog") == made.encode("a dog")


@pytest.fixture(scope="module")
def bert_run(tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished petit-bert, too short to be any good."""
    path = tmp_path_factory.mktemp("runs") / "bert"
    assert gf.train(gf.load_recipe("petit-bert", tiny), path)
    return path


def test_a_run_fills_gaps(bert_run: Path) -> None:
    model = gf.load(bert_run)
    assert isinstance(model, Reader)
    text = f"the {MASK} crossed the {MASK}"
    found = model.fillings(text, 3)
    assert [len(gap) for gap in found] == [3, 3]
    for gap in found:
        chances = [chance for _, chance in gap]
        assert chances == sorted(chances, reverse=True) and 0 < sum(chances) < 1
    best = [gap[0][0].removeprefix("▁") for gap in found]
    assert model.fill(text).split() == ["the", best[0], "crossed", "the", best[1]]
    tape = model.trace(text)
    assert [token["id"] for token in tape.about["source"]].count(
        model.tokenizers.source.mask_id
    ) == 2
    with pytest.raises(ConfigError, match="no gap: write <mask>"):
        model.fill("the girl")
    with pytest.raises(ConfigError, match="do not fill gaps: .* can translate"):
        gf.load().fill(text)
    with pytest.raises(ConfigError, match="do not generate: .* can fill and trace"):
        model.generate("the")
