"""Batches by tokens (§5.1): sentence pairs of similar length together, in a random order.

An epoch is a random order of the corpus, taken in windows. A window is sorted by length and cut
into batches, and these are shuffled; a few batches make an update. Nothing but the window is in
memory, and a position says where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glassformer.data.corpus import EncodedCorpus
from glassformer.data.shuffle import Permutation
from glassformer.text.tokenizer import TokenizerPair

WINDOW = 65_536  # sentences that are sorted by length together
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Position:
    """How far the data were read: whole epochs, whole windows of this one, batches of this one."""

    epoch: int
    window: int
    batch: int

    def to_json(self) -> list[int]:
        """Three numbers."""
        return list(astuple(self))

    @classmethod
    def from_json(cls, numbers: list[int]) -> Position:
        """What ``to_json`` gave."""
        return cls(*numbers)


@dataclass(frozen=True, kw_only=True)
class BatchingConfig:
    """Tokens count per side, the end token and padding included. A batch holds at most
    ``tokens_per_batch``; an update gathers as many batches as make ``tokens_per_update``."""

    tokens_per_batch: int
    tokens_per_update: int
    seed: int

    @property
    def room(self) -> int:
        """Tokens that a batch may hold: never more than an update."""
        return min(self.tokens_per_batch, self.tokens_per_update)

    @property
    def batches(self) -> int:
        """Batches that an update gathers."""
        return round(self.tokens_per_update / self.room)


@dataclass(frozen=True)
class Batch:
    """Sentences as int64 [sentence, position], padded on the right.

    ``inputs`` is what the model's ``forward`` takes; ``target_out`` what the model should say at
    each position, padding where nothing is asked. Of pairs, ``source`` ends with the end token,
    ``target_in`` begins with the start token, and what should be said is the next token, the end
    token last. ``source_tokens`` are read, ``target_tokens`` are asked for.
    """

    inputs: tuple[Tensor, ...]
    target_out: Tensor
    source_tokens: int
    target_tokens: int

    @property
    def source(self) -> Tensor:
        """What an encoder reads."""
        return self.inputs[0]

    @property
    def target_in(self) -> Tensor:
        """What a decoder reads."""
        return self.inputs[-1]


def updates(
    corpus: EncodedCorpus, config: BatchingConfig, start: Position
) -> Iterator[tuple[list[Rows], Position]]:
    """The sentences of each batch of each update, and the position after it; without end.

    The last update of an epoch is what is left of it. A sentence longer than a batch is one.
    """
    while True:
        gathered: list[Rows] = []
        after = start
        for rows, after in epoch_batches(corpus, config, start):
            gathered.append(rows)
            if len(gathered) == config.batches or after.epoch > start.epoch:
                yield gathered, after
                gathered = []
        start = after


def epoch_batches(
    corpus: EncodedCorpus, config: BatchingConfig, start: Position
) -> Iterator[tuple[Rows, Position]]:
    """The rest of an epoch, batch by batch, each with the position after it."""
    order = Permutation(len(corpus), (config.seed, start.epoch))
    windows = -(-len(corpus) // WINDOW)
    done = start.batch
    for window in range(start.window, windows):
        batches = window_batches(corpus, config, order, start.epoch, window)
        for i in range(done, len(batches)):
            after = Position(start.epoch, window, i + 1)
            if i + 1 == len(batches):
                after = Position(start.epoch, window + 1, 0)
                if window + 1 == windows:
                    after = Position(start.epoch + 1, 0, 0)
            yield batches[i], after
        done = 0


def window_batches(
    corpus: EncodedCorpus, config: BatchingConfig, order: Permutation, epoch: int, window: int
) -> list[Rows]:
    """The batches of one window, shuffled."""
    places = np.arange(window * WINDOW, min((window + 1) * WINDOW, len(corpus)))
    rows = order[places]
    batches = [rows[part] for part in by_length(token_counts(corpus, rows), config.room)]
    shuffled = np.random.Generator(np.random.PCG64([config.seed, epoch, window]))
    return [batches[i] for i in shuffled.permutation(len(batches))]


def by_length(counts: NDArray[np.int64], room: int) -> list[Rows]:
    """Sentences of similar length in batches of at most ``room`` tokens a side with padding.

    ``counts`` [sentence, 2] are their tokens; a batch is an array of row numbers.
    """
    # By the longer side first: that is what padding is measured against.
    ranked = np.lexsort((counts[:, 1], counts[:, 0], counts.max(1)))
    longer = counts.max(1)[ranked].tolist()
    batches, first = [], 0
    for i, longest in enumerate(longer):
        # Sorted by the longer side, the newest sentence is the longest of its batch.
        if i > first and longest * (i + 1 - first) > room:
            batches.append(ranked[first:i])
            first = i
    if longer:
        batches.append(ranked[first:])
    return batches


def token_counts(corpus: EncodedCorpus, rows: Rows) -> NDArray[np.int64]:
    """Source and target tokens of each sentence, its end token included: [row, 2]."""
    lengths = corpus.source_lengths[rows], corpus.target_lengths[rows]
    return np.stack(lengths, axis=1) + 1


def padding(counts: NDArray[np.int64], room: int) -> float:
    """The share of all positions, of both sides, that batches fill with padding.

    ``counts`` [sentence, 2] are the tokens of each side, the end token included.
    """
    real = padded = 0
    for start in range(0, len(counts), WINDOW):
        window = counts[start : start + WINDOW]
        for rows in by_length(window, room):
            real += int(window[rows].sum())
            padded += int(window[rows].max(0).sum()) * len(rows)
    return 1 - real / padded if padded else 0.0


def collate(corpus: EncodedCorpus, rows: Rows, tokenizers: TokenizerPair) -> Batch:
    """The batch of these sentences."""
    pads = tokenizers.source.pad_id, tokenizers.target.pad_id
    ends = tokenizers.source.eos_id, tokenizers.target.eos_id
    source = padded_rows(corpus, "source", rows, pads[0], ends[0])
    target = padded_rows(corpus, "target", rows, pads[1], ends[1])
    lengths = corpus.target_lengths[rows]
    shifted = shifted_right(target, lengths, tokenizers.target.bos_id, pads[1])
    return Batch(
        (torch.from_numpy(source), torch.from_numpy(shifted)),
        torch.from_numpy(target),
        int(corpus.source_lengths[rows].sum()) + len(rows),
        int(lengths.sum()) + len(rows),
    )


def shifted_right(target: Rows, lengths: Rows, start: int, pad: int) -> Rows:
    """What a decoder reads where it should say ``target`` [row, position]: the start token, then
    all but the last of these ``lengths`` [row] + 1 tokens."""
    shifted = np.full_like(target, pad)
    shifted[:, 0] = start
    shifted[:, 1:] = target[:, :-1]
    # Where the last token was shifted in, the decoder has nothing more to say: padding again.
    late = np.flatnonzero(lengths + 1 < target.shape[1])
    shifted[late, lengths[late] + 1] = pad
    return shifted


def padded_rows(
    corpus: EncodedCorpus, side: str, rows: Rows, pad: int, end: int
) -> NDArray[np.int64]:
    """Sentences of one side, each with its end token, padded right: int64 [row, position]."""
    starts = corpus.offsets[side][rows]
    lengths = corpus.offsets[side][rows + 1] - starts
    table = np.full((len(rows), int(lengths.max()) + 1), pad, np.int64)
    filled = np.arange(table.shape[1]) < lengths[:, None]
    within = np.arange(table.shape[1])[None, :] + starts[:, None]
    table[filled] = corpus.tokens[side][within[filled]]
    table[np.arange(len(rows)), lengths] = end
    return table
