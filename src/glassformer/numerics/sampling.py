"""Logits in, logits out: what narrows or flattens a distribution before a token is drawn from it.

Every function is pure, takes [..., vocabulary] and looks at the whole vocabulary. What a filter
leaves out becomes -inf. Of equal logits the one with the lower index is kept first, so a result
does not depend on what else is in the batch.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from glassformer.errors import ConfigError

NEVER = float("-inf")

# Of this many values the largest are sought in blocks, where few of them can hold any.
MANY, BLOCK, FEW_BLOCKS = 2**19, 64, 4


def temperature(logits: Tensor, t: float) -> Tensor:
    """The logits over ``t``, shifted so that the largest is 0: below 1 sharper, above 1 flatter.

    The shift changes no probability, and without it a small ``t`` would overflow.

    Raises:
        ConfigError: ``t`` is not a finite number above 0.
    """
    if not 0 < t < math.inf:
        raise ConfigError(
            f"temperature = {t} must be a finite number above 0 (greedy decoding is its limit at 0)"
        )
    below = logits - logits.amax(-1, keepdim=True)
    return (below.double() / t).to(logits.dtype)


def top_k(logits: Tensor, k: int) -> Tensor:
    """The ``k`` largest logits; all of them where the vocabulary is no larger.

    Raises:
        ConfigError: ``k`` is below 1.
    """
    if k < 1:
        raise ConfigError(f"top_k = {k} must be at least 1")
    values, index = largest(logits.reshape(-1, logits.size(-1)), k)
    kept = torch.full_like(logits, NEVER).view(-1, logits.size(-1))
    return kept.scatter(1, index, values).view(logits.shape)


def top_p(logits: Tensor, p: float) -> Tensor:
    """The smallest set of largest logits whose probability is at least ``p``; never an empty one.

    Holtzman et al. 2020 (nucleus sampling).

    Raises:
        ConfigError: ``p`` is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise ConfigError(f"top_p = {p} must be above 0 and at most 1")
    if p == 1:  # rounding must not cost the rarest tokens
        return logits
    ordered, index = logits.sort(dim=-1, descending=True, stable=True)
    mass = ordered.double().softmax(-1)
    before = mass.cumsum(-1) - mass
    return torch.full_like(logits, NEVER).scatter(
        -1, index, ordered.masked_fill(before >= p, NEVER)
    )


def draw(logits: Tensor, uniform: Tensor) -> Tensor:
    """The token at which the cumulative probability passes ``uniform`` (in [0, 1)).

    The same numbers give the same tokens on any device. A logit of -inf is never drawn.

    Args:
        logits: [..., vocabulary].
        uniform: [...], one number for each distribution.

    Returns:
        int64 [...].
    """
    reached = logits.double().softmax(-1).cumsum(-1)
    total = reached[..., -1:]
    drawn = torch.searchsorted(reached, uniform.double()[..., None] * total, right=True)
    last = torch.searchsorted(reached, total.contiguous())  # the last that is not impossible
    return drawn.minimum(last)[..., 0].clamp(max=logits.size(-1) - 1)


def largest(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` largest of each row, largest first, and their indices.

    Unlike ``topk`` it says which of several equals it takes: the first ones, in their order.

    Args:
        values: [row, place]; a NaN counts as larger than any number.

    Returns:
        values and int64 indices, both [row, min(count, place)].
    """
    if values.numel() < MANY or values.size(1) < FEW_BLOCKS * count * BLOCK:
        return largest_of_all(values, count)
    places = likely(values, count)
    found, order = largest_of_all(values.gather(1, places), count)
    return found, places.gather(1, order)


def likely(values: Tensor, count: int) -> Tensor:
    """Places, rising, among which the ``count`` largest are: most rows are not looked at twice.

    They are those of the ``count`` blocks with the largest maxima, and of the end that makes no
    block. For if a value stands in another block, each of these has one that is larger, or as
    large and further in front.

    Returns:
        int64 [row, place].
    """
    end = values.size(1) // BLOCK * BLOCK
    maxima = values[:, :end].unflatten(1, (-1, BLOCK)).amax(2)
    blocks = largest_of_all(maxima, count)[1].sort(dim=1).values
    inside = torch.arange(BLOCK, device=values.device)
    after = torch.arange(end, values.size(1), device=values.device)
    places = (blocks[:, :, None] * BLOCK + inside).flatten(1)
    return torch.cat((places, after.expand(len(values), -1)), 1)


def largest_of_all(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``largest`` by looking at all values; see there."""
    count = min(count, values.size(1))
    top, index = values.topk(min(count + 1, values.size(1)), dim=1)
    if top.size(1) > count:
        cut, after = top[:, count - 1], top[:, count]
        rows = ((cut == after) & (cut > NEVER)).nonzero()[:, 0]
        index = index[:, :count]
        if len(rows):
            index[rows] = first_of_equals(values[rows], cut[rows, None], count)
    index = index.sort(dim=1).values
    found, order = values.gather(1, index).sort(dim=1, descending=True, stable=True)
    return found, index.gather(1, order)


def first_of_equals(values: Tensor, cut: Tensor, count: int) -> Tensor:
    """Where the values above the cut [row, 1] stand, and so many equal to it as make up the count.

    Returns:
        int64 [row, count], rising.
    """
    above, equal = ~(values <= cut), values == cut  # a NaN is above
    wanted = count - above.sum(1, keepdim=True)
    taken = above | (equal & (equal.cumsum(1) <= wanted))
    return taken.nonzero()[:, 1].view(-1, count)
