"""Batches ready before a GPU asks for them: made in a thread, in memory that it copies from."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from queue import Empty, Full, Queue
from typing import TypeVar

import torch.nn.functional as F
from torch import Tensor

from glassformer.data.batching import Batch

T = TypeVar("T")
AHEAD = 4  # updates whose batches wait
MULTIPLE = 8  # positions: what the matrix units of a GPU want, and fewer shapes to compile for


@dataclass(frozen=True)
class Ready:
    """The batches of an update, made for this room (tokens a side)."""

    room: int
    batches: list[Batch]


def widened(batch: Batch, pad: int, longest: int | None) -> Batch:
    """The batch with padding up to a multiple of ``MULTIPLE`` positions, within ``longest``.

    What is no sequence of tokens stays as it is.
    """

    def wide(part: Tensor) -> Tensor:
        if part.dim() != 2 or part.is_floating_point():
            return part
        width = -part.size(1) % MULTIPLE + part.size(1)
        if longest is not None and width > longest:
            return part
        return F.pad(part, (0, width - part.size(1)), value=pad)

    inputs = tuple(wide(part) for part in batch.inputs)
    each = batch.target_out.shape == batch.inputs[-1].shape  # something is asked at each position
    return replace(
        batch, inputs=inputs, target_out=wide(batch.target_out) if each else batch.target_out
    )


def pinned(batch: Batch) -> Batch:
    """The batch in memory that a GPU copies from by itself, while this process goes on."""
    inputs = tuple(part.pin_memory() for part in batch.inputs)
    return replace(batch, inputs=inputs, target_out=batch.target_out.pin_memory())


def ahead(items: Iterator[T], count: int = AHEAD) -> Generator[T]:
    """The same items in the same order, up to ``count`` of them made beforehand in a thread.

    An error in the making is raised where its item would have come. Closing ends the thread.
    """
    made: Queue[T | BaseException | None] = Queue(count)
    closed = threading.Event()

    def put(item: T | BaseException | None) -> None:
        while not closed.is_set():
            try:
                made.put(item, timeout=0.1)
                return
            except Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(item)
                if closed.is_set():
                    return
            put(None)
        except BaseException as error:  # whoever takes the items hears of it
            put(error)

    thread = threading.Thread(target=work, daemon=True, name="batches ahead")
    thread.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        closed.set()
        while thread.is_alive():
            try:
                made.get_nowait()
            except Empty:
                thread.join(0.05)
