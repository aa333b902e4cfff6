"""The two stacks of N layers (§3.1, the left and the right half of Figure 1)."""

from __future__ import annotations

from torch import Tensor, nn

from glassformer.model.cache import LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.layers import CrossLayer, Layer
from glassformer.numerics.dropout import Randomness


class Encoder(nn.ModuleList):
    """N layers of self-attention and feed-forward; with a causal mask, a decoder-only stack."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__(Layer(config, randomness) for _ in range(config.n_layers))

    def forward(
        self, x: Tensor, mask: Tensor | None, caches: list[LayerCache] | None = None
    ) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        for i, layer in enumerate(self):
            x = layer(x, mask, caches[i] if caches else None)
        return x


class Decoder(nn.ModuleList):
    """N layers that also attend to the encoder's output; the top encoder layer feeds them all."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__(CrossLayer(config, randomness) for _ in range(config.n_layers))

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None,
        memory: Tensor,
        memory_mask: Tensor,
        caches: list[LayerCache] | None = None,
    ) -> Tensor:
        """x [batch, target, d_model], memory [batch, source, d_model] -> the shape of x."""
        for i, layer in enumerate(self):
            x = layer(x, mask, memory, memory_mask, caches[i] if caches else None)
        return x
