"""What is minimised: (what the head gives, output matrix, targets, bias) -> summed loss."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from torch import Tensor

from glassformer.numerics.loss import sequence_loss
from glassformer.numerics.static_loss import Part, part_of_loss, static_loss


class Objective(Protocol):
    """See ``sequence_loss``."""

    def __call__(
        self, hidden: Tensor, output: Tensor, targets: Tensor, bias: Tensor | None = None
    ) -> Tensor: ...


def translation_objective(pad: int, label_smoothing: float) -> Objective:
    """Label-smoothed cross-entropy of the target's tokens, summed over those that are not pad."""
    return partial(sequence_loss, pad=pad, smoothing=label_smoothing)


def static_objective(pad: int, label_smoothing: float, part: Part = part_of_loss) -> Objective:
    """The same in shapes that are known beforehand, for a GPU."""
    return partial(static_loss, pad=pad, smoothing=label_smoothing, part=part)
