"""What each format of another project is made of: one file a format, one object in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from glassformer.interop.mapping import Table
from glassformer.interop.settings import Settings
from glassformer.model.config import ModelConfig

Tensors = Mapping[str, Tensor]


def nothing(ours: str) -> bool:
    """No parameter."""
    return False


@dataclass(frozen=True)
class Format:
    """A kind of model of another project.

    Attributes:
        name: what the user calls it.
        model_types: what its ``config.json`` says under ``model_type``.
        config: from its settings and tensors to the config of the same model here.
        table: from the config and the tensors to the table of names (``interop.mapping``).
        settings: from a config of ours to its ``config.json``; None where nothing is written.
        recognise: whether a checkpoint without a ``model_type`` is one, by settings and tensors.
        zeros: which parameters of ours are 0 where it has none.
        adapted: its tensors, with what it does to an input outside the model taken into them.
    """

    name: str
    model_types: tuple[str, ...]
    config: Callable[[Settings, Tensors], ModelConfig]
    table: Callable[[ModelConfig, Tensors], Table]
    settings: Callable[[ModelConfig], dict[str, Any]] | None = None
    recognise: Callable[[Mapping[str, Any], Tensors], bool] = lambda settings, tensors: False
    zeros: Callable[[str], bool] = nothing
    adapted: Callable[[Settings, Tensors], Tensors] = lambda theirs, tensors: tensors


def prefix_of(tensors: Tensors, prefix: str) -> str:
    """The prefix, if names have it: a model saved without its head has not."""
    return prefix if not tensors or any(name.startswith(prefix) for name in tensors) else ""
