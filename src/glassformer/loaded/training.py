"""A training step's forward pass (§5.4), to be looked at: dropout, smoothed targets, loss."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.record import HOOKING
from glassformer.model.embedding import Placed
from glassformer.model.residual import PostNorm
from glassformer.model.transformer import Model
from glassformer.numerics.loss import cross_entropy_by_steps
from glassformer.tap import tap


@dataclass(frozen=True)
class Training:
    """How to show a training step: where its dropout begins, and what the model's own is not.

    ``dropout`` is the rate on embeddings and sub-layers (P_drop), ``smoothing`` the label
    smoothing; the model's own where None.
    """

    seed: int = 1
    dropout: float | None = None
    smoothing: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("dropout", self.dropout), ("smoothing", self.smoothing)):
            if value is not None and not 0 <= value < 1:
                raise ConfigError(f"{name} = {value} must be in [0, 1)")

    def rate(self, model: Model) -> float:
        """The rate that is used on this model."""
        return model.config.dropout if self.dropout is None else self.dropout


def in_training(model: Model, training: Training) -> Model:
    """The model in training mode; it shares its parameters with ``model``, and nothing else."""
    twin = copied(model, {id(p): p for p in (*model.parameters(), *model.buffers())})
    twin.train()
    twin.randomness.reseed(training.seed)
    for part in twin.modules():
        if isinstance(part, PostNorm | Placed):
            part.dropout_rate = training.rate(model)
    return twin


def copied(model: Model, shared: dict[int, Any] | None = None) -> Model:
    """A copy that shares what is in ``shared``, by the id of each thing, and nothing else."""
    with HOOKING:  # another thread may be about to record the model, or to end that
        return copy.deepcopy(model, shared)


def show_loss(model: Model, logits: Tensor, wanted: Sequence[int], smoothing: float) -> Tensor:
    """Tap the loss of the first positions of logits [1, position, vocabulary] by its steps.

    ``wanted`` has one id a position; what comes after, padding, has no part in the loss.
    """
    targets = torch.tensor([list(wanted)], dtype=torch.int64, device=logits.device)
    return cross_entropy_by_steps(
        logits[:, : len(wanted)],
        tap(model, "wanted", "batch position", targets),
        smoothing,
        tap=partial(tap, model),
    )
