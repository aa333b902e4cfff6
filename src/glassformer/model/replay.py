"""A second body for a step of decoding: fixed shapes, recorded once as a CUDA graph and replayed.

A step of decoding is hundreds of small kernels, and a GPU waits for the processor that starts them.
Where no shape changes from step to step all of them are started at once. So the caches have room
for a fixed number of entries from the first step on, a mask says which of them count, and rows that
are done keep their place until half of the groups are; then what is left moves to smaller room.

Where nothing can be recorded (a CPU) the same steps run one by one: that is what tests compare.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from glassformer.model.cache import (
    WIDEST,
    DecodingState,
    Fixed,
    Growing,
    KeysValues,
    LayerCache,
    side_by_side,
)
from glassformer.model.layers import CrossLayer
from glassformer.model.stacks import inferring
from glassformer.model.transformer import EncoderDecoder

STEPS = 32  # tokens that there is room for at first; where they end, the room is doubled
COLUMNS = 16  # source positions are filled up to a multiple of it, so that few shapes come up
FEWEST = 8  # groups; fewer are not worth smaller room
KEPT = 32  # recorded shapes


class Placed(Growing):
    """Self-attention's cache in room that never moves: new entries are written at ``place``."""

    def __init__(self, room: KeysValues, place: Tensor):
        super().__init__()
        self.room, self.place, self.used = room, place, room[0].size(2)

    def add(self, key: Tensor, value: Tensor) -> KeysValues:
        """Keep these; return all that there is room for."""
        assert self.room is not None
        self.room[0].index_copy_(2, self.place, key.to(self.room[0].dtype))
        self.room[1].index_copy_(2, self.place, value.to(self.room[1].dtype))
        return self.room


class Held(Fixed):
    """Cross-attention's cache: room that is filled from outside."""

    def __init__(self, room: KeysValues):
        super().__init__()
        self.room, self.used = room, room[0].size(2)


@dataclass(frozen=True)
class Shape:
    """Groups, the rows of each, the steps that there is room for, and source positions."""

    groups: int
    width: int
    steps: int
    columns: int


class Frame:
    """The inputs and outputs of a step at one shape, at addresses that stay, and its recording.

    ``x`` [group, row, d_model] goes in, ``logits`` [group, row, vocabulary] come out; ``seen``
    [group, 1, row, entry] as in ``DecodingState``, False where nothing is written yet.
    """

    def __init__(self, model: EncoderDecoder, shape: Shape, caches: list[LayerCache]):
        config, like = model.config, model.output_matrix
        groups, width, entries = shape.groups, shape.width, shape.steps * shape.width

        def room(places: int, likes: KeysValues) -> KeysValues:
            sizes = (groups, config.n_heads, places)
            key, value = (part.new_zeros((*sizes, part.size(-1))) for part in likes)
            return key, value

        self.shape = shape
        self.x = like.new_zeros(groups, width, config.d_model)
        self.place = torch.zeros(width, dtype=torch.int64, device=like.device)
        self.seen = torch.zeros(groups, 1, width, entries, dtype=torch.bool, device=like.device)
        self.memory_mask = torch.ones(
            groups, 1, 1, shape.columns, dtype=torch.bool, device=like.device
        )
        self.caches = []
        for cache in caches:
            assert cache.cross.room is not None
            likes = cache.own.room or cache.cross.room
            own = Placed(room(entries, likes), self.place)
            self.caches.append(LayerCache(own, Held(room(shape.columns, cache.cross.room))))
        self.logits = like.new_zeros(groups, width, config.target_vocabulary)
        self.graph: torch.cuda.CUDAGraph | None = None

    def step(self, model: EncoderDecoder) -> None:
        """x and what is cached -> logits."""
        x = model.decoder(self.x, self.seen, self.x, self.memory_mask, self.caches)
        self.logits = model.logits(model.decoder_norm(x))

    def run(self, model: EncoderDecoder) -> None:
        """The same, replayed where it can be; the first time it is recorded."""
        if self.x.device.type != "cuda":
            self.step(model)
            return
        if self.graph is None:
            self.graph = recorded(lambda: self.step(model))
        self.graph.replay()


def recorded(step: Callable[[], None]) -> torch.cuda.CUDAGraph:
    """What the step starts on a GPU, after one run of it for what is allocated only once."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph


class Replayed:
    """Decoding with a model in fixed shapes; ``start`` and ``step`` are a step function's.

    It knows what greedy and beam search ask for: the rows of a sentence stay together, as many as
    at the first step, until all of them leave.
    """

    def __init__(self, model: EncoderDecoder):
        self.model = model
        self.frames: dict[Shape, list[Frame]] = {}
        self.made_of = addresses(model)

    def __deepcopy__(self, memo: object) -> None:
        """A copy of a model records its own."""

    def start(self, source: Tensor) -> ReplayedState:
        """Read the source [batch, source]; nothing is written yet."""
        if self.made_of != addresses(self.model):  # a recording reads parameters where they were
            self.frames, self.made_of = {}, addresses(self.model)
        state = self.model.start(source)
        assert state.memory is not None
        for layer, cache in zip(self.model.decoder, state.caches, strict=True):
            assert isinstance(layer, CrossLayer)
            cache.cross(layer.cross_attention.project, state.memory)
        return ReplayedState(self, state)

    def step(self, tokens: Tensor, state: ReplayedState) -> tuple[Tensor, ReplayedState]:
        """The newest token of each row [row] -> logits of the next [row, vocabulary]."""
        frame = state.ready()
        width, device = frame.shape.width, frame.x.device
        x = self.model.target_embedding(tokens.to(device)[:, None], state.length)
        slots = state.slots.to(device)
        frame.x.index_copy_(0, slots, x.view(-1, width, x.size(-1)))
        entry = state.length * width
        torch.arange(entry, entry + width, out=frame.place)
        frame.seen[:, 0, :, entry : entry + width] = torch.eye(
            width, dtype=torch.bool, device=device
        )
        frame.run(self.model)
        state.length += 1
        return frame.logits.index_select(0, slots).flatten(0, 1), state

    def take(self, shape: Shape, caches: list[LayerCache]) -> Frame:
        """A frame of this shape that nobody uses."""
        free = self.frames.setdefault(shape, [])
        return free.pop() if free else Frame(self.model, shape, caches)

    def give(self, frame: Frame) -> None:
        """Somebody needs it no more."""
        self.frames.setdefault(frame.shape, []).append(frame)
        while len(self.frames) > KEPT:
            del self.frames[next(iter(self.frames))]


class Holder:
    """The frame that a state uses: it goes back when the state does."""

    frame: Frame | None = None

    def leave(self, home: Replayed) -> None:
        """Give the frame back, if there is one."""
        if self.frame is not None:
            home.give(self.frame)
            self.frame = None


class ReplayedState:
    """What is remembered between two tokens, in a frame; see ``DecodingState``.

    ``slots`` [group] are the frame's places of the groups that still live, ``width`` their rows.
    """

    def __init__(self, home: Replayed, state: DecodingState):
        assert state.memory is not None
        mask, memory = state.memory_mask, state.memory
        if mask is None:
            mask = memory.new_ones(len(memory), 1, 1, memory.size(1), dtype=torch.bool)
        self.home, self.caches, self.memory_mask = home, state.caches, mask
        self.slots = torch.arange(len(memory))
        self.width, self.length = 1, 0
        self.holder = Holder()
        weakref.finalize(self, self.holder.leave, home)

    def select(self, rows: Tensor) -> ReplayedState:
        """This state with these rows, in this order."""
        rows = rows.cpu()
        groups, width = side_by_side(rows // self.width)
        frame = self.holder.frame
        if frame is None or not len(rows):
            self.slots, self.width = self.slots[groups], width
            return self
        in_order = all(a < b for a, b in pairwise(groups.tolist()))
        assert width == self.width and in_order, "a group's rows stay together"
        slots = self.slots[groups]
        if not torch.equal(rows, torch.arange(len(rows))) or len(groups) < len(self.slots):
            parents = (self.slots[rows // width] * width + rows % width).to(frame.seen.device)
            inherited = frame.seen.flatten(0, 2).index_select(0, parents)
            inherited = inherited.view(len(groups), 1, width, -1)
            frame.seen.index_copy_(0, slots.to(frame.seen.device), inherited)
        self.slots = slots
        return self

    def ready(self) -> Frame:
        """The frame for the next step: another where this one is full, or mostly empty."""
        frame = self.holder.frame
        if frame is None:
            shape = Shape(enough(len(self.slots)), self.width, STEPS, up(self.memory_mask.size(3)))
            return self.move(shape, self.caches, self.memory_mask, None)
        shape = frame.shape
        groups, steps = enough(len(self.slots)), shape.steps
        if self.length == steps:
            steps *= 2
        if groups == shape.groups and steps == shape.steps:
            return frame
        shape = Shape(groups, self.width, steps, shape.columns)
        return self.move(shape, frame.caches, frame.memory_mask, frame.seen)

    def move(
        self, shape: Shape, caches: list[LayerCache], mask: Tensor, seen: Tensor | None
    ) -> Frame:
        """Move what lives, of caches, mask and ``seen``, to a frame of this shape."""
        frame = self.home.take(shape, caches)
        count, slots = len(self.slots), self.slots.to(mask.device)
        frame.seen.zero_()
        frame.memory_mask.fill_(True)
        frame.memory_mask[:count] = False
        frame.memory_mask[:count, ..., : mask.size(3)] = mask.index_select(0, slots)
        if seen is not None:
            frame.seen[:count, ..., : seen.size(3)] = seen.index_select(0, slots)
        for old, new in zip(caches, frame.caches, strict=True):
            for source, target in ((old.own, new.own), (old.cross, new.cross)):
                if source.room is None:
                    continue
                assert target.room is not None
                for kept, place in zip(source.room, target.room, strict=True):
                    place[:count, :, : kept.size(2)] = kept.index_select(0, slots)
        self.holder.leave(self.home)
        self.holder.frame = frame
        self.slots = torch.arange(count)
        return frame


def addresses(model: EncoderDecoder) -> tuple[int, ...]:
    """Where the parameters are."""
    return tuple(parameter.data_ptr() for parameter in model.parameters())


def enough(groups: int) -> int:
    """The power of two that has room for so many groups."""
    return max(FEWEST, 1 << (groups - 1).bit_length())


def up(columns: int) -> int:
    """The multiple of COLUMNS that has room for so many source positions."""
    return -(-columns // COLUMNS) * COLUMNS


def replays(model: EncoderDecoder, beam: int) -> Replayed | None:
    """The second body of this model's steps, where it pays: on a GPU, if nobody observes, and so
    many hypotheses of a sentence stay together."""
    if not model.output_matrix.is_cuda or not inferring(model) or beam > WIDEST:
        return None
    found: Replayed | None = vars(model).get("replayed")
    if found is None:
        found = vars(model)["replayed"] = Replayed(model)
    return found
