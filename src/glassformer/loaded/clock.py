"""A limit of time for what runs step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from torch import Tensor

from glassformer.errors import GlassformerError

_limit: ContextVar[tuple[float, float]] = ContextVar("limit", default=(0.0, float("inf")))

Step = Callable[[Tensor, Any], tuple[Tensor, Any]]


class OutOfTimeError(GlassformerError):
    """What was asked for takes longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Inside the block, what is ``timed`` ends with an error after so many seconds."""
    token = _limit.set((seconds, monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def check_time() -> None:
    """Raise OutOfTimeError if the time is over."""
    seconds, end = _limit.get()
    if monotonic() > end:
        raise OutOfTimeError(
            f"this takes longer than {seconds:g} seconds and was given up: take a shorter text"
        )


def timed(step: Step) -> Step:
    """A step function that looks at the clock before each step."""

    def checked(tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        check_time()
        return step(tokens, state)

    return checked
