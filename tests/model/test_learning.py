"""The second bodies for learning in fp32 against torch's own, and when they are what runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from glassformer.model import learning
from glassformer.model.learning import LayerNorm, Linear
from glassformer.tap import by_written_steps

Gradients = tuple[Tensor, ...]


@pytest.fixture(autouse=True)
def all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if everything were large."""
    monkeypatch.setattr(learning, "MUCH", 0)
    monkeypatch.setattr(learning, "LARGE", 0)


def random(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def linear(bias: bool = True) -> Linear:
    made = Linear(7, 11, bias=bias)
    with torch.no_grad():
        for number, one in enumerate(made.parameters()):
            one.copy_(random(*one.shape, seed=2 + number))
    return made


def norm(gain: float = 1.0, shift: float = 0.3) -> LayerNorm:
    made = LayerNorm(13)
    with torch.no_grad():
        made.weight.copy_(gain * (1 + 0.2 * random(13, seed=2)))
        made.bias.copy_(shift * random(13, seed=3))
    return made


def both(part: nn.Module, x: Tensor) -> tuple[tuple[Tensor, Gradients], tuple[Tensor, Gradients]]:
    """What comes out and all gradients, by the second body and by torch's."""

    def run() -> tuple[Tensor, Gradients]:
        entered = x.clone().requires_grad_()
        out = part(entered)
        wanted = (entered, *part.parameters())
        return out, torch.autograd.grad((out * random(*out.shape, seed=5)).sum(), wanted)

    second = run()
    with by_written_steps():
        return second, run()


def body(out: Tensor) -> str:
    return type(out.grad_fn).__name__


@pytest.mark.parametrize("shape", [(3, 7), (3, 5, 7)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_maps_second_body_is_its_first(shape: tuple[int, ...], bias: bool) -> None:
    (out, gradients), (expected, wanted) = both(linear(bias), random(*shape))
    assert "ByOneDNN" in body(out) and "ByOneDNN" not in body(expected)
    assert torch.allclose(out, expected, atol=1e-5)
    for one, other in zip(gradients, wanted, strict=True):
        assert one.shape == other.shape and torch.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 13), (3, 5, 13)])
def test_a_norms_second_body_is_its_first(shape: tuple[int, ...]) -> None:
    (out, gradients), (expected, wanted) = both(norm(), 3 * random(*shape) + 2)
    assert "FromOutput" in body(out) and "FromOutput" not in body(expected)
    assert torch.equal(out, expected)
    for one, other in zip(gradients, wanted, strict=True):
        assert one.shape == other.shape and torch.allclose(one, other, atol=1e-5)


def test_gradients_by_differences() -> None:
    part = norm().double()
    x = random(2, 13).double().requires_grad_()
    given = (x, part.weight, part.bias)
    assert torch.autograd.gradcheck(
        lambda x, gain, shift: learning.FromOutput.apply(x, gain, shift, part.eps), given
    )


def test_a_gain_that_hides_its_input_keeps_it() -> None:
    for gain, shift in ((0.0, 0.0), (0.01, 0.3), (float("nan"), 0.3)):
        out = norm(gain, shift)(random(3, 13).requires_grad_())
        assert "FromOutput" not in body(out)


def test_a_norm_does_not_keep_its_input() -> None:
    part, x = norm(), random(3, 13).requires_grad_()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda one: kept.append(one) or one, lambda x: x):
        out = part(x * 2)
    addresses = {one.data_ptr() for one in kept if one.shape == x.shape}
    assert addresses == {out.data_ptr()}


def test_a_frozen_matrix_gets_no_gradient() -> None:
    part, x = linear(), random(3, 7).requires_grad_()
    part.weight.requires_grad_(False)
    part(x).sum().backward()
    assert part.weight.grad is None and part.bias.grad is not None
    assert torch.allclose(x.grad, part.weight.sum(0).expand(3, 7), atol=1e-5)


def test_whoever_does_not_learn_in_fp32_has_torchs() -> None:
    def second(part: nn.Module, x: Tensor) -> bool:
        return any(name in body(part(x)) for name in ("ByOneDNN", "FromOutput"))

    pairs: list[tuple[Callable[[], nn.Module], int]] = [(linear, 7), (norm, 13)]
    for make, width in pairs:
        x = random(3, width)
        assert second(make(), x)
        assert not second(make().double(), x.double())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert not second(make(), x)
        with torch.no_grad():
            assert not second(make(), x)
