"""Dropout drops the share that was asked for, keeps the mean, and comes from its seed alone."""

from __future__ import annotations

import copy

import pytest
import torch

from glassformer.numerics.dropout import Randomness, dropout


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.9])
def test_share_and_mean(rate: float) -> None:
    count = 300_007
    out = dropout(torch.ones(count), rate, Randomness(2))
    deviation = (rate * (1 - rate) / count) ** 0.5
    assert abs((out == 0).float().mean() - rate) < 5 * deviation
    assert abs(out.mean() - 1) < 5 * deviation / (1 - rate)
    assert len(out.unique()) == 2


def test_neighbours_are_independent() -> None:
    """Four numbers are cut from each 64-bit draw: none of them may follow from another."""
    kept = (dropout(torch.ones(400_000), 0.5, Randomness(9)) > 0).float() - 0.5
    for shift in range(1, 9):
        assert abs((kept[shift:] * kept[:-shift]).mean()) < 0.25 * 5 / 400_000**0.5


def test_nothing_to_drop() -> None:
    x = torch.randn(5, 7)
    assert dropout(x, 0.0, Randomness(1)) is x
    assert dropout(x, 0.4, None) is x


def test_gradient_passes_where_the_value_did() -> None:
    x = torch.ones(1009, requires_grad=True)
    out = dropout(x, 0.25, Randomness(5))
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


def test_state_goes_on_and_seeds_start_anew() -> None:
    cpu, x = torch.device("cpu"), torch.ones(101)
    randomness = Randomness(7)
    first = dropout(x, 0.5, randomness)
    state = randomness.get_state(cpu)
    second = dropout(x, 0.5, randomness)
    assert not torch.equal(first, second)
    other = Randomness(0)
    other.set_state(cpu, state)
    assert torch.equal(dropout(x, 0.5, other), second)
    randomness.reseed(7)
    assert torch.equal(dropout(x, 0.5, randomness), first)
    assert torch.equal(dropout(x, 0.5, copy.deepcopy(randomness)), first)


def test_torchs_own_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    dropout(torch.ones(33), 0.5, Randomness(1))
    assert torch.equal(torch.get_rng_state(), before)
