"""Glassformer: a Transformer that a person can train, run and see through.

    import glassformer as gf
    model = gf.load("runs/petit")
    print(model.translate("the animal did not cross the street because it was too tired"))

Each public name is imported at its first use: importing torch takes more than a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassformer.errors import GlassformerError
    from glassformer.explorer import explore
    from glassformer.loaded import LoadedModel, check, compare, load
    from glassformer.model import ModelConfig, build
    from glassformer.training.recipe import Recipe, load_recipe
    from glassformer.training.train import resume, train
    from glassformer.translation import Translation, TranslationConfig

_HOMES = {
    "GlassformerError": "errors",
    "LoadedModel": "loaded",
    "ModelConfig": "model",
    "Recipe": "training.recipe",
    "Translation": "translation",
    "TranslationConfig": "translation",
    "build": "model",
    "check": "loaded",
    "compare": "loaded",
    "explore": "explorer",
    "load": "loaded",
    "load_recipe": "training.recipe",
    "resume": "training.train",
    "train": "training.train",
}

__all__ = [
    "GlassformerError",
    "LoadedModel",
    "ModelConfig",
    "Recipe",
    "Translation",
    "TranslationConfig",
    "__version__",
    "build",
    "check",
    "compare",
    "explore",
    "load",
    "load_recipe",
    "resume",
    "train",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'glassformer' has no attribute {name!r}")
    value = getattr(import_module(f"glassformer.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
