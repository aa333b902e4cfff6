"""The position-wise feed-forward network (§3.3, equation 2)."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.config import ModelConfig
from glassformer.numerics.dropout import Randomness, dropout
from glassformer.tap import tap

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}


class FeedForward(nn.Module):
    """max(0, xW₁ + b₁)W₂ + b₂, the same at every position; GELU in the place of max on request."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        self.up = nn.Linear(config.d_model, config.d_ff)
        self.down = nn.Linear(config.d_ff, config.d_model)
        self.activation = ACTIVATIONS[config.activation]
        self.dropout_rate = config.activation_dropout
        self.randomness = randomness

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        hidden = tap(self, "hidden", "batch position d_ff", self.up(x))
        active = tap(self, "active", "batch position d_ff", self.activation(hidden))
        active = dropout(active, self.dropout_rate, self.randomness if self.training else None)
        return tap(self, "output", "batch position d_model", self.down(active))
