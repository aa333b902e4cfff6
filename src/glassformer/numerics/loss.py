"""Label-smoothed cross-entropy (§5.4) of hidden states against tokens.

An objective takes (hidden, output matrix, targets), so that the projection onto the vocabulary
can be fused with the loss: the logits of a whole batch are its largest tensor by far.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from glassformer.tap import BoundTap, untapped

CHUNK = 1024  # rows of logits that exist at one time


def smoothed_cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """The cross-entropy of each row against (1 - ε) on its target and ε/V on every entry.

    Szegedy et al. 2016, as the paper cites it; the reference implementation gives ε/(V - 1) to
    every entry but the target.

    Args:
        logits: [row, vocabulary].
        targets: int64 [row].
        smoothing: ε.

    Returns:
        [row], in nats.
    """
    log_total = logits.logsumexp(-1)
    gold = logits.gather(-1, targets[:, None])[:, 0]
    return log_total - (1 - smoothing) * gold - smoothing * logits.mean(-1)


def smoothed_targets(targets: Tensor, vocabulary: int, smoothing: float) -> Tensor:
    """What each row ought to be: (1 - ε) on its target and ε/V on every entry.

    targets: int64 [batch, position] -> [batch, position, vocabulary].
    """
    return F.one_hot(targets, vocabulary) * (1 - smoothing) + smoothing / vocabulary


def cross_entropy_by_steps(
    logits: Tensor, targets: Tensor, smoothing: float, *, tap: BoundTap = untapped
) -> Tensor:
    """The mean of ``smoothed_cross_entropy`` over all positions, every step shown to ``tap``.

    Args:
        logits: [batch, position, vocabulary].
        targets: int64 [batch, position].
        tap: shown log_probabilities, smoothed, terms, losses and loss.

    Returns:
        a scalar in nats a token.
    """
    rows = "batch position vocabulary"
    log_probabilities = tap("log_probabilities", rows, logits.log_softmax(-1))
    smoothed = tap("smoothed", rows, smoothed_targets(targets, logits.size(-1), smoothing))
    terms = tap("terms", rows, smoothed * log_probabilities)
    losses = tap("losses", "batch position", -terms.sum(-1))
    return tap("loss", "", losses.mean())


def sequence_loss(
    hidden: Tensor, output: Tensor, targets: Tensor, *, pad: int, smoothing: float = 0.0
) -> Tensor:
    """The summed loss of all target tokens that are not padding.

    Args:
        hidden: [batch, position, d_model].
        output: [vocabulary, d_model], the pre-softmax matrix.
        targets: int64 [batch, position].

    Returns:
        a scalar in nats: a sum, because the caller alone knows how many tokens the update has.
    """
    real = targets != pad
    loss: Tensor = FusedLoss.apply(  # type: ignore[no-untyped-call]
        hidden[real], output, targets[real], smoothing
    )
    return loss


class FusedLoss(torch.autograd.Function):
    """``smoothed_cross_entropy(hidden @ output.T, …).sum()``, in chunks, gradients on the way.

    The gradient of the logits is softmax(logits) - (1 - ε)·onehot - ε/V, so one pass over the
    rows gives the loss and both gradients, and no more than CHUNK rows of logits ever exist.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, output: Tensor, targets: Tensor, smoothing: float
    ) -> Tensor:
        """hidden [row, d_model], output [vocabulary, d_model], targets [row] -> scalar."""
        wanted = ctx.needs_input_grad[0] or ctx.needs_input_grad[1]
        device = hidden.device.type
        low = (
            torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else output.dtype
        )
        with torch.autocast(device, enabled=False):
            factor = output.to(low)
            rows = hidden.to(factor.dtype)
            loss = torch.zeros((), dtype=torch.float32, device=hidden.device)
            grad_hidden = torch.empty_like(rows) if wanted else None
            grad_output = torch.zeros_like(output, dtype=torch.float32) if wanted else None
            for start in range(0, rows.size(0), CHUNK):
                part = slice(start, start + CHUNK)
                logits = (rows[part] @ factor.T).float()
                loss += smoothed_cross_entropy(logits, targets[part], smoothing).sum()
                if grad_hidden is None or grad_output is None:
                    continue
                grad = logits.softmax(-1).sub_(smoothing / logits.size(-1))
                index = targets[part, None]
                grad.scatter_add_(1, index, torch.full_like(index, smoothing - 1, dtype=grad.dtype))
                low_grad = grad.to(factor.dtype)
                torch.mm(low_grad, factor, out=grad_hidden[part])
                grad_output += low_grad.T @ rows[part]
        if wanted:
            ctx.save_for_backward(grad_hidden, grad_output)
            ctx.dtypes = (hidden.dtype, output.dtype)
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Scale the gradients that the forward pass already made."""
        grad_hidden, grad_output = ctx.saved_tensors
        to_hidden, to_output = ctx.dtypes
        return (grad_hidden * grad).to(to_hidden), (grad_output * grad).to(to_output), None, None
