"""A second body for the layers and the output matrix, as oneDNN runs them fastest on a CPU.

Weights are laid out once as its matrix product reads them, and matrices with the same input stand
side by side; bias, activation and residual are added inside the product. The parameters stay, for
the plain body runs while somebody observes or learns: the matrices are there twice.

Attention computes in fp32, whatever the weights are: its many small products are quickest so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.attention import MultiHeadAttention
from glassformer.model.cache import Fixed, Growing, KeysValues, LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.layers import CrossLayer, Layer
from glassformer.model.residual import PostNorm, PreNorm
from glassformer.model.stacks import Decoder, Encoder
from glassformer.model.transformer import Model
from glassformer.numerics.attention import attend_fused

Then = tuple[str, list[Any], str]
NOTHING: Then = ("none", [], "")
ACTIVATIONS: dict[str, Then] = {
    "relu": ("relu", [], ""),
    "gelu": ("gelu", [], "none"),
    "gelu-tanh": ("gelu", [], "tanh"),
    "silu": ("swish", [], ""),
}


class Matrix:
    """A linear map, x [..., in] -> [..., out], of a weight [out, in] and a bias [out]."""

    def __init__(self, weight: Tensor, bias: Tensor | None):
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), None)
        self.bias = None if bias is None else bias.detach()

    def __deepcopy__(self, memo: object) -> None:
        """A copy of a model may be changed: it has the plain body alone."""

    def __call__(self, x: Tensor, then: Then = NOTHING) -> Tensor:
        """xW + b, then an activation."""
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, *then)
        return product

    def add(self, x: Tensor, to: Tensor) -> Tensor:
        """to + xW + b."""
        product: Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            x, to, self.packed, self.bias, "add"
        )
        return product


def joined(*maps: nn.Linear) -> Matrix:
    """Linear maps of the same input as one, their outputs side by side."""
    weights: list[Tensor] = [part.weight for part in maps]
    biases: list[Tensor] = [part.bias for part in maps if part.bias is not None]
    return Matrix(torch.cat(weights), torch.cat(biases) if biases else None)


class PackedAttention:
    """A multi-head attention; see ``model.attention``."""

    def __init__(self, attention: MultiHeadAttention):
        parts = (attention.query_matrix, attention.key_matrix, attention.value_matrix)
        self.heads = attention.heads
        self.widths = [part.out_features for part in parts]
        self.output = joined(attention.output_matrix)

    def split(self, x: Tensor, widths: list[int]) -> list[Tensor]:
        """[batch, position, sum of widths] -> in fp32, each [batch, head, position, width]."""
        parts = x.float().split(widths, -1)
        return [part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts]

    def attend(self, query: Tensor, known: KeysValues, mask: Tensor | None, to: Tensor) -> Tensor:
        """What the queries find, added ``to`` [batch, query, d_model]."""
        mixed = attend_fused(query, *known, mask).transpose(1, 2).to(to.dtype)
        return self.output.add(mixed.flatten(2), to)


class SelfAttention(PackedAttention):
    """Queries, keys and values of the same x."""

    def __init__(self, attention: MultiHeadAttention):
        super().__init__(attention)
        self.all = joined(attention.query_matrix, attention.key_matrix, attention.value_matrix)

    def __call__(self, x: Tensor, to: Tensor, mask: Tensor | None, cache: Growing | None) -> Tensor:
        """x [batch, position, d_model] -> what it finds in itself and the cache, added ``to``."""
        query, key, value = self.split(self.all(x), self.widths)
        known = (key, value) if cache is None else cache.add(key, value)
        return self.attend(query, known, mask, to)


class CrossAttention(PackedAttention):
    """Queries of x, keys and values of the memory."""

    def __init__(self, attention: MultiHeadAttention):
        super().__init__(attention)
        self.query = joined(attention.query_matrix)
        self.memory = joined(attention.key_matrix, attention.value_matrix)

    def __call__(
        self, x: Tensor, to: Tensor, memory: Tensor, mask: Tensor | None, cache: Fixed | None
    ) -> Tensor:
        """x [batch, position, d_model] -> what it finds in the memory, added ``to``."""
        (query,) = self.split(self.query(x), self.widths[:1])
        known = self.project(memory) if cache is None else cache(self.project, memory)
        return self.attend(query, known, mask, to)

    def project(self, memory: Tensor) -> KeysValues:
        """Keys and values of the memory [batch, position, d_model]."""
        key, value = self.split(self.memory(memory), self.widths[1:])
        return key.contiguous(), value.contiguous()


class PackedLayer:
    """``Layer``, or ``CrossLayer``; see ``model.layers``."""

    def __init__(self, layer: Layer | CrossLayer, config: ModelConfig):
        self.own = SelfAttention(layer.self_attention)
        self.after_own = Around(layer.after_self)
        self.cross: CrossAttention | None = None
        if isinstance(layer, CrossLayer):
            self.cross = CrossAttention(layer.cross_attention)
            self.after_cross = Around(layer.after_cross)
        self.up, self.down = joined(layer.feedforward.up), joined(layer.feedforward.down)
        self.activation = ACTIVATIONS[config.activation]
        self.after_feedforward = Around(layer.after_feedforward)

    def __call__(
        self,
        x: Tensor,
        mask: Tensor | None,
        cache: LayerCache | None,
        memory: Tensor | None,
        memory_mask: Tensor | None,
    ) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        own, crossed = (cache.own, cache.cross) if cache else (None, None)
        x = self.after_own(x, lambda x, to: self.own(x, to, mask, own))
        if self.cross is not None:
            assert memory is not None
            cross = self.cross
            x = self.after_cross(x, lambda x, to: cross(x, to, memory, memory_mask, crossed))
        return self.after_feedforward(x, self.feed)

    def feed(self, x: Tensor, to: Tensor) -> Tensor:
        """What the feed-forward network makes of x, added ``to``."""
        return self.down.add(self.up(x, self.activation), to)


class Around:
    """The norm of a residual connection; the sub-layer adds. See ``model.residual``."""

    def __init__(self, residual: PostNorm):
        norm = residual.norm
        self.before = isinstance(residual, PreNorm)
        self.norm = partial(
            F.layer_norm, normalized_shape=norm.normalized_shape,
            weight=norm.weight.detach(), bias=norm.bias.detach(), eps=norm.eps,
        )  # fmt: skip

    def __call__(self, x: Tensor, sublayer: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """``sublayer`` takes its input and what it is added to."""
        return sublayer(self.norm(x), x) if self.before else self.norm(sublayer(x, x))


class PackedStack:
    """An ``Encoder`` or a ``Decoder``; see ``model.stacks``."""

    def __init__(self, stack: Encoder | Decoder, config: ModelConfig):
        self.layers = [PackedLayer(layer, config) for layer in stack]  # type: ignore[arg-type]

    def __deepcopy__(self, memo: object) -> None:
        """As for ``Matrix``."""

    def __call__(
        self,
        x: Tensor,
        mask: Tensor | None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
        caches: list[LayerCache] | None = None,
    ) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        for i, layer in enumerate(self.layers):
            x = layer(x, mask, caches[i] if caches else None, memory, memory_mask)
        return x


def pack(model: Model) -> None:
    """Give a model that is done with training its second body, if there is one where it computes.

    It is made of the parameters as they are now: whoever changes them packs anew.
    """
    matrix = model.output_matrix
    if matrix.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return
    if matrix.dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return
    for stack in model.modules():
        if isinstance(stack, Encoder | Decoder):
            stack.packed = PackedStack(stack, model.config)
    model.packed = Matrix(matrix, model.output_bias)
