"""A toy in a model's place: its next logits depend on the row and on the whole prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

START, END = 0, 1


@dataclass
class ToyState:
    """For each row its sentence and a number that stands for all tokens so far."""

    sentence: Tensor
    history: Tensor

    def select(self, rows: Tensor) -> ToyState:
        return ToyState(self.sentence[rows], self.history[rows])


@dataclass
class Toy:
    """Logits [sentence, history, vocabulary]; ``seen`` counts the rows of each step."""

    logits: Tensor

    def __post_init__(self) -> None:
        self.seen: list[int] = []

    @property
    def vocabulary(self) -> int:
        return self.logits.size(2)

    def start(self, sentences: Sequence[int]) -> ToyState:
        rows = torch.tensor(sentences, dtype=torch.int64)
        return ToyState(rows, torch.zeros_like(rows))

    def step(self, tokens: Tensor, state: ToyState) -> tuple[Tensor, ToyState]:
        self.seen.append(len(tokens))
        history = (state.history * 5 + tokens + 1) % self.logits.size(1)
        return self.logits[state.sentence, history], ToyState(state.sentence, history)

    def next(self, sentence: int, prefix: Sequence[int]) -> list[float]:
        """The same by itself: the log-probabilities after a prefix, without any state."""
        history = 0
        for token in (START, *prefix):
            history = (history * 5 + token + 1) % self.logits.size(1)
        return self.logits[sentence, history].log_softmax(-1).tolist()


@pytest.fixture(scope="session")
def toy() -> Callable[..., Toy]:
    """Toy logits by seed; ``levels`` (a few whole numbers) make many exact ties."""

    def make(seed: int, sentences: int, vocabulary: int, levels: int | None = None) -> Toy:
        generator = torch.Generator().manual_seed(seed)
        shape = (sentences, 101, vocabulary)
        if levels is not None:
            return Toy(torch.randint(0, levels, shape, generator=generator).float())
        return Toy(torch.randn(shape, generator=generator) * 2)

    return make
