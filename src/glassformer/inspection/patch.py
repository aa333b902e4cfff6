"""Interventions: see every tapped value by its path, and put another in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from glassformer.tap import observer

Patch = Callable[[str, str, Tensor], Tensor]


def unchanged(path: str, axes: str, value: Tensor) -> Tensor:
    """The patch that changes nothing."""
    return value


@contextmanager
def observe(model: nn.Module, patch: Patch) -> Iterator[None]:
    """Call ``patch(path, axes, value)`` for every tapped value of ``model``; use what it returns.

    The path is the module's path and the tap's name, ``decoder.1.cross_attention.weights``.
    Attention runs by its written steps meanwhile. A compiled model's taps never fire: observe the
    module that was compiled, not the result.
    """
    if hasattr(model, "_orig_mod"):
        raise ValueError("a compiled model cannot be observed: pass the model it was made from")
    paths = {part: path for path, part in model.named_modules()}

    def see(part: nn.Module, name: str, axes: str, value: Tensor) -> Tensor:
        path = paths.get(part)
        return value if path is None else patch(f"{path}.{name}" if path else name, axes, value)

    token = observer.set(see)
    try:
        yield
    finally:
        observer.reset(token)
