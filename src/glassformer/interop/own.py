"""Our own weights outside a run: ``model.safetensors`` in our names, ``config.json`` beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from glassformer.errors import ConfigError, ForeignError
from glassformer.interop.format import Format, Tensors
from glassformer.interop.mapping import Table
from glassformer.interop.settings import Settings
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import build

MODEL_TYPE = "glassformer"


def config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config that was written."""
    content = {key: value for key, value in theirs.content.items() if key != "model_type"}
    try:
        return ModelConfig(**content)
    except (TypeError, ConfigError) as error:
        raise ForeignError(f"the config of {theirs.origin} is none of ours: {error}") from error


def table(ours: ModelConfig, tensors: Tensors) -> Table:
    """Every name is its own."""
    parameters = build(ours).named_parameters(remove_duplicate=False)
    return {name: name for name, _ in parameters}


def settings(ours: ModelConfig) -> dict[str, Any]:
    """All of the config."""
    return {"model_type": MODEL_TYPE, **asdict(ours)}


OWN = Format("glassformer", (MODEL_TYPE,), config, table, settings)
