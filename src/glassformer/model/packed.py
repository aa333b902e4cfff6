"""A second body for the layers and the output matrix, as a CPU runs them fastest.

Weights are laid out once as oneDNN's matrix product reads them, and matrices with the same input
stand side by side; bias, activation and residual are added inside the product. On request the
matrices are rounded to int8 instead. The parameters stay, for the plain body runs while somebody
observes or learns: the matrices are there twice.

Attention computes in fp32, whatever the weights are: its many small products are quickest so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.attention import MultiHeadAttention
from glassformer.model.cache import Fixed, Growing, KeysValues, LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.feedforward import ACTIVATIONS
from glassformer.model.layers import CrossLayer, Layer
from glassformer.model.residual import PostNorm, PreNorm
from glassformer.model.stacks import Decoder, Encoder
from glassformer.model.transformer import Model
from glassformer.numerics.attention import attend_fused, quicker_by_steps

# What oneDNN calls the activations.
INSIDE: dict[str | None, tuple[str, list[Any], str]] = {
    None: ("none", [], ""),
    "relu": ("relu", [], ""),
    "gelu": ("gelu", [], "none"),
    "gelu-tanh": ("gelu", [], "tanh"),
    "silu": ("swish", [], ""),
}
LITTLE = 2**20  # multiplications, below which oneDNN takes longer to begin than to multiply
LITTLE_IN_INT8 = 2**22  # and below which x is not worth rounding
VECTOR = 16  # numbers that torch's product of int8 takes at a time, and no fewer
MIDDLE = 128  # where oneDNN wants the 0 of x: added to an int8, it is its sign turned
TINY = 1e-30  # the scale of a row that is all zeros
SMALLEST = torch.tensor(TINY)
INTEGERS_FROM = 1.5 * 2**23  # added to a number in fp32, its last bits are the integer next to it


class Matrix:
    """A linear map, x [row, in] -> [row, out], of a weight [out, in] and a bias [out]; ``plain``,
    if that weight is there besides, for products in fp32 that are soon done."""

    def __init__(self, weight: Tensor, bias: Tensor | None, plain: bool = False):
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), None)
        self.bias = None if bias is None else bias.detach()
        self.plain = weight.detach() if plain and weight.dtype == torch.float32 else None

    def __deepcopy__(self, memo: object) -> None:
        """A copy of a model may be changed: it has the plain body alone."""

    def __call__(self, x: Tensor, activation: str | None = None) -> Tensor:
        """xW + b, then an activation."""
        if self.plain is not None and len(x) * self.plain.numel() <= LITTLE:
            product = F.linear(x, self.plain, self.bias)
            return product if activation is None else ACTIVATIONS[activation](product)
        whole: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.packed, self.bias, *INSIDE[activation]
        )
        return whole

    def add(self, x: Tensor, to: Tensor) -> Tensor:
        """to + xW + b."""
        if self.plain is not None and len(x) * self.plain.numel() <= LITTLE:
            return F.linear(x, self.plain, self.bias).add_(to)
        product: Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            x, to, self.packed, self.bias, "add"
        )
        return product


class RoundedMatrix:
    """The same in int8, what goes in and comes out in fp32.

    Each row of the weight is scaled to have its largest at ±127, and so is each row of x where much
    is multiplied: all in int8 (Wu et al. 2016, §6). A processor without instructions for that
    multiplies x by the rounded weights in fp32. Little is multiplied by them with x in bf16.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, plain: bool = False):
        exact = weight.detach().float()
        self.scale = (exact.abs().amax(1) / 127).clamp_(min=TINY).bfloat16()  # as torch wants it
        self.wide = self.scale.float()
        rounded = (exact / self.wide[:, None]).round_().clamp_(-127, 127)
        self.rounded = rounded.to(torch.int8)
        self.bias = None if bias is None else bias.detach()
        self.little = LITTLE_IN_INT8 if exact.size(1) % VECTOR == 0 else 0
        self.in_fp32: Matrix | None = None
        if torch.cpu._is_vnni_supported():
            packed = torch.ops.onednn.qlinear_prepack(self.rounded, None)
            self.product = partial(
                torch.ops.onednn.qlinear_pointwise, x_scale=1.0, x_zero_point=MIDDLE, qw=packed,
                w_scale=self.wide, w_zero_point=torch.zeros(len(exact), dtype=torch.int64),
                bias=None, output_scale=1.0, output_zero_point=0, output_dtype=torch.float32,
                post_op_name="none", post_op_args=[], post_op_algorithm="",
            )  # fmt: skip
        else:
            self.in_fp32 = Matrix(rounded.mul_(self.wide[:, None]), None)

    def __deepcopy__(self, memo: object) -> None:
        """As for ``Matrix``."""

    def __call__(self, x: Tensor, activation: str | None = None) -> Tensor:
        """xW + b, then an activation."""
        whole = self.onto(self.bias, x)
        if activation is None:
            return whole
        return whole.relu_() if activation == "relu" else ACTIVATIONS[activation](whole)

    def add(self, x: Tensor, to: Tensor) -> Tensor:
        """to + xW + b."""
        whole = self.onto(to, x)
        return whole if self.bias is None else whole.add_(self.bias)

    def onto(self, to: Tensor | None, x: Tensor) -> Tensor:
        """to + xW, in new memory."""
        if len(x) * self.rounded.numel() <= self.little:
            product = torch._weight_int8pack_mm(x.bfloat16(), self.rounded, self.scale).float()
        elif self.in_fp32 is not None:
            product = self.in_fp32(x)
        else:
            scale = torch.add(SMALLEST, x.abs().amax(1, keepdim=True), alpha=1 / 127)
            integers = (x / scale).add_(INTEGERS_FROM + MIDDLE).view(torch.int32).to(torch.uint8)
            product = self.product(integers)
            if to is not None:
                return torch.addcmul(to, product, scale, out=product)
            product.mul_(scale)
        return product if to is None else product.add_(to)


Kind = type[Matrix] | type[RoundedMatrix]


def joined(kind: Kind, *maps: nn.Linear) -> Matrix | RoundedMatrix:
    """Linear maps of the same input as one, their outputs side by side."""
    if len(maps) == 1:
        return kind(maps[0].weight, maps[0].bias, plain=True)
    weights: list[Tensor] = [part.weight for part in maps]
    biases: list[Tensor] = [part.bias for part in maps if part.bias is not None]
    return kind(torch.cat(weights), torch.cat(biases) if biases else None)


class PackedAttention:
    """A multi-head attention; see ``model.attention``. ``places``: how many batch entries there
    are, and positions of each; their rows stand one below the other."""

    def __init__(self, attention: MultiHeadAttention, kind: Kind):
        parts = (attention.query_matrix, attention.key_matrix, attention.value_matrix)
        self.heads = attention.heads
        self.widths = [part.out_features for part in parts]
        self.output = joined(kind, attention.output_matrix)

    def split(self, x: Tensor, places: torch.Size, widths: list[int]) -> Sequence[Tensor]:
        """[row, sum of widths] -> in fp32, each [batch, head, position, width]."""
        x, heads = x.float(), self.heads
        if len(set(widths)) == 1:  # all by one operation
            together = x.view(*places, len(widths), heads, widths[0] // heads)
            return together.permute(2, 0, 3, 1, 4).unbind()
        parts = x.split(widths, -1)
        return [part.view(*places, heads, part.size(1) // heads).transpose(1, 2) for part in parts]

    def attend(self, query: Tensor, known: KeysValues, mask: Tensor | None, to: Tensor) -> Tensor:
        """What the queries find, added ``to`` [row, d_model]."""
        mixed = attend_fused(query, *known, mask).transpose(1, 2).to(to.dtype)
        return self.output.add(mixed.reshape(len(to), self.widths[2]), to)


class SelfAttention(PackedAttention):
    """Queries, keys and values of the same x."""

    def __init__(self, attention: MultiHeadAttention, kind: Kind):
        super().__init__(attention, kind)
        parts = (attention.query_matrix, attention.key_matrix, attention.value_matrix)
        self.all = joined(kind, *parts)

    def __call__(
        self,
        x: Tensor,
        to: Tensor,
        places: torch.Size,
        mask: Tensor | None,
        cache: Growing | None,
    ) -> Tensor:
        """x [row, d_model] -> what it finds in its batch entry and the cache, added ``to``."""
        query, key, value = self.split(self.all(x), places, self.widths)
        known = (key, value) if cache is None else cache.add(key, value)
        return self.attend(query, known, mask, to)


class CrossAttention(PackedAttention):
    """Queries of x, keys and values of the memory."""

    def __init__(self, attention: MultiHeadAttention, kind: Kind):
        super().__init__(attention, kind)
        self.query = joined(kind, attention.query_matrix)
        self.memory = joined(kind, attention.key_matrix, attention.value_matrix)

    def __call__(
        self,
        x: Tensor,
        to: Tensor,
        places: torch.Size,
        memory: Tensor,
        mask: Tensor | None,
        cache: Fixed | None,
    ) -> Tensor:
        """x [row, d_model] -> what it finds in the memory, added ``to``."""
        (query,) = self.split(self.query(x), places, self.widths[:1])
        known = self.project(memory) if cache is None else cache(self.project, memory)
        if cache is not None and quicker_by_steps(query, known[0]):
            known = cache.turned()
        return self.attend(query, known, mask, to)

    def project(self, memory: Tensor) -> KeysValues:
        """Keys and values of the memory [batch, position, d_model]."""
        found = self.memory(memory.flatten(0, 1))
        key, value = self.split(found, memory.shape[:2], self.widths[1:])
        return key.contiguous(), value.contiguous()


class PackedLayer:
    """``Layer``, or ``CrossLayer``; see ``model.layers``."""

    def __init__(self, layer: Layer | CrossLayer, config: ModelConfig, kind: Kind):
        self.own = SelfAttention(layer.self_attention, kind)
        self.after_own = Around(layer.after_self)
        self.cross: CrossAttention | None = None
        if isinstance(layer, CrossLayer):
            self.cross = CrossAttention(layer.cross_attention, kind)
            self.after_cross = Around(layer.after_cross)
        self.up, self.down = (
            joined(kind, m) for m in (layer.feedforward.up, layer.feedforward.down)
        )
        self.activation = config.activation
        self.after_feedforward = Around(layer.after_feedforward)

    def __call__(
        self,
        x: Tensor,
        places: torch.Size,
        mask: Tensor | None,
        cache: LayerCache | None,
        memory: Tensor | None,
        memory_mask: Tensor | None,
    ) -> Tensor:
        """x [row, d_model], the rows of ``places`` (batch, position) -> the same shape."""
        own, crossed = (cache.own, cache.cross) if cache else (None, None)
        x = self.after_own(x, lambda x, to: self.own(x, to, places, mask, own))
        if self.cross is not None:
            assert memory is not None
            cross = self.cross
            x = self.after_cross(
                x, lambda x, to: cross(x, to, places, memory, memory_mask, crossed)
            )
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

    def __init__(self, stack: Encoder | Decoder, config: ModelConfig, kind: Kind):
        self.layers = [PackedLayer(layer, config, kind) for layer in stack]  # type: ignore[arg-type]

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
        """x [batch, position, d_model] -> the same shape.

        Between the layers the positions of all stand one below the other, as products take them.
        """
        rows, places = x.flatten(0, 1), x.shape[:2]
        for i, layer in enumerate(self.layers):
            rows = layer(rows, places, mask, caches[i] if caches else None, memory, memory_mask)
        return rows.view(x.shape)


def pack(model: Model, kind: Kind = Matrix) -> None:
    """Give a model that is done with training its second body, if there is one where it computes.

    It is made of the parameters as they are now: whoever changes them packs anew. A
    ``RoundedMatrix`` is for a model in fp32.
    """
    matrix = model.output_matrix
    if matrix.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return
    if matrix.dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return
    for stack in model.modules():
        if isinstance(stack, Encoder | Decoder):
            stack.packed = PackedStack(stack, model.config, kind)
    model.packed = kind(matrix, model.output_bias, plain=True)
