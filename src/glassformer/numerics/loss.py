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

CHUNK = 512  # rows of logits that exist at one time: few enough to stay in a cache


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
    return losses_under(logits.logsumexp(-1), logits, targets, smoothing)


def losses_under(log_total: Tensor, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """``smoothed_cross_entropy`` where the logarithm of each row's total [row] is known."""
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
    hidden: Tensor,
    output: Tensor,
    targets: Tensor,
    bias: Tensor | None = None,
    *,
    pad: int,
    smoothing: float = 0.0,
) -> Tensor:
    """The summed loss of all target tokens that are not padding.

    Args:
        hidden: [batch, position, d_model].
        output: [vocabulary, d_model], the pre-softmax matrix.
        targets: int64 [batch, position].
        bias: [vocabulary], added to the logits: a column of the matrix for a feature that is 1.

    Returns:
        a scalar in nats: a sum, because the caller alone knows how many tokens the update has.
    """
    real = targets != pad
    hidden, output = with_bias(hidden, output, bias)
    loss: Tensor = FusedLoss.apply(  # type: ignore[no-untyped-call]
        hidden[real], output, targets[real], smoothing
    )
    return loss


def with_bias(hidden: Tensor, output: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Hidden states and output matrix, a bias of the logits as a feature that is always 1."""
    if bias is None:
        return hidden, output
    ones = torch.ones_like(hidden[..., :1])
    return torch.cat((hidden, ones), -1), torch.cat((output, bias[:, None]), -1)


class FusedLoss(torch.autograd.Function):
    """``smoothed_cross_entropy(hidden @ output.T, …).sum()``, in chunks, gradients on the way.

    The gradient of the logits is softmax(logits) - (1 - ε)·onehot - ε/V, so one pass over the
    rows gives the loss and both gradients, and no more than CHUNK rows of logits ever exist. What
    is the same for every word is never spread over the rows: the mean logit is a product with the
    mean row of the output matrix, and the ε/V comes off both gradients at the end.
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
            factor, mean = output.to(low), output.float().mean(0)
            rows = hidden.to(low)
            grads = Gradients(rows, factor) if wanted else None
            chunk = Chunk(factor, min(CHUNK, rows.size(0)))
            loss = -smoothing * (rows.float() @ mean).sum()
            for start in range(0, rows.size(0), CHUNK):
                part = slice(start, start + CHUNK)
                loss += chunk.forward(rows[part], targets[part, None], smoothing)
                if grads is not None:
                    grads.add(part, chunk.slope(targets[part, None], smoothing))
            if grads is not None:
                spread = smoothing / output.size(0)
                grads.output.sub_(rows.sum(0, dtype=grads.output.dtype) * spread)
                grads.hidden.sub_((smoothing * mean).to(low))
                ctx.save_for_backward(grads.hidden, grads.output)
                ctx.dtypes = (hidden.dtype, output.dtype)
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Scale the gradients that the forward pass already made."""
        grad_hidden, grad_output = ctx.saved_tensors
        to_hidden, to_output = ctx.dtypes
        return (grad_hidden * grad).to(to_hidden), (grad_output * grad).to(to_output), None, None


class Chunk:
    """The logits of some rows and what is made of them, in buffers that every chunk uses again."""

    def __init__(self, factor: Tensor, rows: int):
        size = rows, factor.size(0)
        self.factor = factor
        self.low = factor.new_empty(size)
        exact = torch.promote_types(factor.dtype, torch.float32)
        self.logits = self.low if factor.dtype == exact else factor.new_empty(size, dtype=exact)

    def forward(self, rows: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        """The summed loss of rows [row, d_model] for targets [row, 1], but for the mean logit.

        Their shares, the softmax, are then where the logits were.
        """
        self.count = rows.size(0)
        low, logits = self.low[: self.count], self.logits[: self.count]
        torch.mm(rows, self.factor.T, out=low)
        if logits.dtype != low.dtype:
            logits.copy_(low)
        largest, gold = logits.amax(-1), logits.gather(1, targets)
        shares = torch.softmax(logits, -1, out=logits)
        # Of the largest, logit and share are known: their difference is the logarithm of the total.
        log_total = largest - shares.amax(-1).log_()
        return log_total.sum() - (1 - smoothing) * gold.sum()

    def slope(self, targets: Tensor, smoothing: float) -> Tensor:
        """softmax(logits) - (1 - ε)·onehot [row, vocabulary], in the precision of the products."""
        shares = self.logits[: self.count]
        shares.scatter_add_(1, targets, shares.new_full(targets.shape, smoothing - 1))
        return shares if shares.dtype == self.low.dtype else self.low[: self.count].copy_(shares)


class Gradients:
    """The gradients of the hidden states and of the output matrix, as they are gathered."""

    def __init__(self, rows: Tensor, factor: Tensor):
        self.rows, self.factor = rows, factor
        self.hidden = torch.empty_like(rows)
        exact = torch.promote_types(factor.dtype, torch.float32)
        self.output = torch.zeros_like(factor, dtype=exact)
        self.low = None if factor.dtype == exact else torch.empty_like(factor)

    def add(self, part: slice, slope: Tensor) -> None:
        """Take the slope [row, vocabulary] of these rows' logits."""
        torch.mm(slope, self.factor, out=self.hidden[part])
        if self.low is None:
            self.output.addmm_(slope.T, self.rows[part])
        else:
            self.output.add_(torch.mm(slope.T, self.rows[part], out=self.low))
