"""The key-value cache: while decoding, each token's keys and values are computed once.

The hypotheses of a sentence share it. They stand side by side as the queries of one batch entry, a
group, so that all of them read one copy of the source's keys and values. Their own tokens go into
one row of entries, and a mask says who has which of them among its ancestors: to reorder
hypotheses is to reorder the mask. Keys and values are moved when a whole group leaves, or when
their room is full.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from glassformer.tap import stepwise

KeysValues = tuple[Tensor, Tensor]  # [group, head, key, d_k], [group, head, key, d_v]
Project = Callable[[Tensor], KeysValues]

WIDEST = 16  # rows of a group
ROOM = 32  # entries that there is room for at first; where it ends, it is doubled


class Growing:
    """Self-attention's cache: the keys and values of all tokens so far."""

    def __init__(self) -> None:
        self.room: KeysValues | None = None
        self.used = 0

    def __call__(self, project: Project, new: Tensor) -> KeysValues:
        """Project the new tokens [group, position, d_model]; return all keys and values so far."""
        return self.add(*project(new))

    def add(self, key: Tensor, value: Tensor) -> KeysValues:
        """Keep these too; return all so far.

        They are written into room that is there, unless what was returned before has to stay as it
        was: while somebody observes, and where a backward pass may follow.
        """
        start, self.used = self.used, self.used + key.size(2)
        if stepwise() or torch.is_grad_enabled():
            if self.room is not None:
                before = first(self.room, start)
                key, value = torch.cat((before[0], key), 2), torch.cat((before[1], value), 2)
            self.room = key, value
            return self.room
        if self.room is None:
            self.room = empty(key, ROOM), empty(value, ROOM)
        if self.used > self.room[0].size(2):
            self.room = moved(first(self.room, start), max(2 * start, self.used))
        self.room[0][:, :, start : self.used] = key
        self.room[1][:, :, start : self.used] = value
        return first(self.room, self.used)

    @property
    def numbers(self) -> int:
        """How many numbers are kept; there may be room for twice as many."""
        if self.room is None:
            return 0
        return sum(part.numel() for part in first(self.room, self.used))

    def select(self, groups: Tensor) -> None:
        """Keep these groups, in this order; a group may be taken more than once."""
        if self.room is not None:
            kept = first(self.room, self.used)
            taken = kept[0].index_select(0, groups), kept[1].index_select(0, groups)
            self.room = moved(taken, self.room[0].size(2))


def first(room: KeysValues, used: int) -> KeysValues:
    """What is kept in the room: its first entries."""
    if room[0].size(2) == used:
        return room
    return room[0][:, :, :used], room[1][:, :, :used]


def moved(kept: KeysValues, places: int) -> KeysValues:
    """The same in room for so many entries."""
    used = kept[0].size(2)
    if used == places:
        return kept
    room = empty(kept[0], places), empty(kept[1], places)
    room[0][:, :, :used], room[1][:, :, :used] = kept
    return room


def empty(like: Tensor, places: int) -> Tensor:
    """Room for so many entries."""
    return like.new_empty((*like.shape[:2], places, like.size(3)))


class Fixed(Growing):
    """Cross-attention's cache: the encoder's output never changes, so it is projected once."""

    def __call__(self, project: Project, new: Tensor) -> KeysValues:
        """Project the memory [group, position, d_model] once; return that ever after."""
        if self.room is None:
            self.room = project(new)
            self.used = self.room[0].size(2)
        return self.room

    def turned(self) -> KeysValues:
        """The same; the keys lie in memory as QKᵀ reads them, all keys of a feature in a row."""
        assert self.room is not None
        key, value = self.room
        if key.stride(-1) == 1:
            self.room = key.transpose(2, 3).contiguous().transpose(2, 3), value
        return self.room


@dataclass
class LayerCache:
    """What one layer remembers."""

    own: Growing = field(default_factory=Growing)
    cross: Fixed = field(default_factory=Fixed)


@dataclass
class DecodingState:
    """All that a decoder remembers between two tokens.

    ``memory`` [group, position, d_model] and ``memory_mask`` [group, 1, 1, position] are the
    encoder's; a decoder-only model has neither, and there is no mask where nothing is padded.
    ``length`` counts the tokens so far. A group is ``width`` rows that stand one after the other;
    at first each row is a group by itself. ``seen`` [group, 1, row, entry] says which entries of
    its group's caches a row has written or inherited; None where each row is alone with its own.
    """

    caches: list[LayerCache]
    memory: Tensor | None = None
    memory_mask: Tensor | None = None
    length: int = 0
    width: int = 1
    seen: Tensor | None = None

    @property
    def numbers(self) -> tuple[int, int]:
        """How many numbers the caches hold: self-attention's, which grow, and cross-attention's."""
        own = sum(cache.own.numbers for cache in self.caches)
        return own, sum(cache.cross.numbers for cache in self.caches)

    def grouped(self, x: Tensor) -> Tensor:
        """[row, 1, d_model] -> [group, row, d_model]: a group's rows are queries side by side."""
        return x if self.width == 1 else x.view(-1, self.width, x.size(-1))

    def grow(self, device: torch.device) -> Tensor | None:
        """Note that each row gets a token; return ``seen``, that token's entry included."""
        self.length += 1
        if self.seen is not None:
            own = torch.eye(self.width, dtype=torch.bool).expand(self.seen.size(0), 1, -1, -1)
            self.seen = torch.cat((self.seen.to(device), own.to(device)), 3)
        return self.seen

    def select(self, rows: Tensor) -> DecodingState:
        """This state with these rows, in this order; a row may be taken more than once."""
        groups, width = side_by_side(rows.cpu() // self.width)
        if self.seen is not None:
            inherited = self.seen.flatten(0, 2)[rows.to(self.seen.device)]
            self.seen = inherited.view(len(groups), 1, width, self.seen.size(3))
        elif width > 1:
            self.seen = torch.ones(len(groups), 1, width, self.length, dtype=torch.bool)
        self.width = width
        if (held := self.held) is not None and not torch.equal(groups, torch.arange(len(held))):
            self.move(groups.to(held.device))
        return self

    @property
    def held(self) -> Tensor | None:
        """Some tensor of all groups; None before the first token of a decoder-only model."""
        room = self.caches[0].own.room
        return self.memory if room is None else room[0]

    def move(self, groups: Tensor) -> None:
        """Keep these groups, in this order."""
        for cache in self.caches:
            cache.own.select(groups)
            cache.cross.select(groups)
        if self.memory is not None:
            self.memory = self.memory.index_select(0, groups)
        if self.memory_mask is not None:
            self.memory_mask = self.memory_mask.index_select(0, groups)


def side_by_side(groups: Tensor) -> tuple[Tensor, int]:
    """The group of each row -> the groups that their rows make, and the rows of each.

    Rows of one group that stand one after the other stay one; all new groups have the same number
    of rows. More than ``WIDEST`` would cost more to tell apart than it saves.
    """
    counts = groups.unique_consecutive(return_counts=True)[1].tolist()
    width = math.gcd(*counts)
    if not 1 <= width <= WIDEST:
        width = 1
    return groups[::width], width
