"""A process's share of every update: its batches, and their gradient."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from glassformer.data.batching import (
    Batch,
    BatchingConfig,
    Position,
    Rows,
    by_length,
    token_counts,
    updates,
)
from glassformer.data.corpus import EncodedCorpus
from glassformer.model.transformer import Model
from glassformer.tasks.task import Task
from glassformer.training.choices import Chosen
from glassformer.training.compute import Compute
from glassformer.training.distributed import World
from glassformer.training.feed import Ready
from glassformer.training.memory import within_memory

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
WARM_UP = 64  # sentences that layers are compiled on


class Share:
    """What one process of a world does between two steps of the optimiser."""

    def __init__(
        self,
        model: Model,
        task: Task,
        corpus: EncodedCorpus,
        batching: BatchingConfig,
        chosen: Chosen,
        compute: Compute,
        world: World,
    ):
        self.model, self.task, self.corpus, self.batching = model, task, corpus, batching
        self.chosen, self.compute, self.world = chosen, compute, world
        self.device = model.output_matrix.device

    def stream(
        self, step: int, position: Position
    ) -> Generator[tuple[list[Rows], Position, Ready]]:
        """The updates after this step: sentences, the position after them, this share's batches."""
        for batches, after in updates(self.corpus, self.batching, position):
            step += 1
            room = self.chosen.at(step).room
            yield batches, after, Ready(room, self.made(batches, position.epoch, room))
            position = after

    def made(self, batches: list[Rows], epoch: int, room: int) -> list[Batch]:
        """This share of an update, in batches of at most this room, as the device wants them."""
        mine = self.cut(batches[self.world.rank :: self.world.size], room)
        return [self.compute.fit(self.task.batch(self.corpus, rows, epoch)) for rows in mine]

    def cut(self, batches: list[Rows], room: int) -> list[Rows]:
        """The same sentences, in batches of no more than ``room`` tokens a side."""
        if room >= self.batching.room:
            return batches
        counts = [token_counts(self.corpus, rows) for rows in batches]
        return [
            rows[part]
            for rows, of_each in zip(batches, counts, strict=True)
            for part in by_length(of_each, room)
        ]

    def gradient(
        self, step: int, epoch: int, batches: list[Rows], tokens: int, ready: Ready | None = None
    ) -> tuple[Tensor, int]:
        """Add the gradient of this share of an update; where memory runs out, from smaller batches.

        Args:
            tokens: that have a loss, in the whole update.
            ready: the batches, if they are made already.

        Returns:
            the summed loss, and the room that it took.
        """
        held, before = self.chosen.at(step), self.model.randomness.get_state(self.device)

        def attempt(room: int) -> Tensor:
            if ready is not None and room == ready.room:
                parts = ready.batches
            else:
                parts = self.made(batches, epoch, room)
            return self.compute.gradient(parts, tokens, DTYPES[held.dtype], held.compiled)

        def undo() -> None:
            self.model.zero_grad(set_to_none=True)
            self.model.randomness.set_state(self.device, before)

        return within_memory(attempt, held.room, undo)

    def warm_up(self, step: int) -> str | None:
        """Compile, on the first sentences of the corpus whatever the update at hand: what is
        compiled depends on what it sees first.

        Returns:
            what went wrong; None if nothing did.
        """
        before, failed = self.model.randomness.get_state(self.device), None
        rows = np.arange(min(WARM_UP, len(self.corpus)))
        batch = self.compute.fit(self.task.batch(self.corpus, rows, 0))
        try:
            dtype = DTYPES[self.chosen.at(step).dtype]
            self.compute.gradient([batch], 1, dtype, compiled=True)
        except Exception as error:  # compilers have many kinds
            failed = f"{type(error).__name__}: {str(error).strip().split(chr(10))[0]}"
        self.model.zero_grad(set_to_none=True)
        self.model.randomness.set_state(self.device, before)
        return failed
