"""Attention against hand-computed numbers, a loop over single elements, and its fused twin."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from glassformer.numerics.attention import LANES, SHORT, attend_by_steps, attend_fused
from glassformer.numerics.dropout import Randomness
from glassformer.numerics.masks import causal_mask, padding_mask

BATCH, HEADS, QUERIES, KEYS, D_K, D_V = 2, 3, 5, 7, 11, 13


def random_inputs(dtype: torch.dtype = torch.float32, keys: int = KEYS) -> list[Tensor]:
    generator = torch.Generator().manual_seed(4)
    sizes = [(QUERIES, D_K), (keys, D_K), (keys, D_V)]
    return [torch.randn(BATCH, HEADS, *size, generator=generator).to(dtype) for size in sizes]


def by_loops(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """Equation 1, one number after another, in plain Python."""
    out = torch.zeros(BATCH, HEADS, QUERIES, D_V)
    allowed = mask.expand(BATCH, HEADS, QUERIES, KEYS)
    for b in range(BATCH):
        for h in range(HEADS):
            for i in range(QUERIES):
                seen = [j for j in range(KEYS) if allowed[b, h, i, j]]
                scores = [
                    sum(float(query[b, h, i, d]) * float(key[b, h, j, d]) for d in range(D_K))
                    / math.sqrt(D_K)
                    for j in seen
                ]
                total = sum(math.exp(score) for score in scores)
                for score, j in zip(scores, seen, strict=True):
                    out[b, h, i] += math.exp(score) / total * value[b, h, j]
    return out


def test_two_words_by_hand() -> None:
    """Scores 2 ln 3 and 0 over √4 are ln 3 and 0, so the weights are 3/4 and 1/4."""
    query = torch.tensor([[[[1.0, 0.0, 0.0, 0.0]]]])
    key = torch.tensor([[[[2 * math.log(3), 9.0, 9.0, 9.0], [0.0, 5.0, 5.0, 5.0]]]])
    value = torch.tensor([[[[4.0, 0.0, 8.0], [0.0, 4.0, 8.0]]]])
    shown: dict[str, Tensor] = {}

    def tap(name: str, axes: str, value: Tensor) -> Tensor:
        shown[name] = value
        return value

    mixed = attend_by_steps(query, key, value, tap=tap)
    assert torch.allclose(mixed, torch.tensor([[[[3.0, 1.0, 8.0]]]]))
    assert list(shown) == ["scores", "scaled", "weights", "mixed"]
    assert torch.allclose(shown["scaled"], torch.tensor([[[[math.log(3), 0.0]]]]))
    assert torch.allclose(shown["weights"], torch.tensor([[[[0.75, 0.25]]]]))


MASKS = {
    "padding": padding_mask(torch.tensor([[5, 6, 7, 8, 9, 0, 0], [5, 0, 0, 0, 0, 0, 0]]), 0),
    "causal": causal_mask(QUERIES, KEYS),
    "both": padding_mask(torch.tensor([[5, 6, 7, 8, 9, 0, 0], [5, 4, 3, 0, 0, 0, 0]]), 0)
    & causal_mask(QUERIES, KEYS),
    "nothing for the last query": torch.arange(QUERIES)[:, None] < QUERIES - 1,
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("attend", [attend_by_steps, attend_fused])
def test_equals_the_formula_written_as_loops(attend, mask: Tensor) -> None:  # type: ignore[no-untyped-def]
    query, key, value = random_inputs()
    mask = mask.expand(QUERIES, KEYS) if mask.dim() == 2 else mask
    expected = by_loops(query, key, value, mask)
    assert torch.allclose(attend(query, key, value, mask), expected, atol=1e-5)


@pytest.mark.parametrize("attend", [attend_by_steps, attend_fused])
def test_a_query_that_may_see_nothing_gets_zero_and_finite_gradients(attend) -> None:  # type: ignore[no-untyped-def]
    inputs = [x.requires_grad_() for x in random_inputs()]
    mask = torch.zeros(QUERIES, KEYS, dtype=torch.bool)
    mask[1] = True
    mixed = attend(*inputs, mask)
    assert (mixed[:, :, 0] == 0).all() and (mixed[:, :, 1] != 0).any()
    mixed.sum().backward()
    assert all(x.grad is not None and x.grad.isfinite().all() for x in inputs)


@settings(max_examples=25, deadline=None)
@given(
    queries=st.integers(1, 9), keys=st.integers(1, 9), heads=st.integers(1, 4),
    d_k=st.integers(1, 9), d_v=st.integers(1, 9), share=st.floats(0, 1), learns=st.booleans(),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_fused_is_by_steps(  # type: ignore[no-untyped-def]
    queries, keys, heads, d_k, d_v, share, learns, seed
) -> None:
    generator = torch.Generator().manual_seed(seed)
    sizes = [(queries, d_k), (keys, d_k), (keys, d_v)]
    inputs = [
        torch.randn(2, heads, *size, generator=generator).requires_grad_(learns) for size in sizes
    ]
    mask = torch.rand(2, 1, queries, keys, generator=generator) < share
    expected, found = attend_by_steps(*inputs, mask), attend_fused(*inputs, mask)
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("keys", [SHORT - 1, SHORT + 1])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_fused_is_by_steps_on_either_side_of_the_threshold(
    keys: int, dtype: torch.dtype, tolerance: float
) -> None:
    inputs = [x.requires_grad_() for x in random_inputs(dtype, keys)]
    grads = []
    for attend in (attend_by_steps, attend_fused):
        mixed = attend(*inputs)
        grads.append((mixed, *torch.autograd.grad(mixed.float().square().sum(), inputs)))
    for one, other in zip(*grads, strict=True):
        assert torch.allclose(one, other, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("mask", [None, *MASKS.values()], ids=["none", *MASKS])
@pytest.mark.parametrize("keys", [1, KEYS, LANES, LANES + 1])
def test_gradients_by_products_are_autograds(mask: Tensor | None, keys: int) -> None:
    """Whether or not the keys fill whole vectors, and where a query sees nothing."""
    inputs = [x.double().requires_grad_() for x in random_inputs(keys=keys)]
    if mask is not None:
        mask = F.pad(mask.expand(*mask.shape[:-2], QUERIES, -1), (0, keys - mask.size(-1)))
        mask = mask[..., :keys]
    found, expected = (
        torch.autograd.grad(attend(*inputs, mask).square().sum(), inputs)
        for attend in (attend_fused, attend_by_steps)
    )
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-12)


def test_dropout_falls_on_weights() -> None:
    """With values of one, the mixed value is the sum of the weights that are left, scaled."""
    query, key, _ = random_inputs(keys=211)
    value = torch.ones(BATCH, HEADS, 211, 1)
    whole = attend_by_steps(query, key, value)
    assert torch.allclose(whole, torch.ones(()))
    dropped = attend_by_steps(query, key, value, dropout_rate=0.5, randomness=Randomness(3))
    assert (dropped != whole).all() and abs(dropped.mean() - 1) < 0.1
    again = attend_fused(query, key, value, dropout_rate=0.5, randomness=Randomness(3))
    assert torch.equal(dropped, again)


def test_causal_mask_of_the_last_queries() -> None:
    assert causal_mask(3, 3).int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert torch.equal(causal_mask(2, 5), causal_mask(5, 5)[-2:])
