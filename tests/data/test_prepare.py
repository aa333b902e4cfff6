"""From pairs to an encoded corpus: what is skipped is counted, with its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassformer.data.corpus import SIDES
from glassformer.data.open import DataConfig, open_data
from glassformer.data.prepare import Skipped, encode_corpus, write_splits
from glassformer.data.sources import open_files
from glassformer.errors import DataError
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair


@pytest.fixture(scope="module")
def tokenizers() -> TokenizerPair:
    one = Tokenizer.train(["a b c d e"], TokenizerConfig(kind="word"))
    return TokenizerPair(one, one)


def test_what_cannot_be_used_is_skipped_and_counted(
    tmp_path: Path, tokenizers: TokenizerPair
) -> None:
    pairs = [("a b", "c"), ("", "a"), ("a", " \t"), ("a b c d", "a"), ("b", "a"), ("\u2028", "a")]
    corpus, skipped = encode_corpus(pairs, tokenizers, tmp_path / "x", max_length=3)
    assert len(corpus) == 2
    assert tokenizers.source.decode(corpus.source(1).tolist()) == "b"
    assert skipped.counts == {"a side is empty": 3, "a side has more than 3 tokens": 1}
    assert skipped.lines() == [
        "skipped 3 pairs: a side is empty (line 2, 3, 6)",
        "skipped 1 pairs: a side has more than 3 tokens (line 4)",
    ]


def test_only_the_first_lines_are_named() -> None:
    skipped = Skipped()
    for line in range(1, 9):
        skipped.add("why", line)
    assert skipped.lines() == ["skipped 8 pairs: why (line 1, 2, 3, 4, 5 …)"]


def test_a_line_of_a_hundred_thousand_tokens_is_a_counted_skip(
    tmp_path: Path, tokenizers: TokenizerPair
) -> None:
    pairs = [("a " * 100_000, "b"), ("a", "b")]
    corpus, skipped = encode_corpus(pairs, tokenizers, tmp_path / "x", max_length=256)
    assert len(corpus) == 1 and skipped.counts == {"a side has more than 256 tokens": 1}


def test_splits_as_plain_files(tmp_path: Path) -> None:
    data = open_data(DataConfig(source="petit", size=11))
    counts = write_splits(data, tmp_path / "out")
    assert counts["train"] == {"written": 11, "skipped": 0}
    files = {split: tuple(str(tmp_path / "out" / f"{split}.{side}") for side in SIDES)
             for split in ("train", "dev")}  # fmt: skip
    read = open_files(train=files["train"], dev=files["dev"])
    assert list(read.split("train")) == list(data.split("train"))
    with pytest.raises(DataError, match="is not empty: name a new folder"):
        write_splits(data, tmp_path / "out")


def test_empty_sides_are_left_out_of_the_files(tmp_path: Path) -> None:
    both = tmp_path / "both.tsv"
    both.write_text("a\tb\n\tb\nc\t \n")
    counts = write_splits(open_files(train=(str(both), None)), tmp_path / "out")
    assert counts["train"] == {"written": 1, "skipped": 2}
    assert (tmp_path / "out" / "train.source").read_bytes() == b"a\n"
