"""One layer of each stack (§3.1): its sub-layers, each inside a residual connection."""

from __future__ import annotations

from torch import Tensor, nn

from glassformer.model.attention import MultiHeadAttention
from glassformer.model.cache import LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.feedforward import FeedForward
from glassformer.model.residual import RESIDUALS
from glassformer.numerics.dropout import Randomness


class Layer(nn.Module):
    """Self-attention, then feed-forward: a layer of an encoder, or of a decoder-only model."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        residual = RESIDUALS[config.norm]
        self.self_attention = MultiHeadAttention(config, randomness)
        self.after_self = residual(config, randomness)
        self.feedforward = FeedForward(config, randomness)
        self.after_feedforward = residual(config, randomness)

    def forward(self, x: Tensor, mask: Tensor | None, cache: LayerCache | None = None) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        own = cache.own if cache else None
        x = self.after_self(x, lambda x: self.self_attention(x, x, mask, own))
        return self.after_feedforward(x, self.feedforward)


class CrossLayer(nn.Module):
    """Masked self-attention, cross-attention, feed-forward: a layer of the paper's decoder."""

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        residual = RESIDUALS[config.norm]
        self.self_attention = MultiHeadAttention(config, randomness)
        self.after_self = residual(config, randomness)
        self.cross_attention = MultiHeadAttention(config, randomness)
        self.after_cross = residual(config, randomness)
        self.feedforward = FeedForward(config, randomness)
        self.after_feedforward = residual(config, randomness)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None,
        memory: Tensor,
        memory_mask: Tensor | None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """x [batch, target, d_model], memory [batch, source, d_model] -> the shape of x."""
        own, cross = (cache.own, cache.cross) if cache else (None, None)
        x = self.after_self(x, lambda x: self.self_attention(x, x, mask, own))
        x = self.after_cross(x, lambda x: self.cross_attention(x, memory, memory_mask, cross))
        return self.after_feedforward(x, self.feedforward)
