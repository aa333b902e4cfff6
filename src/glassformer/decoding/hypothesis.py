"""What decoding works with: a step function, its state, and the hypotheses that come of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor

from glassformer.errors import ConfigError, GlassformerError

NEVER = float("-inf")

# Log-probabilities this close, relative to 1 + their size, may change places with the size of the
# batch: in fp32 they are the same in any batch to about 1e-5 at a size of 10, and no better.
TIE = 1e-6


class State(Protocol):
    """What a model remembers between two tokens, row by row."""

    def select(self, rows: Tensor) -> Self:
        """The state with these rows (int64 [row]), in this order; a row may be taken twice."""


S = TypeVar("S", bound=State)

# The newest token of each row (int64 [row]) and the state -> logits [row, vocabulary], new state.
StepFunction = Callable[[Tensor, S], tuple[Tensor, S]]


@dataclass(frozen=True)
class Hypothesis:
    """A sequence of tokens, without start and end.

    Attributes:
        score: ``log_probability`` over the length penalty (where there is one).
        log_probability: in nats, as the model gives it; the end token's included if ``finished``.
        finished: whether it ended, rather than reached the maximum length.
        tied: another was so close that rounding chose: in another batch the tokens may differ.
    """

    tokens: tuple[int, ...]
    score: float
    log_probability: float
    finished: bool
    tied: bool = False


EMPTY = Hypothesis((), 0.0, 0.0, False)  # all that a maximum length of 0 has room for


def near(here: float, there: float) -> bool:
    """Whether two scores are closer than TIE; -inf is near nothing."""
    return abs(here - there) <= TIE * (1 + min(abs(here), abs(there)))


class Room:
    """Memory for the scores of a step, used again at the next one.

    A hundred rows of a large vocabulary are more than an allocator keeps: asked for anew at every
    step, the system takes longer to give it than the scores take to compute.
    """

    def __init__(self) -> None:
        self.numbers = torch.empty(0, dtype=torch.float32)

    def of(self, logits: Tensor) -> Tensor:
        """Room for as many numbers in fp32, in the same shape and place; what it holds is lost."""
        count = logits.numel()
        if self.numbers.numel() < count or self.numbers.device != logits.device:
            self.numbers = torch.empty(count, dtype=torch.float32, device=logits.device)
        return self.numbers[:count].view(logits.shape)


def log_probabilities(logits: Tensor, banned: Sequence[int], room: Room | None = None) -> Tensor:
    """The model's log-probabilities [row, vocabulary], in fp32, -inf for what may not be said.

    The rest is not normalised anew: a score remains what the model gives to the sequence. Logits
    with a NaN (or a +inf) give a row of NaN; ``refuse_nan`` looks at those that are taken.

    Args:
        room: where they are written; a new place if left out.

    Raises:
        ConfigError: a banned id that the vocabulary does not have.
    """
    scores, logits = (room or Room()).of(logits), logits.detach()
    torch.log_softmax(
        logits if logits.dtype == scores.dtype else scores.copy_(logits), -1, out=scores
    )
    if banned:
        check_ids(banned, scores.size(-1), "a banned token")
        scores[:, torch.tensor(banned, device=scores.device)] = NEVER
    return scores


def held_to(scores: Tensor, prefix: Sequence[int], length: int, banned: Sequence[int]) -> Tensor:
    """The scores where ``length`` tokens are written and ``prefix`` has to come first: while it
    lasts all but its next token are -inf. What is left remains what the model gives.

    Raises:
        ConfigError: the next token is not in the vocabulary, or is banned.
    """
    if length >= len(prefix):
        return scores
    token = prefix[length]
    check_ids([token], scores.size(-1), "a token to begin with")
    if token in banned:
        raise ConfigError(f"the token {token} to begin with is among those that may not be said")
    kept = torch.full_like(scores, NEVER)
    kept[:, token] = scores[:, token]
    return kept


def check_ids(ids: Sequence[int], vocabulary: int, what: str) -> None:
    """Raise ConfigError unless all ids are in the vocabulary."""
    for token in (min(ids, default=0), max(ids, default=0)):
        if not 0 <= token < vocabulary:
            raise ConfigError(
                f"{what} has the id {token}, but the model's vocabulary has the ids 0 to "
                f"{vocabulary - 1}: is this the model's own tokenizer?"
            )


def check_lengths(rows: int, max_lengths: Sequence[int]) -> None:
    """Raise ConfigError unless each row has a maximum length of at least 0."""
    if len(max_lengths) != rows:
        raise ConfigError(f"{len(max_lengths)} maximum lengths for {rows} rows: give one for each")
    if min(max_lengths, default=0) < 0:
        raise ConfigError(f"a maximum length of {min(max_lengths)} must be at least 0")


def refuse_nan(values: Sequence[float]) -> None:
    """Raise GlassformerError if one of the log-probabilities that were taken is NaN."""
    if any(map(math.isnan, values)):
        raise GlassformerError(
            "the model gave NaN instead of probabilities: its parameters are damaged, or the "
            "dtype is too narrow for it (try fp32)"
        )
