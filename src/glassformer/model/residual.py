"""The residual connection and layer normalisation around every sub-layer (§3.1, §5.4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from glassformer.model.config import ModelConfig
from glassformer.model.learning import LayerNorm
from glassformer.numerics.dropout import Randomness, add_dropped
from glassformer.tap import tap

Sublayer = Callable[[Tensor], Tensor]


class PostNorm(nn.Module):
    """The paper's: LayerNorm(x + Dropout(Sublayer(x)))."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        self.norm = LayerNorm(config.d_model, eps=config.epsilon)
        self.dropout_rate = config.dropout
        self.randomness = randomness

    def forward(self, x: Tensor, sublayer: Sublayer) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        axes = "batch position d_model"
        added = tap(self, "added", axes, self.add(x, sublayer(x)))
        return tap(self, "normalised", axes, self.norm(added))

    def add(self, x: Tensor, change: Tensor) -> Tensor:
        """A sub-layer's output to what it read; on the output dropout, in training alone."""
        return add_dropped(
            x,
            change,
            self.dropout_rate,
            self.randomness if self.training else None,
            axes="batch position d_model",
            tap=partial(tap, self),
        )


class PreNorm(PostNorm):
    """The reference implementation's later default: x + Dropout(Sublayer(LayerNorm(x)))."""

    def forward(self, x: Tensor, sublayer: Sublayer) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        axes = "batch position d_model"
        normalised = tap(self, "normalised", axes, self.norm(x))
        return tap(self, "added", axes, self.add(x, sublayer(normalised)))


RESIDUALS: dict[str, type[PostNorm]] = {"post": PostNorm, "pre": PreNorm}
