"""What a recording knows of operators: their names, what merely arranges, how to run one again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from glassformer.errors import RecordingError

# A call's arguments as plain JSON values: [positional, named], and which output of several.
Constants = list[Any]

# Operators that only arrange numbers anew. A closed list: all others are arithmetic.
SHAPE_OPERATORS = frozenset(
    "view reshape transpose permute unflatten flatten unsqueeze squeeze expand expand_as "
    "contiguous narrow select split chunk unbind __getitem__ T mT detach clone movedim swapaxes "
    "view_as reshape_as split_with_sizes tensor_split repeat_interleave alias".split()
)
NAMES = {
    "__add__": "add", "__radd__": "radd", "__sub__": "sub", "__rsub__": "rsub", "__mul__": "mul",
    "__rmul__": "mul", "__truediv__": "div", "div_": "div_", "true_divide": "div",
    "__matmul__": "matmul", "__rmatmul__": "rmatmul", "__invert__": "bitwise_not",
    "__and__": "bitwise_and", "__or__": "bitwise_or", "__neg__": "neg", "__pow__": "pow",
    "__rpow__": "rpow", "bmm": "matmul", "mm": "matmul", "multiply": "mul", "subtract": "sub",
    "divide": "div",
}  # fmt: skip


RANDOM = frozenset(
    "rand randn randint randperm rand_like randn_like bernoulli multinomial normal uniform random "
    "dropout".split()
)


def canonical(func: Callable[..., Any]) -> str:
    """One name for the forms of an operator: ``a + b``, ``torch.add(a, b)``, ``a.add(b)``."""
    name = getattr(func, "__name__", str(func))
    if name == "__get__":  # a property: x.T
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return NAMES.get(name, name)


def writes(name: str) -> bool:
    """Whether the operator writes into its first argument."""
    return name == "__setitem__" or (name.endswith("_") and not name.endswith("__"))


def arranges(name: str, constants: Constants) -> bool:
    """Whether this call only arranges: indexing does by numbers and slices, not by a tensor."""
    return name != "__getitem__" or not holds_input(constants[0][1:])


def holds_input(value: Any) -> bool:
    """Whether constants name an input of the operator."""
    if isinstance(value, dict):
        return "input" in value or any(holds_input(v) for v in value.values())
    return isinstance(value, list) and any(holds_input(v) for v in value)


def holds_other(value: Any) -> bool:
    """Whether an argument could not be kept, a generator for example."""
    if isinstance(value, dict):
        return "other" in value or any(holds_other(v) for v in value.values())
    return isinstance(value, list) and any(holds_other(v) for v in value)


def constant(value: Any, noted: Callable[[Tensor], int]) -> Any:
    """An argument as a plain JSON value; tensors become {"input": their number}."""
    if isinstance(value, Tensor):
        return {"input": noted(value)}
    if isinstance(value, dict):
        return {key: constant(one, noted) for key, one in value.items()}
    if isinstance(value, list | tuple | torch.Size):
        return [constant(one, noted) for one in value]
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, torch.dtype | torch.device | torch.memory_format):
        return {type(value).__name__: str(value).removeprefix("torch.")}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return {"other": type(value).__name__}


def restored(value: Any, arguments: list[Tensor]) -> Any:
    """What ``constant`` was given, with these tensors in the inputs' places."""
    if isinstance(value, list):
        return [restored(one, arguments) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"input": int(number)}:
            return arguments[number]
        case {"slice": [start, stop, step]}:
            return slice(start, stop, step)
        case {"ellipsis": True}:
            return Ellipsis
        case {"dtype": str(name)} | {"memory_format": str(name)}:
            return getattr(torch, name)
        case {"device": str(name)}:
            return torch.device(name)
        case {"float": str(number)}:
            return float(number)
    return {key: restored(one, arguments) for key, one in value.items()}


def evaluate(name: str, constants: Constants, arguments: list[Tensor]) -> Tensor:
    """Run an operator by its name.

    Raises:
        RecordingError: torch has none of this name, or it draws random numbers.
    """
    if RANDOM & {name, name.removesuffix("_")} or holds_other(constants):
        raise RecordingError(f"{name} draws at random, or took what cannot be kept")
    function = RUN.get(name)
    for home in (torch.Tensor,) if name.startswith("__") else (F, torch.Tensor, torch):
        function = function or getattr(home, name, None)
    if function is None:
        raise RecordingError(f"the operator {name!r} cannot be run again")
    positional = restored(constants[0], arguments)
    named = restored(constants[1], arguments) | (
        {"inplace": False} if "inplace" in constants[1] else {}
    )
    named.pop("out", None)
    if name == "__getitem__" and isinstance(positional[1], list):
        positional[1] = tuple(positional[1])
    if writes(name):  # what is written over is an input, which stays as it is
        positional[0] = positional[0].clone()
    result = function(*positional, **named)
    picked: Tensor = result[constants[2]] if len(constants) > 2 else result
    return picked


# Where torch.Tensor, torch or F have another thing, or none, under an operator's name.
RUN: dict[str, Callable[..., Any]] = {
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "radd": lambda x, y: y + x,
    "rsub": lambda x, y, **named: y - x,
    "rmatmul": lambda x, y: y @ x,
    "rpow": lambda x, y: y**x,
    "__rtruediv__": lambda x, y: y / x,
    "linear": F.linear,
    "layer_norm": F.layer_norm,
    "embedding": F.embedding,
    "relu": F.relu,
    "gelu": F.gelu,
    "softmax": lambda x, *rest, **named: softmax(x, *rest, **named),
    "pad": F.pad,
}


def softmax(x: Tensor, dim: int = -1, *rest: Any, **named: Any) -> Tensor:
    """Softmax from the arguments of any of its forms."""
    return torch.softmax(x, named.get("dim", dim))
