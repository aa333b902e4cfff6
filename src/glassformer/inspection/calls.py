"""A call of any module, that can be made again with some of its inputs changed."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError, nearest

PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
Inputs = Tensor | Mapping[str, Any] | Sequence[Any]


class Call:
    """A module and what it is called with: one tensor, a sequence of them, or names and values.

    ``axes`` says of an input, or of "output", what its axes are: "batch position feature" is what
    two and more are taken for, "query key" a square of two values, "position" or "batch" one.

    Raises:
        ConfigError: the inputs are not what the module's forward takes, or the axes not theirs.
    """

    def __init__(
        self, module: nn.Module, inputs: Inputs, axes: Mapping[str, str] | None = None
    ) -> None:
        self.module, self.given_axes = module, dict(axes or {})
        named = dict(inputs) if isinstance(inputs, Mapping) else {}
        plain = () if named else (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        signature = inspect.signature(module.forward)
        try:
            signature.bind(*plain, **named)
        except TypeError as error:
            raise ConfigError(
                f"{type(module).__name__} cannot be called with these inputs: {error}. "
                f"Its forward takes {signature}"
            ) from error
        parameters = signature.parameters.values()
        self.takes = {one.name for one in parameters}
        star = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), "")
        by_place = [one.name for one in parameters if one.kind in PLACED]
        rest = [f"{star}{i}" for i in range(len(plain) - len(by_place))]
        self.placed = [*by_place, *rest][: len(plain)]
        self.values: dict[str, Any] = {**dict(zip(self.placed, plain, strict=True)), **named}
        self.check_axes()

    def check_axes(self) -> None:
        """See the class."""
        for name, axes in self.given_axes.items():
            value = self.tensors.get(name)
            if value is not None and value.dim() != len(axes.split()):
                raise ConfigError(
                    f"{name} has the shape {[*value.shape]}, and the axes {axes!r} name "
                    f"{len(axes.split())}"
                )

    def __call__(self) -> Any:
        """What the module returns."""
        named = {name: one for name, one in self.values.items() if name not in self.placed}
        return self.module(*(self.values[name] for name in self.placed), **named)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The inputs that are tensors, in order."""
        return {name: one for name, one in self.values.items() if isinstance(one, Tensor)}

    def tensor(self, name: str) -> Tensor:
        """The input of this name.

        Raises:
            ConfigError: there is none.
        """
        if name not in self.tensors:
            raise ConfigError(f"there is no input {name!r} here.{nearest(name, self.tensors)}")
        return self.tensors[name]

    def changed(self, values: Mapping[str, Any]) -> Call:
        """The same call with these values in place of its own, or beside them."""
        other = copy.copy(self)
        other.values = {**self.values, **values}
        return other

    def axes(self, name: str) -> list[str]:
        """What the axes of an input are."""
        if name in self.given_axes:
            return self.given_axes[name].split()
        value = self.tensor(name)
        if is_triangle(value):
            return ["query", "key"]
        if value.dim() == 1:
            return ["batch" if value.size(0) == self.first.size(0) else "position"]
        return ["batch", "position", *["feature"] * (value.dim() - 2)][: value.dim()]

    def axis(self, name: str, what: str) -> int | None:
        """Which axis of an input is its batch, or its positions; None where it has none."""
        axes = self.axes(name)
        return axes.index(what) if what in axes else None

    def length(self, name: str) -> int:
        """How many positions an input has.

        Raises:
            ConfigError: it has no axis of positions.
        """
        axis = self.axis(name, "position")
        if axis is None:
            raise ConfigError(
                f"{name} has the axes {' '.join(self.axes(name))!r} and no position among them: "
                f"say axes={{{name!r}: 'batch position …'}}"
            )
        return self.tensor(name).size(axis)

    @property
    def first(self) -> Tensor:
        """The first input.

        Raises:
            ConfigError: no input is a tensor.
        """
        for value in self.tensors.values():
            return value
        raise ConfigError("none of the inputs is a tensor")

    @property
    def batch(self) -> int:
        """How many examples stand beside one another."""
        for name, value in self.tensors.items():
            axis = self.axis(name, "batch")
            if axis is not None and value.dim() > 1:
                return value.size(axis)
        return 1


def is_triangle(value: Tensor) -> bool:
    """Whether it is a square of two values, one above the diagonal and one below: a causal mask."""
    if value.dim() != 2 or value.size(0) != value.size(1) or value.size(0) < 2:
        return False
    upper = torch.ones_like(value, dtype=torch.bool).triu(1)
    above, below = value[upper], value[~upper]
    return bool((above == above[0]).all() and (below == below[0]).all() and above[0] != below[0])


def output_of(result: Any) -> Tensor:
    """The tensor that counts in what a module returned: the logits where it names them, else the
    first with a batch and positions.

    Raises:
        ConfigError: there is none.
    """
    if isinstance(result, Mapping):
        for name in ("logits", "last_hidden_state"):
            if isinstance(result.get(name), Tensor):
                return result[name]
        result = list(result.values())
    if isinstance(result, Tensor):
        return result
    for one in result if isinstance(result, list | tuple) else ():
        if isinstance(one, Tensor) and one.dim() >= 2 and one.is_floating_point():
            return one
    raise ConfigError(
        f"the model returns {type(result).__name__} without a tensor of two or more axes: wrap it "
        "in a module that returns its logits"
    )
