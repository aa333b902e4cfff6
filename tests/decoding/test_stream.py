"""Writing token by token: the same as greedy, and what happens when the room is full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import pytest
import torch
from torch import Tensor

from glassformer.decoding import greedy
from glassformer.decoding.greedy import most_probable
from glassformer.decoding.stream import repeating, stream
from glassformer.errors import GlassformerError

START, END = 0, 1


@pytest.mark.parametrize("seed", range(5))
def test_it_writes_what_greedy_writes(toy: Callable, seed: int) -> None:  # type: ignore[type-arg]
    made = toy(seed, 1, 7)

    def read(tokens: Sequence[int]) -> tuple[Tensor, object]:
        state = made.start([0])
        for token in tokens:
            logits, state = made.step(torch.tensor([token]), state)
        return logits, state

    (expected,) = greedy(
        made.step, made.start([0]), rows=1, bos_id=START, eos_id=END, max_lengths=[23], banned=[5]
    )
    found = stream(read, made.step, most_probable, prompt=[START], eos_id=END, room=100, banned=[5])
    assert tuple(islice(found, 23)) == expected.tokens


class Recorder:
    """A model that counts upwards and remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read_at_once: list[list[int]] = []

    def logits(self, token: int) -> Tensor:
        return torch.nn.functional.one_hot(torch.tensor([(token + 1) % 97]), 97).float()

    def read(self, tokens: Sequence[int]) -> tuple[Tensor, Recorder]:
        self.read_at_once.append(list(tokens))
        return self.logits(tokens[-1]), self

    def step(self, tokens: Tensor, state: Recorder) -> tuple[Tensor, Recorder]:
        return self.logits(int(tokens[0])), state

    def select(self, rows: Tensor) -> Recorder:
        return self


def test_a_full_room_is_read_anew_by_half() -> None:
    model = Recorder()
    found = stream(model.read, model.step, most_probable, prompt=[2, 10, 11], eos_id=1, room=7)
    assert list(islice(found, 9)) == list(range(12, 21))
    assert model.read_at_once == [[2, 10, 11], [2, 13, 14, 15], [2, 16, 17, 18]]


def test_a_prompt_that_is_too_long_is_read_from_its_middle() -> None:
    model = Recorder()
    found = stream(
        model.read, model.step, most_probable, prompt=[2, *range(10, 30)], eos_id=1, room=7
    )
    assert next(found) == 30
    assert model.read_at_once == [[2, 27, 28, 29]]


def test_repetition_is_seen_and_ends_the_text() -> None:
    assert not repeating([4, 5] * 5, 3)  # ten tokens: short enough to be meant
    assert repeating([9, 8, *([4, 5, 6, 7] * 3)], 3)
    assert not repeating([9, 8, *([4, 5, 6, 7] * 3), 4], 4)
    assert not repeating([4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 8], 3)

    class Circle(Recorder):
        def logits(self, token: int) -> Tensor:
            return super().logits(10 if token == 14 else token)

    model = Circle()
    found = stream(
        model.read, model.step, most_probable, prompt=[2, 10], eos_id=1, room=99, repeats=3
    )
    assert list(found) == [11, 12, 13, 14] * 3


def test_nan_is_refused() -> None:
    class Broken(Recorder):
        def logits(self, token: int) -> Tensor:
            return torch.full((1, 97), torch.nan)

    model = Broken()
    with pytest.raises(GlassformerError, match="NaN"):
        next(stream(model.read, model.step, most_probable, prompt=[2], eos_id=1, room=9))
