"""From tokens to vectors: embeddings (§3.4) plus positions (§3.5)."""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError
from glassformer.model.config import ModelConfig
from glassformer.model.learning import LayerNorm, Linear
from glassformer.numerics.dropout import Randomness, dropout
from glassformer.numerics.positions import sinusoids, sinusoids_concatenated, sinusoids_halved
from glassformer.tap import tap, unseen

AXES = "batch position d_model"
TABLES = {
    "sinusoids": sinusoids,
    "sinusoids-concatenated": sinusoids_concatenated,
    "sinusoids-halved": sinusoids_halved,
}


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
        self.table = nn.Parameter(torch.empty(config.places, config.d_model))
        self.first = config.first_position

    def forward(self, start: int, end: int) -> Tensor:
        """The encodings of positions start to end: [position, d_model]."""
        known = self.table.size(0) - self.first
        if end > known:
            raise ConfigError(
                f"a sequence of {end} tokens is longer than the {known} learned "
                "positions of this model: shorten it, or train with a larger max_length"
            )
        return self.table[self.first + start : self.first + end]


class Placed(nn.Module):
    """What every embedding ends in: positions, in some models a norm, and dropout on the sum."""

    norm: LayerNorm | None

    def add_places(self, config: ModelConfig, randomness: Randomness) -> None:
        """The parts that ``place`` needs."""
        learned = config.positions == "learned"
        self.positions = LearnedPositions(config) if learned else Sinusoids(config)
        wanted = config.embedding_norm
        self.norm = LayerNorm(config.d_model, eps=config.epsilon) if wanted else None
        self.dropout_rate = config.dropout
        self.randomness = randomness

    def place(self, x: Tensor, start: int = 0, segment: Tensor | None = None) -> Tensor:
        """x [batch, position, d_model], the first of them at position ``start`` -> its shape."""
        positions = self.positions(start, start + x.size(1))
        positions = tap(self, "position", "position d_model", positions)
        x = tap(self, "placed", AXES, x + positions)
        if segment is not None:
            x = tap(self, "marked", AXES, x + segment)
        if self.norm is not None:
            x = tap(self, "normalised", AXES, self.norm(x))
        randomness = self.randomness if self.training else None
        kind = x.device.type
        if torch.is_autocast_enabled(kind):  # all that is added to it will be in this precision
            x = x.to(torch.get_autocast_dtype(kind))
        return dropout(x, self.dropout_rate, randomness, axes=AXES, tap=partial(tap, self))


class Embedding(Placed):
    """Embeddings times √d_model, plus positions, with dropout on the sum (§3.4, §3.5, §5.4).

    BERT's (Devlin et al. 2019) have a vector for each kind of segment too.
    """

    segments: nn.Embedding | None

    def __init__(self, config: ModelConfig, vocabulary: int, randomness: Randomness):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, config.d_model)
        self.add_places(config, randomness)
        self.segments = nn.Embedding(config.segments, config.d_model) if config.segments else None
        self.factor = math.sqrt(config.d_model) if config.scale_embedding else None

    def forward(self, tokens: Tensor, start: int = 0, segments: Tensor | None = None) -> Tensor:
        """tokens [batch, position], the first of them at position ``start`` -> [.., d_model].

        ``segments`` [batch, position] says which segment each is of: the first where None.
        """
        x = tap(self, "embedded", AXES, self.tokens(tokens))
        if self.factor is not None:
            x = tap(self, "scaled", AXES, x * self.factor)
        if self.segments is None:
            return self.place(x, start)
        kinds = unseen(torch.zeros_like, tokens) if segments is None else segments
        kinds = tap(self, "segments_read", "batch position", kinds)
        return self.place(x, start, tap(self, "segment", AXES, self.segments(kinds)))


class Patches(Placed):
    """An image as a sequence (Dosovitskiy et al. 2021, §3.1): a learned class token, then the
    patches row by row, each a vector of its pixels times one matrix."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        self.side = config.patch_size
        self.patches = Linear(config.channels * self.side**2, config.d_model)
        self.class_token = nn.Parameter(torch.empty(config.d_model))
        self.add_places(config, randomness)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [batch, channel, height, width] -> [batch, 1 + patch, d_model]."""
        cut = pixels.unflatten(3, (-1, self.side)).unflatten(2, (-1, self.side))
        cut = cut.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)  # b (row col) (c y x)
        cut = tap(self, "cut", "batch patch pixel", cut)
        embedded = tap(self, "embedded", "batch patch d_model", self.patches(cut))
        first = self.class_token.expand(pixels.size(0), 1, -1)
        return self.place(tap(self, "joined", AXES, torch.cat((first, embedded), 1)))
