from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.errors import ConfigError
from glassformer.numerics.sampling import MANY, draw, largest, temperature, top_k, top_p

NEVER = -math.inf
# few different values, so that equals abound
LOGITS = st.lists(
    st.lists(st.sampled_from([-3.0, 0.0, 0.5, 0.5, 2.0, NEVER]), min_size=7, max_size=7),
    min_size=1,
    max_size=3,
).map(torch.tensor)


def test_temperature_by_hand():
    logits = torch.tensor([[3.0, 1.0, NEVER], [0.0, -5.0, -1.0]])
    expected = torch.tensor([[0.0, -4.0, NEVER], [0.0, -10.0, -2.0]])
    assert torch.equal(temperature(logits, 0.5), expected)
    assert torch.allclose(temperature(logits, 2.0).softmax(-1), (logits / 2).softmax(-1))


def test_temperatures_at_the_ends_of_the_scale():
    logits = torch.tensor([5.0, 4.999, -3.0])
    assert temperature(logits, 1e-308).tolist() == [0, NEVER, NEVER]
    assert temperature(logits, 1e308).softmax(-1).tolist() == pytest.approx([1 / 3] * 3)


@settings(deadline=None)
@given(LOGITS, st.integers(1, 9))
def test_top_k_keeps_k_and_the_first_of_equals(logits, k):
    for row, kept in zip(logits.tolist(), top_k(logits, k).tolist(), strict=True):
        best = sorted(range(7), key=lambda i: -row[i])[:k]
        assert kept == [row[i] if i in best else NEVER for i in range(7)]


@settings(deadline=None)
@given(LOGITS, st.floats(0.01, 1))
def test_top_p_keeps_the_smallest_set(logits, p):
    for row, kept in zip(logits, top_p(logits, p), strict=True):
        if row.max() == NEVER:
            continue
        chances = row.double().softmax(-1)
        held = kept > NEVER
        assert held.any()
        assert torch.equal(kept[held], row[held])
        assert chances[held].sum() >= p - 1e-9
        if p < 1:
            assert chances[held].sum() - chances[held].min() < p + 1e-9
            left_out = chances[~held]
            assert left_out.numel() == 0 or left_out.max() <= chances[held].min()


def test_top_p_by_hand():
    logits = torch.tensor([0.1, 0.4, 0.2, 0.3]).log()
    for p, kept in [(0.3, [1]), (0.45, [1, 3]), (0.75, [1, 2, 3]), (0.95, [0, 1, 2, 3])]:
        assert (top_p(logits, p) > NEVER).nonzero()[:, 0].tolist() == kept


def test_top_p_stops_where_p_is_just_reached():
    assert top_p(torch.tensor([2.0, 2.0, NEVER]), 0.5).tolist() == [2.0, NEVER, NEVER]


def test_the_whole_vocabulary_counts():
    flat = torch.zeros(2, 3, 10_007)
    assert ((top_p(flat, 0.9) > NEVER).sum(-1) == math.ceil(0.9 * 10_007)).all()
    assert ((top_k(flat, 5003) > NEVER).sum(-1) == 5003).all()
    tail = torch.full((10_007,), -80.0)
    tail[3] = 0
    assert torch.equal(top_p(tail, 1.0), tail)


def test_draw_by_hand():
    logits = torch.tensor([0.0, 0.25, 0.0, 0.75, 0.0]).log().expand(5, 5)
    uniform = torch.tensor([0.0, 0.2499, 0.2501, 0.75, 1.0])
    assert draw(logits, uniform).tolist() == [1, 1, 3, 3, 3]


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 9), st.sampled_from([2, 5, 100]))
def test_largest_is_a_stable_sort(seed, count, levels):
    values = torch.randint(0, levels, (5, 7), generator=torch.Generator().manual_seed(seed)).float()
    expected = values.sort(dim=1, descending=True, stable=True)
    found, index = largest(values, count)
    assert torch.equal(found, expected.values[:, :count])
    assert torch.equal(index, expected.indices[:, :count])


def test_largest_takes_the_first_of_equals_in_a_large_vocabulary():
    values = torch.zeros(3, 10_007)
    values[1, 5003] = 1
    assert largest(values, 3)[1].tolist() == [[0, 1, 2], [5003, 0, 1], [0, 1, 2]]


@pytest.mark.parametrize("levels", [3, 101, 2**24])
def test_largest_of_very_many_is_a_stable_sort(levels):
    generator = torch.Generator().manual_seed(levels)
    values = torch.randint(0, levels, (53, 10_007), generator=generator).float()
    values[3, 9_991:] = levels  # in the end that makes no block
    assert values.numel() > MANY
    expected = values.sort(dim=1, descending=True, stable=True)
    found, index = largest(values, 9)
    assert torch.equal(found, expected.values[:, :9])
    assert torch.equal(index, expected.indices[:, :9])
    values[7, 5003] = math.nan
    assert largest(values, 9)[0][7, 0].isnan()


@pytest.mark.parametrize(
    ("filtered", "value"),
    [(temperature, bad) for bad in (0, -1, math.nan, math.inf)]
    + [(top_k, bad) for bad in (0, -3)]
    + [(top_p, bad) for bad in (0, -0.1, 1.01, math.nan)],
)
def test_values_out_of_range(filtered, value):
    with pytest.raises(ConfigError, match=str(value)):
        filtered(torch.zeros(3), value)
