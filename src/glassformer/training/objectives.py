"""What is minimised: (hidden states, output matrix, targets) -> summed loss."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor

from glassformer.numerics.loss import sequence_loss

# hidden [batch, position, d_model], output matrix [vocabulary, d_model], targets [batch, position]
Objective = Callable[[Tensor, Tensor, Tensor], Tensor]


def translation_objective(pad: int, label_smoothing: float) -> Objective:
    """Label-smoothed cross-entropy of the target's tokens, summed over those that are not pad."""
    return partial(sequence_loss, pad=pad, smoothing=label_smoothing)
