"""Compiled layers, where they pay: one program a kind of layer, for all its layers and all shapes.

Compiling takes a minute and no update waits for it that could do without. Some updates are timed
first; if what is left of the run is long enough to win the minute back, the layers are compiled, as
many updates are timed again, and the quicker way stays. What came of it stands in the run's
choices.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

import torch

from glassformer.model.layers import CrossLayer, Layer
from glassformer.model.transformer import Model
from glassformer.numerics.static_loss import Part, part_of_loss

WARMING, TIMED = 3, 16  # updates
COST = 90.0  # seconds of compiling, at most seen
GAIN = 0.15  # of the time of an update, at least hoped for
BETTER = 0.97  # a way that takes a larger share of the other's time is not worth a change


class Compiled:
    """The model's layers and the loss, compiled when they are first used.

    Args:
        backend: torch.compile's.
    """

    def __init__(self, model: Model, backend: str = "inductor"):
        self.layers = [part for part in model.modules() if isinstance(part, Layer | CrossLayer)]
        compiled: Callable[..., Any] = partial(torch.compile, dynamic=True, backend=backend)
        self.programs = {kind: compiled(kind.forward) for kind in (Layer, CrossLayer)}
        self.part: Part = compiled(part_of_loss)

    @contextmanager
    def used(self) -> Iterator[None]:
        """While inside, a layer runs its compiled program."""
        for layer in self.layers:
            vars(layer)["forward"] = partial(self.programs[type(layer)], layer)
        try:
            yield
        finally:
            for layer in self.layers:
                del vars(layer)["forward"]


def can_compile(device: torch.device) -> bool:
    """Whether torch can compile for this device here: on a GPU it needs Triton."""
    return device.type == "cuda" and find_spec("triton") is not None


class Trial:
    """Whether compiling pays in the run at hand: told of every update, it says what to do.

    Attributes:
        over: nothing is left to find out.
    """

    def __init__(self, updates: int, over: bool = False):
        self.updates, self.over = updates, over
        self.before: float | None = None
        self.seconds: list[float] = []

    def update(self, step: int, tokens: int, seconds: float) -> bool | None:
        """After an update: whether to compile from now on (True) or no more (False), None to go on
        as it is."""
        self.seconds.append(seconds / tokens)
        if self.over or len(self.seconds) < WARMING + TIMED:
            return None
        typical = statistics.median(self.seconds[WARMING:])
        self.seconds = []
        if self.before is None:
            left = (self.updates - step) * typical * tokens
            self.before = typical
            self.over = left * GAIN < COST
            return not self.over
        self.over = True
        return None if typical < BETTER * self.before else False
