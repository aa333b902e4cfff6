"""From tokens to vectors: embeddings (§3.4) plus positions (§3.5)."""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError
from glassformer.model.config import ModelConfig
from glassformer.numerics.dropout import Randomness, dropout
from glassformer.numerics.positions import sinusoids, sinusoids_concatenated
from glassformer.tap import tap

TABLES = {"sinusoids": sinusoids, "sinusoids-concatenated": sinusoids_concatenated}


class Sinusoids(nn.Module):
    """A fixed table that grows with the longest sequence seen; it has no parameters."""

    table: Tensor

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.formula = TABLES[config.positions]
        self.register_buffer("table", self.formula(256, config.d_model), persistent=False)

    def forward(self, start: int, end: int) -> Tensor:
        """The encodings of positions start to end: [position, d_model]."""
        if end > self.table.size(0):
            longer = self.formula(max(end, 2 * self.table.size(0)), self.table.size(1))
            self.table = longer.to(self.table)
        return self.table[start:end]


class LearnedPositions(nn.Module):
    """One learned vector for each position, as Table 3's row (E)."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.table = nn.Parameter(torch.empty(config.max_length, config.d_model))

    def forward(self, start: int, end: int) -> Tensor:
        """The encodings of positions start to end: [position, d_model]."""
        if end > self.table.size(0):
            raise ConfigError(
                f"a sequence of {end} tokens is longer than the {self.table.size(0)} learned "
                "positions of this model: shorten it, or train with a larger max_length"
            )
        return self.table[start:end]


class Embedding(nn.Module):
    """Embeddings times √d_model, plus positions, with dropout on the sum (§3.4, §3.5, §5.4)."""

    def __init__(self, config: ModelConfig, vocabulary: int, randomness: Randomness):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, config.d_model)
        learned = config.positions == "learned"
        self.positions = LearnedPositions(config) if learned else Sinusoids(config)
        self.dropout_rate = config.dropout
        self.randomness = randomness

    def forward(self, tokens: Tensor, start: int = 0) -> Tensor:
        """tokens [batch, position], the first of them at position ``start`` -> [.., d_model]."""
        axes = "batch position d_model"
        embedded = tap(self, "embedded", axes, self.tokens(tokens))
        scaled = tap(self, "scaled", axes, embedded * math.sqrt(embedded.size(-1)))
        positions = self.positions(start, start + tokens.size(1))
        positions = tap(self, "position", "position d_model", positions)
        placed = tap(self, "placed", axes, scaled + positions)
        randomness = self.randomness if self.training else None
        kind = placed.device.type
        if torch.is_autocast_enabled(kind):  # all that is added to it will be in this precision
            placed = placed.to(torch.get_autocast_dtype(kind))
        return dropout(placed, self.dropout_rate, randomness, axes=axes, tap=partial(tap, self))
