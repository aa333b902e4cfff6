"""The two stacks of N layers (§3.1, the left and the right half of Figure 1)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from glassformer.model.cache import LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.layers import CrossLayer, Layer
from glassformer.numerics.dropout import Randomness
from glassformer.tap import stepwise


def inferring(part: nn.Module) -> bool:
    """Whether nobody learns and nobody observes: a second body may run."""
    return not (part.training or torch.is_grad_enabled() or stepwise())


class Encoder(nn.ModuleList):
    """N layers of self-attention and feed-forward; with a causal mask, a decoder-only stack."""

    packed: Callable[..., Tensor] | None = None  # a second body; see model.packed

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__(Layer(config, randomness) for _ in range(config.n_layers))

    def forward(
        self, x: Tensor, mask: Tensor | None, caches: list[LayerCache] | None = None
    ) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        if self.packed is not None and inferring(self):
            return self.packed(x, mask, None, None, caches)
        for i, layer in enumerate(self):
            x = layer(x, mask, caches[i] if caches else None)
        return x


class Decoder(nn.ModuleList):
    """N layers that also attend to the encoder's output; the top encoder layer feeds them all."""

    packed: Callable[..., Tensor] | None = None  # a second body; see model.packed

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__(CrossLayer(config, randomness) for _ in range(config.n_layers))

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None,
        memory: Tensor,
        memory_mask: Tensor | None,
        caches: list[LayerCache] | None = None,
    ) -> Tensor:
        """x [batch, target, d_model], memory [batch, source, d_model] -> the shape of x."""
        if self.packed is not None and inferring(self):
            return self.packed(x, mask, memory, memory_mask, caches)
        for i, layer in enumerate(self):
            x = layer(x, mask, memory, memory_mask, caches[i] if caches else None)
        return x
