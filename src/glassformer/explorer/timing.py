"""What it saves to read all positions at once, measured here and now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.loaded import LoadedModel
from glassformer.model.cache import DecodingState
from glassformer.model.transformer import DecoderOnly, EncoderDecoder

ROUNDS = 5  # whose median counts, after one that does not
MOST = 64  # positions


@dataclass(frozen=True)
class Timing:
    """Medians in milliseconds, until the logits: of one pass over all positions, and from the first
    position on until each is read where they are read one after the other, with the cache."""

    together_ms: float
    one_by_one_ms: tuple[float, ...]
    rounds: int = ROUNDS

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


@torch.inference_mode()
def time_reading(model: LoadedModel, text: str) -> Timing:
    """Time the decoder on what it reads of this text: its own translation, or the text itself.

    What the encoder does is no part of it: that comes before, either way. At most 64 positions.

    Raises:
        ConfigError: the model has no decoder.
    """
    net = model.model
    if not isinstance(net, EncoderDecoder | DecoderOnly):
        raise ConfigError(
            f"in {model.config.family} models every position looks at all others: they read at "
            "once, and cannot read one position after the other"
        )
    reading = model.read(text, None, None, 0)
    target = model.tensor(reading.target[:MOST])
    together: list[float] = []
    apart: list[list[float]] = []
    for number in range(ROUNDS + 1):
        once, state = prepared(net, model.tensor(reading.source), target)
        since = clock(target.device)
        once()
        at_once = clock(target.device) - since
        one_by_one = steps(net, target, state)
        if number:
            together.append(at_once)
            apart.append(one_by_one)
    return Timing(median(together), tuple(map(median, zip(*apart, strict=True))))


def prepared(
    net: EncoderDecoder | DecoderOnly, source: Tensor, target: Tensor
) -> tuple[Callable[[], Tensor], DecodingState]:
    """One pass over all positions, and the state from which they are read one after the other."""
    if isinstance(net, DecoderOnly):
        return lambda: net.logits(net(target)), net.start()
    state = net.start(source)
    memory, mask = state.memory, state.memory_mask
    assert memory is not None
    return lambda: net.logits(net.decode(target, memory, mask)), state


def steps(net: EncoderDecoder | DecoderOnly, target: Tensor, state: DecodingState) -> list[float]:
    """Milliseconds until each position of target [1, position] is read."""
    since, found = clock(target.device), []
    for token in target.T:
        _, state = net.step(token, state)
        found.append(clock(target.device) - since)
    return found


def clock(device: torch.device) -> float:
    """Milliseconds, when all that the device was given to do is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() * 1000
