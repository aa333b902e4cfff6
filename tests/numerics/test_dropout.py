"""Dropout drops the share that was asked for, keeps the mean, and comes from its seed alone."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from glassformer.numerics.dropout import Randomness, add_dropped, dropout
from glassformer.tap import by_written_steps


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


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_sums_vary_as_independent_draws_do(rate: float) -> None:
    """The count in blocks of 128, a row of a small model, has the binomial's variance; blocks of
    one mask, and the same places of two masks, know nothing of each other."""
    blocks = 20_011
    randomness = Randomness(4)
    first, second = (dropout(torch.ones(blocks, 128), rate, randomness) > 0 for _ in range(2))
    counts = first.float().sum(1)
    expected = 128 * rate * (1 - rate)
    assert abs(counts.var() / expected - 1) < 5 * (2 / blocks) ** 0.5
    edge = 5 / blocks**0.5
    assert abs(torch.corrcoef(torch.stack((counts[1:], counts[:-1])))[0, 1]) < edge
    assert abs(torch.corrcoef(torch.stack((counts, second.float().sum(1))))[0, 1]) < edge
    both = torch.stack((first.flatten(), second.flatten())).float()
    assert abs(torch.corrcoef(both)[0, 1]) < 5 / both.size(1) ** 0.5


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_by_bits_is_the_product_that_a_recording_shows(dtype: torch.dtype) -> None:
    x = torch.randn(7, 11, generator=torch.Generator().manual_seed(1)).to(dtype).T
    fast = dropout(x, 0.3, Randomness(6))
    shown: dict[str, torch.Tensor] = {}

    def look(name: str, axes: str, value: torch.Tensor) -> torch.Tensor:
        shown[name] = value
        return value

    with by_written_steps():
        by_steps = dropout(x, 0.3, Randomness(6), tap=look)
    assert torch.equal(fast, by_steps) and torch.equal(fast != 0, shown["kept"])
    assert shown["kept"].dtype == torch.bool


def test_nothing_to_drop() -> None:
    x = torch.randn(5, 7)
    assert dropout(x, 0.0, Randomness(1)) is x
    assert dropout(x, 0.4, None) is x


def test_gradient_passes_where_the_value_did() -> None:
    x = torch.ones(1009, requires_grad=True)
    out = dropout(x, 0.25, Randomness(5))
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_added_to_the_residual_it_is_the_same(dtype: torch.dtype) -> None:
    layer = torch.nn.Linear(7, 7, dtype=dtype)
    x = torch.randn(3, 5, 7, generator=torch.Generator().manual_seed(1)).to(dtype).requires_grad_()

    def learned(added: Callable[[Tensor, Tensor], Tensor]) -> list[Tensor]:
        x.grad = layer.weight.grad = None
        out = added(x, layer(x))
        out.pow(3).sum().backward()
        assert x.grad is not None and layer.weight.grad is not None
        return [out.detach(), x.grad, layer.weight.grad]

    wanted = learned(lambda x, change: x + dropout(change, 0.3, Randomness(6)))
    seen: list[int] = []
    for _ in range(2):  # without a hook, and with one, which puts a view in between
        found = learned(lambda x, change: add_dropped(x, change, 0.3, Randomness(6)))
        assert all(map(torch.equal, found, wanted))
        layer.register_full_backward_hook(lambda *_: seen.append(1))
    assert seen
    with by_written_steps():
        assert torch.equal(add_dropped(x, layer(x), 0.3, Randomness(6)), wanted[0])


def test_a_change_that_is_needed_elsewhere_is_not_written_over_unnoticed() -> None:
    x = torch.ones(101, requires_grad=True)
    out = add_dropped(x, x.exp(), 0.3, Randomness(6))  # exp's gradient is its value
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


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
