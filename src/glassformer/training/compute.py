"""How updates are computed: one after the other on a CPU, ahead of their results on a GPU.

A GPU is kept busy by never waiting for it. Batches are made in a thread; their shapes are known
beforehand; what came of an update is read two updates later; one whose loss or gradient is not
finite is left out by the optimiser itself, on the device. Its numbers differ from a CPU's in their
last digits, and its masks are others; but they are the same in every run on such a GPU.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from glassformer.data.batching import Batch
from glassformer.model.transformer import Model
from glassformer.training.compiling import Compiled
from glassformer.training.distributed import World
from glassformer.training.feed import ahead, pinned, widened
from glassformer.training.objectives import static_objective, translation_objective
from glassformer.training.step import UpdateResult, accumulate, update, update_unseen

T = TypeVar("T")


class Compute(Protocol):
    """What a trainer asks of its device.

    Attributes:
        lag: after how many more updates the result of one is read.
    """

    lag: int

    def fit(self, batch: Batch) -> Batch:
        """The batch in the shape and the memory that suit the device."""

    def feed(self, items: Generator[T]) -> Generator[T]:
        """The same items, made when they are asked for, or before."""

    def gradient(
        self, batches: Sequence[Batch], tokens: int, dtype: torch.dtype, compiled: bool
    ) -> Tensor:
        """See ``step.accumulate``."""

    def step(
        self, optimizer: torch.optim.Optimizer, loss: Tensor, tokens: int, clip: float | None
    ) -> Callable[[], UpdateResult]:
        """See ``step.update``; the result is there when it is asked for."""


class AtOnce:
    """Every update to its end, as it is written: for a CPU."""

    lag = 0

    def __init__(self, model: Model, smoothing: float, world: World):
        self.model, self.world = model, world
        self.objective = translation_objective(model.config.pad, smoothing)

    def fit(self, batch: Batch) -> Batch:
        """As it is."""
        return batch

    def feed(self, items: Generator[T]) -> Generator[T]:
        """When they are asked for."""
        return items

    def gradient(
        self, batches: Sequence[Batch], tokens: int, dtype: torch.dtype, compiled: bool
    ) -> Tensor:
        """See ``step.accumulate``."""
        return accumulate(self.model, batches, tokens, self.objective, dtype)

    def step(
        self, optimizer: torch.optim.Optimizer, loss: Tensor, tokens: int, clip: float | None
    ) -> Callable[[], UpdateResult]:
        """See ``step.update``."""
        result = update(self.model, optimizer, loss, tokens, clip=clip, world=self.world)
        return lambda: result


class Ahead:
    """Without waiting for the device: for a GPU."""

    lag = 2

    def __init__(self, model: Model, smoothing: float, world: World, backend: str = "inductor"):
        self.model, self.world = model, world
        self.device = model.output_matrix.device
        # Before the first use of cuBLAS: without a workspace of fixed size the order of additions
        # may depend on what else the GPU does, and ``deterministic`` refuses.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        self.compiled = Compiled(model, backend)
        pad = model.config.pad
        self.plain = static_objective(pad, smoothing)
        self.quick = static_objective(pad, smoothing, self.compiled.part)
        learned = model.config.positions == "learned"
        self.longest = model.config.max_length if learned else None

    def fit(self, batch: Batch) -> Batch:
        """In a few widths, in memory that the device copies from by itself."""
        wide = widened(batch, self.model.config.pad, self.longest)
        return pinned(wide) if self.device.type == "cuda" else wide

    def feed(self, items: Generator[T]) -> Generator[T]:
        """Before they are asked for, in a thread."""
        return ahead(items)

    def gradient(
        self, batches: Sequence[Batch], tokens: int, dtype: torch.dtype, compiled: bool
    ) -> Tensor:
        """See ``step.accumulate``."""
        objective = self.quick if compiled else self.plain
        layers = self.compiled.used() if compiled else nullcontext()
        with deterministic(self.device), self.model.randomness.lend(self.device), layers:
            return accumulate(self.model, batches, tokens, objective, dtype)

    def step(
        self, optimizer: torch.optim.Optimizer, loss: Tensor, tokens: int, clip: float | None
    ) -> Callable[[], UpdateResult]:
        """See ``step.update_unseen``."""
        found = update_unseen(self.model, optimizer, loss, tokens, clip=clip, world=self.world)
        figures = found.to("cpu", non_blocking=True)
        done = torch.cuda.Event() if self.device.type == "cuda" else None
        if done is not None:
            done.record()

        def result() -> UpdateResult:
            if done is not None:
                done.synchronize()
            mean, norm, finite = figures.tolist()
            return UpdateResult(mean, norm, not finite)

        return result


@contextmanager
def deterministic(device: torch.device) -> Iterator[None]:
    """While inside, a GPU takes kernels that add in the same order every time."""
    if device.type != "cuda":
        yield
        return
    before = torch.are_deterministic_algorithms_enabled()
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def compute_for(model: Model, smoothing: float, world: World) -> Compute:
    """The way that suits the device that the model is on."""
    kind = AtOnce if model.output_matrix.device.type == "cpu" else Ahead
    return kind(model, smoothing, world)
