"""Fused attention by its written steps, so that a recording sees into it on any module.

Each function has the signature of the fused one that it stands for, and ``tap`` besides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from glassformer.errors import RecordingError
from glassformer.numerics.attention import attend_by_steps
from glassformer.tap import BoundTap

Sides = Sequence[Tensor]  # query, key, value


def written_steps(func: Callable[..., Any]) -> Callable[..., Any] | None:
    """The written steps of a fused operator; None of any other."""
    if func is F.scaled_dot_product_attention or func is torch._C._nn.scaled_dot_product_attention:
        return attention_steps
    if func is F.multi_head_attention_forward:
        return multi_head_steps
    return None


def attention_steps(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    tap: BoundTap,
) -> Tensor:
    """``scaled_dot_product_attention`` step by step; axes before the last two are kept."""
    if enable_gqa:  # each head of keys and values serves several heads of queries
        groups = query.size(-3) // key.size(-3)
        key, value = (x.repeat_interleave(groups, -3) for x in (key, value))
    if scale is not None:
        query = query * (scale * math.sqrt(query.size(-1)))
    queries, keys = query.size(-2), key.size(-2)
    if is_causal:
        attn_mask = torch.ones(queries, keys, dtype=torch.bool, device=query.device).tril()
    lead = query.shape[:-2]
    four = (1,) * (4 - query.dim())
    sides = tuple(x.reshape(*four, *x.shape) for x in (query, key, value))
    mixed = attention_in_four(sides, attn_mask, dropout_p, tap)
    return mixed.reshape(*lead, queries, value.size(-1))


def attention_in_four(sides: Sides, mask: Tensor | None, dropout: float, tap: BoundTap) -> Tensor:
    """Attention of [batch, head, position, feature]; a mask of numbers is added to the scores."""
    query, key, value = sides
    if not dropout and (mask is None or mask.dtype == torch.bool):
        return attend_by_steps(query, key, value, mask, tap=tap)
    grid = "batch head query key"
    scores = tap("scores", grid, query @ key.transpose(-2, -1))
    masked = tap("scaled", grid, scores / math.sqrt(query.size(-1)))
    if mask is not None:
        more = masked + mask if mask.is_floating_point() else masked.masked_fill(~mask, -math.inf)
        masked = tap("masked", grid, more)
    weights = tap("weights", grid, masked.softmax(-1))
    if dropout:
        weights = tap("dropped", grid, F.dropout(weights, dropout))
    return tap("mixed", "batch head query feature", weights @ value)


def multi_head_steps(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
    *,
    tap: BoundTap,
) -> tuple[Tensor, Tensor | None]:
    """``multi_head_attention_forward`` step by step; its [position, batch, d_model] is kept.

    Raises:
        RecordingError: an option that the steps do not have.
    """
    if bias_k is not None or bias_v is not None or add_zero_attn or static_k is not None:
        raise RecordingError("recording this attention with extra keys: switch them off")
    alone = query.dim() == 2
    if alone:
        query, key, value = (x.unsqueeze(1) for x in (query, key, value))
    if use_separate_proj_weight:
        matrices = [q_proj_weight, k_proj_weight, v_proj_weight]
    else:
        assert in_proj_weight is not None
        matrices = list(in_proj_weight.chunk(3))
    biases = [None] * 3 if in_proj_bias is None else list(in_proj_bias.chunk(3))
    sides = []
    for name, x, matrix, bias in zip(
        ("query", "key", "value"), (query, key, value), matrices, biases, strict=True
    ):
        projected = F.linear(x.transpose(0, 1), matrix, bias)  # type: ignore[arg-type]
        split = projected.unflatten(-1, (num_heads, -1)).transpose(1, 2)
        row = "query" if name == "query" else "key"
        sides.append(tap(name, f"batch head {row} feature", split))
    mask = joined_mask(attn_mask, key_padding_mask, num_heads)
    seen: dict[str, Tensor] = {}

    def kept(name: str, axes: str, value: Tensor) -> Tensor:
        seen[name] = tap(name, axes, value)
        return seen[name]

    mixed = attention_in_four(sides, mask, dropout_p if training else 0.0, kept)
    joined = mixed.transpose(1, 2).flatten(2)
    output = tap("output", "batch query d_model", F.linear(joined, out_proj_weight, out_proj_bias))
    output = output.transpose(0, 1)
    weights = seen["weights"] if need_weights else None  # [batch, head, query, key]
    if weights is not None:
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights.squeeze(0) if alone else weights
    return (output.squeeze(1) if alone else output), weights


def joined_mask(mask: Tensor | None, padding: Tensor | None, heads: int) -> Tensor | None:
    """torch's two masks (True or -inf: may not attend) as one of ours (True: may), or numbers."""
    if mask is not None and mask.dim() == 3:
        mask = mask.unflatten(0, (-1, heads))
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    if padding is None:
        return mask
    padding = padding[:, None, None, :]
    if padding.dtype == torch.bool:
        padding = ~padding
    if mask is None:
        return padding
    if mask.dtype == padding.dtype == torch.bool:
        return mask & padding
    as_numbers = [
        torch.zeros_like(m, dtype=torch.float32).masked_fill(~m, -math.inf)
        if m.dtype == torch.bool
        else m
        for m in (mask, padding)
    ]
    return as_numbers[0] + as_numbers[1]
