"""The learning rate (§5.3, equation 3)."""

from __future__ import annotations

import math


def learning_rate(step: int, *, warmup: int, peak: float) -> float:
    """Linear warm-up to the peak, then the inverse square root of the step.

    With the peak of ``paper_peak`` this is d_model^-0.5 · min(step^-0.5, step · warmup^-1.5).
    ``step`` counts updates from 1.
    """
    return peak * min(step / warmup, math.sqrt(warmup / step))


def paper_peak(d_model: int, warmup: int) -> float:
    """The paper's highest learning rate, reached at the end of warm-up: (d_model · warmup)^-0.5."""
    return float((d_model * warmup) ** -0.5)
