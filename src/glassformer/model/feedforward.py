"""The position-wise feed-forward network (§3.3, equation 2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.config import ModelConfig
from glassformer.model.learning import Linear
from glassformer.numerics.dropout import Randomness, dropout
from glassformer.tap import tap

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu-tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
}


class FeedForward(nn.Module):
    """max(0, xW₁ + b₁)W₂ + b₂, the same at every position; another function in the place of max
    on request."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        self.up = Linear(config.d_model, config.d_ff)
        self.down = Linear(config.d_ff, config.d_model)
        self.activation = ACTIVATIONS[config.activation]
        self.dropout_rate = config.activation_dropout
        self.randomness = randomness

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        axes = "batch position d_ff"
        hidden = tap(self, "hidden", axes, self.up(x))
        active = tap(self, "active", axes, self.activation(hidden))
        randomness = self.randomness if self.training else None
        active = dropout(active, self.dropout_rate, randomness, axes=axes, tap=partial(tap, self))
        return tap(self, "output", "batch position d_model", self.down(active))
