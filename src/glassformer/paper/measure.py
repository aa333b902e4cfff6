"""Time and memory of one layer on one sequence, on one processor thread."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

Layer = Callable[[Tensor], Tensor]

ENOUGH = 0.15  # seconds of runs of one layer at one length
FEWEST = 3  # of them


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside the block torch computes on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@torch.inference_mode()
def seconds(layer: Layer, x: Tensor) -> float:
    """Of a forward pass: the quickest of several, which nothing else on the machine slowed."""
    layer(x)
    best, spent, runs = math.inf, 0.0, 0
    while runs < FEWEST or spent < ENOUGH:
        start = time.perf_counter()
        layer(x)
        took = time.perf_counter() - start
        best, spent, runs = min(best, took), spent + took, runs + 1
    return best


@torch.inference_mode()
def peak_bytes(layer: Layer, x: Tensor) -> int:
    """The most that a forward pass has allocated at one time, parameters and input aside."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # else it writes of itself on the terminal
    layer(x)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True) as seen:
        kept = layer(x)
    del kept
    changes = [
        (event.start_ns(), event.nbytes())
        for event in seen.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    held = peak = 0
    for _, change in sorted(changes, key=lambda change: change[0]):
        held += change
        peak = max(peak, held)
    return peak


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The slope of log cost over log size, by least squares."""
    x, y = ([math.log(value) for value in side] for side in (sizes, costs))
    x0, y0 = sum(x) / len(x), sum(y) / len(y)
    up = sum((a - x0) * (b - y0) for a, b in zip(x, y, strict=True))
    return up / sum((a - x0) ** 2 for a in x)
