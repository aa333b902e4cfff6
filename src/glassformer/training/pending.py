"""An update that was begun, until its result is there: on a GPU some updates later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassformer.training.step import UpdateResult


@dataclass(frozen=True)
class Pending:
    """What the row of metrics of an update needs beside its result.

    ``tokens`` counts both sides; ``started`` is of ``time.perf_counter``.
    """

    step: int
    tokens: int
    rate: float
    epoch: int
    started: float
    result: Callable[[], UpdateResult]

    def row(self, result: UpdateResult, seconds: float, total: float) -> dict[str, Any]:
        """The row: ``seconds`` were this update's, ``total`` are all so far."""
        return {
            "step": self.step,
            "loss": result.loss,
            "learning_rate": self.rate,
            "gradient_norm": result.gradient_norm,
            "skipped": result.skipped,
            "tokens": self.tokens,
            "seconds": round(total, 3),
            "tokens_per_second": round(self.tokens / seconds, 1),
            "epoch": self.epoch,
        }
