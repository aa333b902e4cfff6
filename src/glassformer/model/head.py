"""What stands between the last hidden state and the output matrix: in the paper nothing."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.config import ModelConfig
from glassformer.model.feedforward import ACTIVATIONS
from glassformer.model.learning import LayerNorm, Linear
from glassformer.tap import tap

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": F.relu}


class Dense(nn.Module):
    """f(xW + b): tanh in BERT's and RoBERTa's classifiers, ReLU in DistilBERT's."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.linear = Linear(config.d_model, config.d_model)
        self.function = FUNCTIONS.get(config.head) or ACTIVATIONS[config.activation]

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        hidden = tap(self, "hidden", "batch position d_model", self.linear(x))
        return tap(self, "active", "batch position d_model", self.function(hidden))


class Transform(Dense):
    """LayerNorm(f(xW + b)) with the layers' own f: what BERT predicts masked tokens from."""

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.norm = LayerNorm(config.d_model, eps=config.epsilon)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        return tap(self, "normalised", "batch position d_model", self.norm(super().forward(x)))


def head(config: ModelConfig) -> nn.Module:
    """The head that the config names."""
    if config.head == "linear":
        return nn.Identity()
    return Transform(config) if config.head == "transform" else Dense(config)
