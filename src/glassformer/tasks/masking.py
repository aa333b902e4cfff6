"""Hidden tokens are told from the rest (Devlin et al. 2019): what an encoder alone learns.

15 % of a text's tokens are asked for. Of these 80 % are hidden, 10 % replaced by any token, 10 %
left as they are, so that the model cannot tell by what it sees which are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from glassformer.data.batching import Batch, Rows, padded_rows
from glassformer.data.corpus import EncodedCorpus
from glassformer.data.shuffle import mixed
from glassformer.errors import ConfigError
from glassformer.model.transformer import EncoderOnly, Model
from glassformer.text.tokenizer import MASK, Tokenizer

SHARE = 0.15  # of the tokens of a text, at least one
HIDDEN, REPLACED = 0.8, 0.1
STARTS = ("▁", " ", "Ġ")  # how a piece begins with which a word begins


@dataclass(frozen=True)
class Masking:
    """The hidden tokens given all others: see ``tasks.task.Task``.

    ``whole_words``: all pieces of a word are asked for together. Chance is a hash of seed, epoch,
    sentence and place.
    """

    tokenizer: Tokenizer
    seed: int
    whole_words: bool = False
    sides: ClassVar[tuple[str, ...]] = ("target",)
    begins: NDArray[np.bool_] = field(init=False, repr=False)
    mask: int = field(init=False)

    def __post_init__(self) -> None:
        pieces = self.tokenizer.pieces(range(self.tokenizer.size))
        begins = np.array([not self.whole_words or piece.startswith(STARTS) for piece in pieces])
        object.__setattr__(self, "begins", begins)
        if self.tokenizer.mask_id is None:
            raise ConfigError(
                "this tokenizer has no token that stands for a hidden one: train one of our kinds"
            )
        object.__setattr__(self, "mask", self.tokenizer.mask_id)

    def count(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> tuple[int, int]:
        """Tokens read, end tokens counted, and tokens asked for."""
        read = int(corpus.target_lengths[rows].sum()) + len(rows)
        return read, int(self.asked(self.table(corpus, rows), corpus, rows, epoch).sum())

    def batch(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> Batch:
        """What is asked for is other tokens in each epoch."""
        table = self.table(corpus, rows)
        asked = self.asked(table, corpus, rows, epoch)
        way = self.chances(rows, table.shape[1], epoch, "way")
        anything = self.chances(rows, table.shape[1], epoch, "token") * self.tokenizer.size
        read = np.where(asked & (way < HIDDEN + REPLACED), anything.astype(np.int64), table)
        read = np.where(asked & (way < HIDDEN), self.mask, read)
        wanted = np.where(asked, table, self.tokenizer.pad_id)
        count = int(corpus.target_lengths[rows].sum()) + len(rows)
        return Batch((torch.from_numpy(read),), torch.from_numpy(wanted), count, int(asked.sum()))

    def table(self, corpus: EncodedCorpus, rows: Rows) -> Rows:
        """The texts as they are, each with its end token: int64 [row, position]."""
        return padded_rows(corpus, "target", rows, self.tokenizer.pad_id, self.tokenizer.eos_id)

    def asked(
        self, table: Rows, corpus: EncodedCorpus, rows: Rows, epoch: int
    ) -> NDArray[np.bool_]:
        """Which tokens are asked for: bool [row, position], never an end token or padding."""
        lengths = corpus.target_lengths[rows]
        places = np.arange(table.shape[1])
        begins = self.begins[table]
        begins[:, 0] = True
        first = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
        chance = self.chances(rows, table.shape[1], epoch, "asked")
        chance = np.take_along_axis(chance, first, axis=1)  # of a word, that of its beginning
        chance[places >= lengths[:, None]] = 2.0
        wanted = np.maximum(1, np.rint(SHARE * lengths).astype(np.int64))
        limit = np.take_along_axis(np.sort(chance, axis=1), wanted[:, None] - 1, axis=1)
        return (chance <= limit) & (chance < 2.0)

    def chances(self, rows: Rows, width: int, epoch: int, what: str) -> NDArray[np.float64]:
        """Numbers from 0 to 1 [row, position]: a hash of all that they may depend on."""
        salt = {"asked": 1, "way": 2, "token": 3}[what]
        start = np.array([[(self.seed << 24) + (epoch << 2) + salt]], np.uint64)
        keys = mixed(mixed(start) ^ rows.astype(np.uint64)[:, None])
        return mixed(keys ^ np.arange(width, dtype=np.uint64)) / 2.0**64

    def show(self, model: Model, corpus: EncodedCorpus, text: str | None) -> tuple[str, str]:
        """A text with a gap, and the text that the model makes of it."""
        assert isinstance(model, EncoderOnly)
        if text is None:
            ids = corpus.target(0).tolist()
            middle = len(ids) // 2
            before, after = self.tokenizer.decode(ids[:middle]), ids[middle + 1 :]
            text = f"{before} {MASK} {self.tokenizer.decode(after)}".strip()
        return text, filled(model, self.tokenizer, text)[0]


@torch.inference_mode()
def filled(
    model: EncoderOnly, tokenizer: Tokenizer, text: str, n_best: int = 1
) -> tuple[str, list[list[tuple[str, float]]]]:
    """The text with its gaps filled, and for each gap the most probable pieces, best first, each
    with its probability. Gaps are filled independently of one another.

    Raises:
        ConfigError: the text has no gap.
    """
    ids = tokenizer.begun(tokenizer.encode_gaps(text), False)
    gaps = [place for place, token in enumerate(ids) if token == tokenizer.mask_id]
    if not gaps:
        raise ConfigError(f"the text has no gap: write {MASK} where a word is to be found")
    device = model.output_matrix.device
    hidden = model(torch.tensor([[*ids, tokenizer.eos_id]], device=device))
    logits = model.logits(hidden)[0, gaps].float()
    logits[
        :, [tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id, tokenizer.mask_id]
    ] = -torch.inf
    values, best = logits.softmax(-1).topk(n_best)
    for place, token in zip(gaps, best[:, 0].tolist(), strict=True):
        ids[place] = token
    found = [
        list(zip(tokenizer.pieces(row), chances, strict=True))
        for row, chances in zip(best.tolist(), values.tolist(), strict=True)
    ]
    return tokenizer.decode(ids), found
