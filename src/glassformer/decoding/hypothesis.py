"""What decoding works with: a step function, its state, and the hypotheses that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from glassformer.errors import GlassformerError


# Scores closer than this, relative to their size, may change places with the size of the batch.
TIE = 1e-6


class State(Protocol):
    """What a model remembers between two tokens, row by row."""

    def select(self, rows: Tensor) -> State:
        """The state with these rows (int64 [row]), in this order; a row may be taken twice."""


S = TypeVar("S", bound=State)

# The newest token of each row (int64 [row]) and the state -> logits [row, vocabulary], new state.
StepFunction = Callable[[Tensor, S], tuple[Tensor, S]]


@dataclass(frozen=True)
class Hypothesis:
    """A sequence of tokens, without start and end.

    ``log_probability`` is in nats, the end token's included where it was ``finished``; ``score``
    is that over the length penalty. ``tied``: it won over another by less than rounding.
    """

    tokens: tuple[int, ...]
    score: float
    log_probability: float
    finished: bool
    tied: bool = False


def length_penalty(length: int | Tensor, alpha: float) -> float | Tensor:
    """((5 + |y|) / 6)^α (Wu et al. 2016, equation 14); |y| counts the end token."""
    return ((5 + length) / 6) ** alpha


def log_probabilities(logits: Tensor, banned: Sequence[int]) -> Tensor:
    """The model's log-probabilities [row, vocabulary], in fp32, -inf for what may not be said.

    The rest is not normalised anew: a score remains what the model gives to the sequence.

    Raises:
        GlassformerError: the logits hold NaN.
    """
    scores = logits.float().log_softmax(-1)
    if bool(scores.isnan().any()):
        raise GlassformerError(
            "the model gave logits that are not numbers: its parameters are damaged, or the "
            "dtype is too narrow for it (try fp32)"
        )
    if banned:
        scores[:, torch.tensor(banned, device=scores.device)] = float("-inf")
    return scores
