"""What a model is made of, read from a recording of it: the source of figures 1 and 2.

Nothing is taken from the config but the sizes: order, masks and where keys come from are what ran.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch

from glassformer.errors import ConfigError
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.model.attention import MultiHeadAttention
from glassformer.model.config import ModelConfig
from glassformer.model.feedforward import FeedForward
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.paper.exhibit import Cost, Request


def cost(request: Request) -> Cost:
    """One short pass of the model, and one of the paper's base model, untrained."""
    return Cost(("records a pass of the model and of the paper's base model (untrained), draws",))


@dataclass(frozen=True)
class Sublayer:
    """A sub-layer of a layer. ``norm_first``: it reads what is normalised; else the sum is.

    ``masked``: its queries see no later key. ``cross``: keys and values are the encoder's output.
    """

    name: str
    kind: Literal["attention", "feed-forward"]
    norm_first: bool
    masked: bool = False
    cross: bool = False


@dataclass(frozen=True)
class Stack:
    """So many layers of the same sub-layers, and whether a norm of its own ends it."""

    name: Literal["encoder", "decoder"]
    layers: int
    sublayers: tuple[Sublayer, ...]
    final_norm: bool

    @property
    def reads_memory(self) -> bool:
        """Whether it attends to another stack's output."""
        return any(sublayer.cross for sublayer in self.sublayers)


@dataclass(frozen=True)
class Structure:
    """A model's stacks and sizes; ``tape`` is the recording they were read from."""

    stacks: tuple[Stack, ...]
    config: ModelConfig
    tape: Tape

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, the recording aside."""
        return {"stacks": [asdict(s) for s in self.stacks], "config": asdict(self.config)}


def structure_of(model: Model) -> Structure:
    """Run the model on three tokens and see what happens in which order.

    Raises:
        ConfigError: it reads images.
    """
    if model.config.image_size is not None:
        raise ConfigError("figures 1 and 2 draw models that read tokens; this one reads images")
    tokens = torch.tensor([[1, 2, 3]], device=model.output_matrix.device)
    tokens = tokens.clamp(max=model.config.target_vocabulary - 1)
    inputs = [tokens, tokens] if isinstance(model, EncoderDecoder) else [tokens]
    with torch.inference_mode(), record(model.eval()) as tape:
        model(*inputs)
    names: list[Literal["encoder", "decoder"]] = ["encoder", "decoder"]
    stacks = tuple(read_stack(model, tape, name) for name in names if hasattr(model, name))
    return Structure(stacks, model.config, tape)


def read_stack(model: Model, tape: Tape, name: Literal["encoder", "decoder"]) -> Stack:
    """A stack as it ran."""
    layers = model.get_submodule(name)
    found = [read_layer(model, tape, f"{name}.{i}") for i, _ in enumerate(layers.children())]
    assert all(layer == found[0] for layer in found), f"the layers of the {name} differ"
    return Stack(name, len(found), found[0], f"{name}_norm.weight" in tape)


def read_layer(model: Model, tape: Tape, path: str) -> tuple[Sublayer, ...]:
    """The sub-layers of a layer: an output, the sum it goes into, and the norm on either side."""
    order = [entry.path.removeprefix(f"{path}.") for entry in tape
             if entry.path.startswith(f"{path}.")]  # fmt: skip
    sublayers: list[Sublayer] = []
    for name in [step.removesuffix(".output") for step in order if step.endswith(".output")]:
        module = model.get_submodule(f"{path}.{name}")
        place = order.index(f"{name}.output")
        added = next(step for step in order[place:] if step.endswith(".added"))
        normalised = order.index(added.replace(".added", ".normalised"))
        if isinstance(module, MultiHeadAttention):
            sources = {e.path: {tape.entries[s.entry].path for s in e.inputs} for e in tape}
            keys = f"{path}.{name}.key_matrix.linear"
            own = sources[keys] & sources[f"{path}.{name}.query_matrix.linear"]
            near = sources.get(f"{path}.{name}.masked", set())
            masked = "target_mask" in near.union(*(sources[source] for source in near))
            sublayers.append(Sublayer(name, "attention", normalised < place, masked, not own))
        else:
            assert isinstance(module, FeedForward)
            sublayers.append(Sublayer(name, "feed-forward", normalised < place))
    return tuple(sublayers)
