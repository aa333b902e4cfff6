"""Memory that runs out: the same update from smaller batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from glassformer.errors import TrainingError, out_of_memory

T = TypeVar("T")
LEAST = 16  # tokens: with less room every sentence is a batch of its own anyway


def within_memory(
    work: Callable[[int], T], room: int, undo: Callable[[], None] = lambda: None
) -> tuple[T, int]:
    """What ``work`` gives with this room for a batch (tokens a side), halved until it succeeds.

    ``undo`` takes back what a failed attempt began.

    Returns:
        the result, and the room that it took.

    Raises:
        TrainingError: there is no memory for a single sentence.
    """
    while True:
        try:
            return work(room), room
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        # Not in the block above: until it ends, the error keeps the tensors of the attempt alive.
        if room // 2 < LEAST:
            raise no_memory("one sentence at a time")
        room //= 2
        undo()
        torch.cuda.empty_cache()


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """While inside, memory that runs out is a TrainingError: nothing here could be smaller."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise no_memory(what) from error


def no_memory(what: str) -> TrainingError:
    """The error for a training that no smaller batch can save."""
    return TrainingError(
        f"memory ran out for {what}: choose a smaller model (model.d_model, model.n_layers, "
        "tokenizer.size) or shorter sentences (data.max_length), or free some memory; then "
        "`glassformer resume`"
    )
