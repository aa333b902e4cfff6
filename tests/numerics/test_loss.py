"""The loss against torch's, and the gradients that it makes itself against autograd's."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from glassformer.numerics.loss import CHUNK, FusedLoss, sequence_loss, smoothed_cross_entropy

VOCABULARY, D = 17, 11


def inputs(rows: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(rows)
    hidden = torch.randn(rows, D, generator=generator)
    output = torch.randn(VOCABULARY, D, generator=generator)
    return hidden, output, torch.randint(VOCABULARY, (rows,), generator=generator)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_equals_torchs_cross_entropy(smoothing: float) -> None:
    hidden, output, targets = inputs(23)
    logits = hidden @ output.T
    expected = F.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="none")
    assert torch.allclose(smoothed_cross_entropy(logits, targets, smoothing), expected, atol=1e-5)


def test_two_words_by_hand() -> None:
    """Probabilities 3/4 and 1/4, target the first, ε = 0.2: 0.9 on it, 0.1 on the other."""
    logits = torch.tensor([[math.log(3), 0.0]])
    expected = -0.9 * math.log(3 / 4) - 0.1 * math.log(1 / 4)
    loss = smoothed_cross_entropy(logits, torch.tensor([0]), 0.2)
    assert float(loss) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rows", [1, 29, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_fused_gradients_are_autograds(rows: int, smoothing: float) -> None:
    hidden, output, targets = inputs(rows)
    hidden.requires_grad_()
    output.requires_grad_()
    found = FusedLoss.apply(hidden, output, targets, smoothing)
    expected = F.cross_entropy(
        hidden @ output.T, targets, label_smoothing=smoothing, reduction="sum"
    )
    assert torch.allclose(found, expected, rtol=1e-5)
    ours = torch.autograd.grad(3 * found, (hidden, output))
    theirs = torch.autograd.grad(3 * expected, (hidden, output))
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-3 if rows > 100 else 1e-5)


def test_gradients_by_differences() -> None:
    hidden, output, targets = inputs(5)
    found = torch.autograd.grad(
        FusedLoss.apply(hidden.requires_grad_(), output, targets, 0.1), hidden
    )[0]
    step = 1e-3
    for row, column in ((0, 0), (3, 7), (4, 10)):
        moved = [hidden.detach().double().clone() for _ in range(2)]
        moved[0][row, column] += step
        moved[1][row, column] -= step
        losses = [smoothed_cross_entropy(h @ output.double().T, targets, 0.1).sum() for h in moved]
        slope = float(losses[0] - losses[1]) / (2 * step)
        assert float(found[row, column]) == pytest.approx(slope, abs=1e-4)


def test_the_bias_of_the_logits_learns_too() -> None:
    given = [part.requires_grad_() for part in (*inputs(6)[:2], torch.linspace(-1, 2, VOCABULARY))]
    hidden, output, bias = given
    targets = torch.tensor([[5, 4, 0], [3, 0, 1]])
    loss = sequence_loss(hidden.view(2, 3, D), output, targets, bias, pad=0, smoothing=0.1)
    expected = F.cross_entropy(
        hidden @ output.T + bias, targets.flatten(), ignore_index=0, label_smoothing=0.1,
        reduction="sum",
    )  # fmt: skip
    assert torch.allclose(loss, expected, rtol=1e-5)
    pairs = zip(torch.autograd.grad(loss, given), torch.autograd.grad(expected, given), strict=True)
    for ours, theirs in pairs:
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_padding_costs_nothing_and_learns_nothing() -> None:
    hidden, output, _ = inputs(6)
    hidden = hidden.view(2, 3, D).requires_grad_()
    targets = torch.tensor([[5, 4, 0], [3, 0, 0]])
    loss = sequence_loss(hidden, output, targets, pad=0, smoothing=0.1)
    real = hidden.detach()[[0, 0, 1], [0, 1, 0]]
    expected = smoothed_cross_entropy(real @ output.T, torch.tensor([5, 4, 3]), 0.1).sum()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    loss.backward()
    assert (hidden.grad[targets == 0] == 0).all() and (hidden.grad[targets != 0] != 0).any()


def test_no_target_is_no_loss() -> None:
    hidden, output, _ = inputs(3)
    loss = sequence_loss(hidden.view(1, 3, D), output, torch.zeros(1, 3, dtype=torch.long), pad=0)
    assert float(loss) == 0.0


def test_without_gradients_only_the_loss_is_made() -> None:
    hidden, output, targets = inputs(29)
    with torch.no_grad():
        loss = FusedLoss.apply(hidden, output, targets, 0.1)
    assert not loss.requires_grad
    frozen = FusedLoss.apply(hidden.requires_grad_(), output, targets, 0.1)
    assert torch.autograd.grad(frozen, hidden)[0].shape == hidden.shape


def test_autocast_computes_the_logits_in_bf16() -> None:
    hidden, output, targets = inputs(CHUNK + 7)
    exact = FusedLoss.apply(hidden, output, targets, 0.1)
    with torch.autocast("cpu", torch.bfloat16):
        low = FusedLoss.apply(hidden.requires_grad_(), output, targets, 0.1)
    assert low.dtype == torch.float32
    assert float(low) == pytest.approx(float(exact), rel=1e-2) and float(low) != float(exact)
    assert torch.autograd.grad(low, hidden)[0].dtype == torch.float32
