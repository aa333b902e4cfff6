"""Multi-head attention (§3.2.2). The formula itself is in ``numerics.attention``."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from glassformer.model.cache import Growing, KeysValues
from glassformer.model.config import ModelConfig
from glassformer.model.learning import Linear
from glassformer.numerics.attention import attend_by_steps, attend_fused
from glassformer.numerics.dropout import Randomness
from glassformer.tap import stepwise, tap


class MultiHeadAttention(nn.Module):
    """Concat(head_1 … head_h)W^O with head_i = Attention(QW_i^Q, KW_i^K, VW_i^V).

    The heads' matrices stand side by side: W_i^Q are the columns of head i in ``query_matrix``.
    """

    def __init__(self, config: ModelConfig, randomness: Randomness):
        super().__init__()
        d, heads = config.d_model, config.n_heads
        self.heads = heads
        self.query_matrix = Linear(d, heads * config.key_width, bias=config.bias)
        self.key_matrix = Linear(d, heads * config.key_width, bias=config.bias)
        self.value_matrix = Linear(d, heads * config.value_width, bias=config.bias)
        self.output_matrix = Linear(heads * config.value_width, d, bias=config.bias)
        self.dropout_rate = config.attention_dropout
        self.randomness = randomness

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None, cache: Growing | None = None
    ) -> Tensor:
        """Queries from x, keys and values from memory; self-attention when both are the same.

        Args:
            x: [batch, query, d_model].
            memory: [batch, key, d_model]; with a cache, only what the cache has not seen.
            mask: bool, broadcasts to [batch, head, query, key].

        Returns:
            [batch, query, d_model].
        """
        query = tap(self, "query", "batch head query feature", self.split(self.query_matrix(x)))
        key, value = self.project(memory) if cache is None else cache(self.project, memory)
        key = tap(self, "key", "batch head key feature", key)
        value = tap(self, "value", "batch head key feature", value)
        attend = attend_by_steps if stepwise() else attend_fused
        mixed = attend(
            query,
            key,
            value,
            mask,
            dropout_rate=self.dropout_rate,
            randomness=self.randomness if self.training else None,
            tap=partial(tap, self),
        )
        joined = mixed.transpose(1, 2).flatten(2)
        return tap(self, "output", "batch query d_model", self.output_matrix(joined))

    def project(self, memory: Tensor) -> KeysValues:
        """Keys [batch, head, key, d_k] and values [batch, head, key, d_v] of the memory."""
        return self.split(self.key_matrix(memory)), self.split(self.value_matrix(memory))

    def split(self, x: Tensor) -> Tensor:
        """[batch, position, head · width] -> [batch, head, position, width]."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
