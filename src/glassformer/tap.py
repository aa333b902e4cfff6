"""All that the model knows of being looked at: ``tap(part, name, axes, value)`` returns value.

With nobody looking it costs a read of a context variable; in compiled code, nothing. An observer
(see ``inspection``) receives every tapped value and may return another in its place.

Names come from a closed vocabulary and axes take the place of a shape comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import torch
from torch import Tensor, nn


class BoundTap(Protocol):
    """A tap that already knows its part, for functions that know no module."""

    def __call__(self, name: str, axes: str, value: Tensor) -> Tensor: ...


Observer = Callable[[nn.Module, str, str, Tensor], Tensor]

observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


def tap(part: nn.Module, name: str, axes: str, value: Tensor) -> Tensor:
    """Show ``value`` to whoever observes; return it, or what the observer puts in its place."""
    if torch.compiler.is_compiling():
        return value
    observe = observer.get()
    return value if observe is None else observe(part, name, axes, value)


def stepwise() -> bool:
    """Whether somebody observes, so that fused operations must run by their written steps."""
    return not torch.compiler.is_compiling() and observer.get() is not None


@contextmanager
def by_written_steps() -> Iterator[None]:
    """Inside, all runs by its written steps as if somebody observed: what quicker bodies are held
    against."""
    token = observer.set(lambda part, name, axes, value: value)
    try:
        yield
    finally:
        observer.reset(token)


def unseen(function: Callable[..., Tensor], *arguments: Any) -> Tensor:
    """What a function gives, without its inside: a random draw is an input of a run that is
    observed, and no part of it."""
    if not stepwise():
        return function(*arguments)
    with torch._C.DisableTorchFunction():
        return function(*arguments)


def untapped(name: str, axes: str, value: Tensor) -> Tensor:
    """The bound tap of nobody."""
    return value
