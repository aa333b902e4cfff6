"""The loss of a whole sequence in shapes that are known beforehand: for a GPU.

``loss.sequence_loss`` leaves out padding first; how many rows are left is known on the device only,
and to ask it means to wait for all that it still has to do. Here padding stays and weighs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from glassformer.numerics.loss import losses_under, with_bias

CHUNK = 4096  # rows of logits that exist at one time

# Logits fp32 [row, vocabulary], targets int64 [row], pad, smoothing
# -> the summed loss, and its gradient [row, vocabulary].
Part = Callable[[Tensor, Tensor, int, float], tuple[Tensor, Tensor]]


def part_of_loss(
    logits: Tensor, targets: Tensor, pad: int, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Label-smoothed cross-entropy of the rows that are not pad, and its gradient.

    The gradient is softmax(logits) - (1 - ε)·onehot - ε/V, see ``loss.smoothed_cross_entropy``.
    """
    real = (targets != pad).float()
    log_total = logits.logsumexp(-1)
    losses = losses_under(log_total, logits, targets, smoothing)
    # A comparison, and no scatter: its order of additions is fixed.
    said = torch.arange(logits.size(-1), device=logits.device) == targets[:, None]
    wanted = said * (1 - smoothing) + smoothing / logits.size(-1)
    gradient = ((logits - log_total[:, None]).exp() - wanted) * real[:, None]
    return (losses * real).sum(), gradient


def static_loss(
    hidden: Tensor,
    output: Tensor,
    targets: Tensor,
    bias: Tensor | None = None,
    *,
    pad: int,
    smoothing: float = 0.0,
    part: Part = part_of_loss,
) -> Tensor:
    """``loss.sequence_loss`` in fixed shapes; ``part`` is ``part_of_loss``, as it is or compiled.

    Args:
        hidden: [batch, position, d_model].
        output: [vocabulary, d_model], the pre-softmax matrix.
        targets: int64 [batch, position].
        bias: [vocabulary], added to the logits.

    Returns:
        a scalar, the sum over all target tokens that are not padding, in nats.
    """
    hidden, output = with_bias(hidden, output, bias)
    loss: Tensor = StaticLoss.apply(  # type: ignore[no-untyped-call]
        hidden.flatten(0, 1), output, targets.flatten(), pad, smoothing, part
    )
    return loss


class StaticLoss(torch.autograd.Function):
    """In chunks, with the gradients on the way, as ``loss.FusedLoss``."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        output: Tensor,
        targets: Tensor,
        pad: int,
        smoothing: float,
        part: Part,
    ) -> Tensor:
        """hidden [row, d_model], output [vocabulary, d_model], targets [row] -> scalar."""
        device = hidden.device.type
        autocast = torch.is_autocast_enabled(device)
        low = torch.get_autocast_dtype(device) if autocast else output.dtype
        with torch.autocast(device, enabled=False):
            factor, rows = output.to(low), hidden.to(low)
            loss = torch.zeros((), device=hidden.device)
            to_hidden = torch.empty_like(rows)
            to_output = torch.zeros_like(output, dtype=torch.float32)
            for start in range(0, rows.size(0), CHUNK):
                chunk = slice(start, start + CHUNK)
                logits = (rows[chunk] @ factor.T).float()
                total, gradient = part(logits, targets[chunk], pad, smoothing)
                loss += total
                gradient = gradient.to(low)
                torch.mm(gradient, factor, out=to_hidden[chunk])
                to_output += gradient.T @ rows[chunk]
        ctx.save_for_backward(to_hidden, to_output)
        ctx.dtypes = hidden.dtype, output.dtype
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None, None]:
        """Scale the gradients that the forward pass already made."""
        to_hidden, to_output = ctx.saved_tensors
        first, second = ctx.dtypes
        return (to_hidden * grad).to(first), (to_output * grad).to(second), None, None, None, None
