"""How a training goes: the optimiser's numbers and when what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glassformer.errors import ConfigError

Dtype = Literal["auto", "fp32", "bf16"]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """The defaults are the paper's (§5.3, §5.4, §6.1).

    Tokens count per side, padding included: an update gathers as many batches as make
    ``tokens_per_update`` source and as many target tokens; a batch holds ``tokens_per_batch``, as
    few as the memory asks for. ``peak_learning_rate`` is the paper's formula where
    None. ``clip`` bounds the gradient's norm. ``average`` is over how many of the last checkpoints
    the final model is averaged, ``keep`` how many are kept. ``snapshots`` is how many times the
    parameters are kept in 16 bit, to see later how the model learned (``runs.snapshots``); 0 keeps
    none. ``patience`` stops after so many evaluations without a lower loss. ``sample`` is
    translated at each evaluation (the first dev sentence where None). ``dtype`` auto takes bf16
    where the processor multiplies it and the model is wide enough to gain. ``whole_words``: a
    model that learns from hidden tokens is asked for all pieces of a word together.
    """

    updates: int
    tokens_per_update: int = 25_000
    tokens_per_batch: int = 4096
    warmup: int = 4000
    peak_learning_rate: float | None = None
    beta1: float = 0.9
    beta2: float = 0.98
    epsilon: float = 1e-9
    label_smoothing: float = 0.1
    clip: float | None = None
    average: int = 5
    keep: int = 5
    checkpoint_every: int = 1000
    evaluate_every: int = 1000
    snapshots: int = 20
    patience: int | None = None
    sample: str | None = None
    dtype: Dtype = "auto"
    whole_words: bool = False
    seed: int = 1

    def check(self) -> None:
        """Raise ConfigError for a number out of its range."""
        ranges = {
            "updates": (1, None), "tokens_per_update": (1, None), "tokens_per_batch": (1, None),
            "warmup": (1, None), "average": (1, None), "keep": (1, None), "patience": (1, None),
            "checkpoint_every": (1, None), "evaluate_every": (1, None), "seed": (0, None),
            "snapshots": (0, None), "beta1": (0, 1), "beta2": (0, 1), "label_smoothing": (0, 1),
        }  # fmt: skip
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and (value < low or (high is not None and value >= high)):
                limits = f"at least {low}" if high is None else f"in [{low}, {high})"
                raise ConfigError(f"training.{name} = {value} must be {limits}")
        for name in ("peak_learning_rate", "clip", "epsilon"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigError(f"training.{name} = {value} must be above 0")
        if self.average > self.keep:
            raise ConfigError(
                f"training.average = {self.average} needs training.keep of at least as many, "
                f"not {self.keep}"
            )
