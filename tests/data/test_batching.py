"""Batches: every sentence once an epoch, no batch too large, little padding, and a way back in."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from glassformer.data import batching
from glassformer.data.batching import (
    BatchingConfig,
    Position,
    by_length,
    collate,
    epoch_batches,
    padding,
    token_counts,
    updates,
)
from glassformer.data.corpus import EncodedCorpus, Lengths
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

CONFIG = BatchingConfig(tokens_per_batch=128, tokens_per_update=384, seed=7)
START = Position(0, 0, 0)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EncodedCorpus:
    """997 sentences of one to forty tokens, in windows of 211."""
    monkeypatch.setattr(batching, "WINDOW", 211)
    rng = random.Random(5)
    pairs = [([i + 5] * rng.randint(1, 40), [i + 5] * rng.randint(1, 40)) for i in range(997)]
    return EncodedCorpus.build(tmp_path / "corpus", pairs)


def test_every_sentence_once_an_epoch(corpus: EncodedCorpus) -> None:
    for epoch in (0, 1):
        rows = [r for r, _ in epoch_batches(corpus, CONFIG, Position(epoch, 0, 0))]
        assert sorted(np.concatenate(rows).tolist()) == list(range(997))
    first = [r.tolist() for r, _ in epoch_batches(corpus, CONFIG, START)]
    second = [r.tolist() for r, _ in epoch_batches(corpus, CONFIG, Position(1, 0, 0))]
    assert first != second


def test_no_batch_is_larger_than_asked(corpus: EncodedCorpus) -> None:
    for rows, _ in epoch_batches(corpus, CONFIG, START):
        counts = token_counts(corpus, rows)
        assert counts.max() * len(rows) <= 128


def test_updates_gather_batches_and_go_on_for_ever(corpus: EncodedCorpus) -> None:
    seen: list[int] = []
    for batches, position in updates(corpus, CONFIG, START):
        assert 1 <= len(batches) <= 3
        seen += np.concatenate(batches).tolist()
        if position.epoch == 2:
            break
        assert len(batches) == 3 or position.batch == position.window == 0
    assert sorted(seen) == sorted([*range(997)] * 2)


def test_a_window_is_sorted_once(corpus: EncodedCorpus) -> None:
    asked: list[int] = []

    class Counting(Lengths):
        def __getitem__(self, rows: NDArray[np.int64] | slice) -> NDArray[np.int64]:
            lengths = super().__getitem__(rows)
            asked.append(len(lengths))
            return lengths

    corpus.source_lengths = Counting(corpus.offsets["source"])
    next(position for _, position in updates(corpus, CONFIG, START) if position.epoch == 1)
    assert sum(asked) == len(corpus)


@pytest.mark.parametrize("after", [1, 17, 40, 83])
def test_from_any_position_it_goes_on_as_before(corpus: EncodedCorpus, after: int) -> None:
    whole = list(islice(updates(corpus, CONFIG, START), after + 60))
    position = Position.from_json(whole[after - 1][1].to_json())
    again = list(islice(updates(corpus, CONFIG, position), 60))
    for (expected, at), (found, there) in zip(whole[after:], again, strict=True):
        assert at == there
        assert [r.tolist() for r in expected] == [r.tolist() for r in found]


counted = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=80)


@settings(max_examples=60, deadline=None)
@given(lengths=counted, room=st.integers(1, 300))
def test_batches_by_length(lengths: list[tuple[int, int]], room: int) -> None:
    counts = np.array(lengths)
    batches = by_length(counts, room)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    for rows in batches:
        assert counts[rows].max() * len(rows) <= room or len(rows) == 1
    share = padding(counts, room)
    real = int(counts.sum())
    padded = sum(int(counts[rows].max(0).sum()) * len(rows) for rows in batches)
    assert share == pytest.approx(1 - real / padded)


def test_padding_stays_low_where_sides_are_of_similar_length() -> None:
    """Lengths as image captions have them: 13 words, give or take, and sides alike."""
    rng = np.random.default_rng(2)
    source = np.clip(rng.normal(13, 4, 29_000), 4, 40).astype(int)
    target = np.clip(source + rng.normal(0, 2, 29_000), 3, 45).astype(int)
    assert padding(np.stack([source, target], 1), 4096) < 0.10


def test_padding_of_nothing_is_none() -> None:
    assert padding(np.zeros((0, 2), np.int64), 100) == 0.0


def test_a_batch_by_hand(tmp_path: Path) -> None:
    one = Tokenizer.train(["a b c"], TokenizerConfig(kind="word"))
    a, b, c = (one.encode(letter)[0] for letter in "abc")
    corpus = EncodedCorpus.build(tmp_path / "x", [([a, b, c], [b]), ([c], [a, b])])
    batch = collate(corpus, np.array([0, 1]), TokenizerPair(one, one))
    pad, start, end = one.pad_id, one.bos_id, one.eos_id
    assert batch.source.tolist() == [[a, b, c, end], [c, end, pad, pad]]
    assert batch.target_in.tolist() == [[start, b, pad], [start, a, b]]
    assert batch.target_out.tolist() == [[b, end, pad], [a, b, end]]
    assert (batch.source_tokens, batch.target_tokens) == (6, 5)
