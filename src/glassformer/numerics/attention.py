"""Scaled dot-product attention (§3.2.1, equation 1), twice behind one signature.

``attend_by_steps`` is the formula, every intermediate value of it shown to ``tap``;
``attend_fused`` is the same arithmetic by whichever kernel is quickest.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from glassformer.numerics.dropout import Randomness, dropout
from glassformer.tap import BoundTap, untapped

# On a CPU the fused kernel's backward pass is made for long sequences: on sentences, training is
# a third faster by plain matrix products. Longer than this, their score matrices cost more.
SHORT = 256
LANES = 16  # numbers of fp32 in a vector of AVX-512


def attend_by_steps(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    dropout_rate: float = 0.0,
    randomness: Randomness | None = None,
    tap: BoundTap = untapped,
) -> Tensor:
    """softmax(QKᵀ/√d_k)V, step by step.

    Args:
        query: [batch, head, query, d_k].
        key: [batch, head, key, d_k].
        value: [batch, head, key, d_v].
        mask: bool, broadcasts to [batch, head, query, key]; True where attending is allowed.
            A query that may attend to nothing gets a mixed value of zero.
        dropout_rate: share of the weights that is dropped, with ``randomness`` as the source.
        tap: shown scores, scaled, masked, weights and mixed; with dropout, kept and dropped too.

    Returns:
        [batch, head, query, d_v].
    """
    grid = "batch head query key"
    scores = tap("scores", grid, query @ key.transpose(-2, -1))
    scaled = tap("scaled", grid, scores / math.sqrt(query.size(-1)))
    if mask is None:
        weights = scaled.softmax(-1)
    else:
        masked = tap("masked", grid, scaled.masked_fill(~mask, -math.inf))
        # A row of nothing but -inf has no softmax; it attends to nothing.
        weights = masked.softmax(-1).masked_fill(~mask, 0.0)
    weights = tap("weights", grid, weights)
    weights = dropout(weights, dropout_rate, randomness, axes=grid, tap=tap)
    return tap("mixed", "batch head query feature", weights @ value)


def attend_fused(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    dropout_rate: float = 0.0,
    randomness: Randomness | None = None,
    tap: BoundTap = untapped,
) -> Tensor:
    """The same as ``attend_by_steps``, shapes and result, by the quickest kernel; taps nothing."""
    if randomness is not None and randomness.lent:
        rate = dropout_rate  # drawn inside the kernel: the weights are never in memory
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=rate)
    learns = torch.is_grad_enabled() and query.requires_grad
    drops = dropout_rate > 0 and randomness is not None
    if drops or (not learns and quicker_by_steps(query, key)):
        return attend_by_steps(
            query, key, value, mask, dropout_rate=dropout_rate, randomness=randomness
        )
    if learns and query.device.type == "cpu" and key.size(-2) <= SHORT:
        mixed: Tensor = ByProducts.apply(query, key, value, mask)  # type: ignore[no-untyped-call]
        return mixed
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def quicker_by_steps(query: Tensor, key: Tensor) -> bool:
    """Whether, without a gradient, plain products beat the fused kernel: on a CPU in fp32, where
    many short sequences each have a few queries."""
    batch, heads, queries, _ = query.shape
    return (
        query.device.type == "cpu"
        and query.dtype == torch.float32
        and queries > 1
        and batch * heads >= 16
        and key.size(-2) <= SHORT
    )


class ByProducts(torch.autograd.Function):
    """The formula by three matrix products, the softmax in fp32 on rows of whole vectors.

    Keys and values are filled up with zeros, masked, to a multiple of LANES: a row of 17 takes a
    CPU several times as long as one of 32. The gradient, with W the weights, G the gradient of the
    mixed values and S = QKᵀ/√d_k: dV = WᵀG, dW = GVᵀ, dS = W·(dW - rowsum(W·dW)),
    dQ = dS K/√d_k, dK = dSᵀQ/√d_k.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Shapes and result as ``attend_by_steps``."""
        ctx.keys, ctx.scale = key.size(-2), 1 / math.sqrt(query.size(-1))
        exact = torch.promote_types(query.dtype, torch.float32)
        scaled = torch.empty(query.shape, dtype=query.dtype, device=query.device)
        torch.mul(query, ctx.scale, out=scaled)  # fewer numbers than the scores
        key, value = filled(key), filled(value)
        scores = (scaled @ key.transpose(-2, -1)).to(exact)
        weights = scores.add_(barrier(mask, ctx.keys, key.size(-2), scores)).softmax(-1)
        if mask is not None:  # a row that may attend to nothing attends to nothing
            weights = weights.mul_(mask.any(-1, keepdim=True).to(exact))
        weights = weights.to(query.dtype)
        ctx.save_for_backward(scaled, key, value, weights)
        return weights @ value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The gradients of query, key and value."""
        scaled, key, value, weights = ctx.saved_tensors
        exact = torch.promote_types(weights.dtype, torch.float32)
        grad = grad.contiguous()
        to_value = weights.transpose(-2, -1) @ grad
        to_weights = (grad @ value.transpose(-2, -1)).to(exact)
        to_scores = torch._softmax_backward_data(to_weights, weights.to(exact), -1, exact)
        to_scores = to_scores.to(weights.dtype)
        to_key = to_scores.transpose(-2, -1) @ scaled
        to_query = (to_scores @ key).mul_(ctx.scale)
        return to_query, to_key[..., : ctx.keys, :], to_value[..., : ctx.keys, :], None


def filled(x: Tensor) -> Tensor:
    """Keys or values with zeros up to a multiple of LANES, side by side in memory."""
    empty = -x.size(-2) % LANES
    return F.pad(x, (0, 0, 0, empty)) if empty else x.contiguous()


def barrier(mask: Tensor | None, keys: int, filled: int, like: Tensor) -> Tensor:
    """What is added to scores: 0 where attending is allowed, -inf elsewhere: [..., filled].

    A row where nothing is allowed is left open: a softmax of nothing but -inf is no number.
    """
    if mask is None:
        bias = like.new_zeros(filled)
        bias[keys:] = -math.inf
        return bias
    bias = like.new_full((*mask.shape[:-1], filled), -math.inf)
    bias[..., :keys].masked_fill_(mask.expand(*mask.shape[:-1], keys), 0.0)
    return bias.masked_fill_(~mask.any(-1, keepdim=True), 0.0)
