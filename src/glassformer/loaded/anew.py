"""Decoding without a cache: each token by a pass over all positions so far.

It costs more, and meets a patch with the same tensors as a recorded run, whose rows are positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from glassformer.model.transformer import DecoderOnly, EncoderDecoder
from glassformer.tap import tap

ROWS = "batch position vocabulary"


@dataclass(frozen=True)
class Rows:
    """What decoding without a cache remembers: all tokens so far, int64 [row, position], and the
    source [row, source] of a model that reads one."""

    tokens: Tensor
    source: Tensor | None

    def select(self, rows: Tensor) -> Rows:
        """These rows, in this order."""
        return Rows(self.tokens[rows], None if self.source is None else self.source[rows])


def step_anew(
    model: EncoderDecoder | DecoderOnly, newest: Tensor, before: Rows
) -> tuple[Tensor, Rows]:
    """The newest token of each row [row] -> logits of the next [row, vocabulary], no cache used."""
    tokens = torch.cat((before.tokens, newest.to(before.tokens.device)[:, None]), 1)
    hidden = model(tokens) if before.source is None else model(before.source, tokens)
    return tap(model, "logits", ROWS, model.logits(hidden))[:, -1], Rows(tokens, before.source)
