"""What a lesson is checked by: cases with their right answers, and the usual mistakes.

A mistake is our solution with a few words changed. Whoever gets the same results as that has made
that mistake, however it is written; two at once are found too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from glassformer.model.config import ModelConfig

Module = TypeVar("Module", bound=nn.Module)
Parts = Any  # what a program defines, as attributes


class UnfitError(Exception):
    """Something about the learner's part that makes it impossible to try it; the message says
    what."""


@dataclass(frozen=True)
class Case:
    """A call of the learner's parts, and what comes of it.

    Attributes:
        says: what is tried, in a few words.
        run: makes the call.
        ours: the right result, by the model's own code.
        axes: the axes of the result, by the words of ``Exam.sizes``.
        given: tensors that the call reads, and may not write into.
    """

    says: str
    run: Callable[[Parts], Any]
    ours: Callable[[], Any]
    axes: str = ""
    given: Sequence[Tensor] = ()


@dataclass(frozen=True)
class Mistake:
    """What is wrong, as one would tell the learner, and how our solution would be changed to make
    it: each key, which stands there once, for its value."""

    says: str
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Exam:
    """How a lesson is checked. ``sizes`` are different primes: a size tells what its axis is. A
    hint that is about some of the cases begins with what they say, and a colon."""

    sizes: Mapping[str, int]
    cases: Callable[[], Iterator[Case]]
    mistakes: Sequence[Mistake]
    hints: Sequence[str]

    def next_hint(self, opened: Sequence[int], failed: str) -> int | None:
        """The first hint not yet opened that is about the case that failed, else the first; None if
        all are open."""
        left = [i for i in range(len(self.hints)) if i not in opened]
        return min(left, key=lambda i: not is_about(self.hints[i], failed), default=None)


def is_about(hint: str, case: str) -> bool:
    """Whether a hint names this case, or a part of it."""
    names = hint.partition(":")[0].split(", ")
    return any(re.search(rf"\b{re.escape(name)}\b", case) for name in names)


def config(**sizes: Any) -> ModelConfig:
    """A model's config where only these sizes count."""
    return ModelConfig(**{"source_vocabulary": 17, "target_vocabulary": 17, "dropout": 0.0} | sizes)


def drawn(*shape: int, seed: int, scale: float = 1.0) -> Tensor:
    """Normal numbers of a seed."""
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def filled(module: Module) -> Module:
    """A part of the model in which every parameter has numbers of its own, gains and biases too."""
    seed = count(1)
    with torch.no_grad():
        for _, parameter in sorted(module.named_parameters()):
            parameter.copy_(drawn(*parameter.shape, seed=next(seed), scale=0.4))
    return module.eval()


def taken(mine: Any, ours: nn.Module) -> Any:
    """The learner's module with the parameters of ours.

    Raises:
        UnfitError: it has others.
    """
    kind = type(mine).__name__
    if not isinstance(mine, nn.Module):
        raise UnfitError(f"{kind} is no nn.Module")
    here = {name: tuple(one.shape) for name, one in mine.state_dict().items()}
    there = {name: tuple(one.shape) for name, one in ours.state_dict().items()}
    for name in sorted(here.keys() | there.keys()):
        if name not in here:
            raise UnfitError(
                f"{kind} has no parameter {name} {[*there[name]]}, which the model has"
            )
        if name not in there:
            raise UnfitError(
                f"{kind} has a parameter {name} {[*here[name]]}, which the model has not"
            )
        if here[name] != there[name]:
            raise UnfitError(
                f"the parameter {name} of {kind} has the shape {[*here[name]]}, in the model "
                f"{[*there[name]]}"
            )
    mine.load_state_dict(ours.state_dict())
    return mine.eval()


class Recorded(nn.Module):
    """A call as a module, for whoever compares modules."""

    def __init__(self, call: Callable[[], Any]):
        super().__init__()
        self.call = call

    def forward(self) -> Any:
        """Make the call."""
        return self.call()
