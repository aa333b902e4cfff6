"""A permutation by formula: every number once, another order for another key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.data.shuffle import Permutation


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 5000), seed=st.integers(0, 2**63), epoch=st.integers(0, 99))
def test_every_number_once(count: int, seed: int, epoch: int) -> None:
    order = Permutation(count, (seed, epoch))[np.arange(count)]
    assert np.array_equal(np.sort(order), np.arange(count))


def test_looked_up_in_parts_it_is_the_same() -> None:
    order = Permutation(10_007, (1, 2))
    whole = order[np.arange(10_007)]
    assert np.array_equal(order[np.arange(5000, 6000)], whole[5000:6000])
    assert np.array_equal(Permutation(10_007, (1, 2))[np.arange(10_007)], whole)


def test_another_epoch_or_seed_is_another_order() -> None:
    orders = [Permutation(10_007, key)[np.arange(10_007)] for key in ((1, 0), (1, 1), (2, 0))]
    for i in range(3):
        for j in range(i):
            assert (orders[i] == orders[j]).mean() < 0.01


@pytest.mark.parametrize("count", [1009, 65_536, 100_003])
def test_it_looks_random(count: int) -> None:
    """Neighbours land far apart, and no part of the corpus is favoured early or late."""
    order = Permutation(count, (3, 0))[np.arange(count)]
    assert abs(np.corrcoef(np.arange(count), order)[0, 1]) < 5 / count**0.5
    assert abs(np.abs(np.diff(order)).mean() / (count / 3) - 1) < 0.1
    early = np.histogram(order[: count // 2], bins=10, range=(0, count))[0]
    expected = count / 20
    assert (np.abs(early - expected) < 6 * expected**0.5).all()


def test_huge_counts_take_no_memory() -> None:
    found = Permutation(10**12, (1,))[np.arange(10**12 - 1000, 10**12)]
    assert len(set(found.tolist())) == 1000 and found.min() >= 0 and found.max() < 10**12
