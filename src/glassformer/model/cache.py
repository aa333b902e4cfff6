"""The key-value cache: while decoding, each token's keys and values are computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

KeysValues = tuple[Tensor, Tensor]  # [row, head, key, d_k], [row, head, key, d_v]
Project = Callable[[Tensor], KeysValues]


class Growing:
    """Self-attention's cache: the keys and values of all tokens so far."""

    def __init__(self) -> None:
        self.kept: KeysValues | None = None

    def __call__(self, project: Project, new: Tensor) -> KeysValues:
        """Project the new tokens [row, position, d_model]; return all keys and values so far."""
        key, value = project(new)
        if self.kept is not None:
            key = torch.cat((self.kept[0], key), dim=2)
            value = torch.cat((self.kept[1], value), dim=2)
        self.kept = key, value
        return self.kept

    @property
    def numbers(self) -> int:
        """How many numbers are kept."""
        return 0 if self.kept is None else sum(part.numel() for part in self.kept)

    def select(self, rows: Tensor) -> None:
        """Keep these rows, in this order; a row may be taken more than once."""
        if self.kept is not None:
            self.kept = self.kept[0][rows], self.kept[1][rows]


class Fixed(Growing):
    """Cross-attention's cache: the encoder's output never changes, so it is projected once."""

    def __call__(self, project: Project, new: Tensor) -> KeysValues:
        """Project the memory [row, position, d_model] at the first call; return that ever after."""
        if self.kept is None:
            self.kept = project(new)
        return self.kept


@dataclass
class LayerCache:
    """What one layer remembers."""

    own: Growing = field(default_factory=Growing)
    cross: Fixed = field(default_factory=Fixed)


@dataclass
class DecodingState:
    """All that a decoder remembers between two tokens.

    ``memory`` [row, position, d_model] and ``memory_mask`` [row, 1, 1, position] are the encoder's;
    a decoder-only model has neither. ``length`` counts the tokens so far.
    """

    caches: list[LayerCache]
    memory: Tensor | None = None
    memory_mask: Tensor | None = None
    length: int = 0

    @property
    def numbers(self) -> tuple[int, int]:
        """How many numbers the caches hold: self-attention's, which grow, and cross-attention's."""
        own = sum(cache.own.numbers for cache in self.caches)
        return own, sum(cache.cross.numbers for cache in self.caches)

    def select(self, rows: Tensor) -> DecodingState:
        """This state with these rows, in this order; a row may be taken more than once."""
        for cache in self.caches:
            cache.own.select(rows)
            cache.cross.select(rows)
        if self.memory is not None and self.memory_mask is not None:
            self.memory = self.memory[rows]
            self.memory_mask = self.memory_mask[rows]
        return self
