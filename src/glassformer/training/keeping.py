"""What of a training goes into a checkpoint beside the parameters, and comes out of it again."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from glassformer.data.batching import Position
from glassformer.model.transformer import Model
from glassformer.training.distributed import World


@dataclass
class Progress:
    """Where a training stands: all that a resume needs beside parameters and optimiser."""

    step: int = 0
    position: Position = field(default_factory=lambda: Position(0, 0, 0))
    skipped: int = 0
    skipped_in_a_row: int = 0
    best_loss: float | None = None
    evaluations_since_best: int = 0
    seconds: float = 0.0
    finished: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return vars(self) | {"position": self.position.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Progress:
        """What ``to_json`` gave."""
        return cls(**dict(values) | {"position": Position.from_json(values["position"])})


def processor() -> str:
    """What the last digits of a result depend on, beside what was chosen."""
    kind = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()}, {kind}, torch {torch.__version__}"


def optimizer_state(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Adam's moments by parameter name: exp_avg.NAME, exp_avg_sq.NAME, step.NAME."""
    state = {}
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            state[f"{key}.{name}"] = value
    return state


def restore_optimizer(
    model: nn.Module, optimizer: torch.optim.Optimizer, kept: Mapping[str, Tensor]
) -> None:
    """Give Adam back what ``optimizer_state`` took."""
    for name, parameter in model.named_parameters():
        for key in ("step", "exp_avg", "exp_avg_sq"):
            if f"{key}.{name}" in kept:
                value = kept[f"{key}.{name}"].clone()
                place = parameter.device
                on = place if key != "step" or place.type == "cuda" else "cpu"
                optimizer.state[parameter][key] = value.to(on)


def generator_states(model: Model, device: torch.device, world: World) -> dict[str, Tensor]:
    """The dropout generator of every process, by rank."""
    own = model.randomness.get_state(device)
    if world.size == 1:
        return {"randomness.0": own}
    gathered = [torch.zeros_like(own) for _ in range(world.size)]
    gathered[world.rank] = own
    numbers = [state.to(device, torch.int32) for state in gathered]
    world.sum_(numbers)
    return {f"randomness.{i}": s.to("cpu", torch.uint8) for i, s in enumerate(numbers)}
