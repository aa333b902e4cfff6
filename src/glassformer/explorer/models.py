"""The models that a server shows, by name: those that it began with, and those that come later."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from glassformer.errors import nearest
from glassformer.explorer import words
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.past import to_be_seen
from glassformer.loaded import LoadedModel
from glassformer.loaded.own import OwnModule
from glassformer.runs.run import Run
from glassformer.tours import Tour

if TYPE_CHECKING:
    from glassformer.explorer.demo import Demo
    from glassformer.explorer.sharing import Share

YOURS = "yours"  # the name of the model that a visitor trains beside the page


class Models(Mapping[str, LoadedModel]):
    """Models by the names of their runs; safe to read and to add to from many threads.

    ``demo``: what is trained beside the page. ``glosses``: what words of the target side mean,
    where a user has said so. ``share``: with whom the page is shared, if it is.
    ``tours``: tours of a user's, beside those that the package carries.
    """

    share: Share | None = None

    def __init__(
        self,
        models: Iterable[LoadedModel] = (),
        demo: Demo | None = None,
        glosses: Mapping[str, str] | None = None,
        tours: Iterable[Tour] = (),
    ):
        self.demo, self.glosses, self.tours = demo, dict(glosses or {}), list(tours)
        self._models: dict[str, LoadedModel] = {}
        self.own: dict[str, OwnModule] = {}  # modules of anybody's
        self._lock = threading.Lock()
        for model in models:
            self.add(model)

    def add(self, model: LoadedModel, name: str | None = None) -> str:
        """Take one more; its name (its own if None), with a number where that is taken."""
        plain = name = name or model.name
        count = 2
        with self._lock:
            while name in self._models:
                name, count = f"{plain} {count}", count + 1
            # A new dictionary each time: whoever goes through the old one is not disturbed.
            self._models = {**self._models, name: model}
        return name

    def add_own(self, module: OwnModule) -> None:
        """Take a module of anybody's; the newest of a name is the one that is shown."""
        self.own = {**self.own, module.name: module}

    def __getitem__(self, name: str) -> LoadedModel:
        """The model of this name.

        Raises:
            NotThereError: there is none, or it is a module of anybody's.
        """
        models = self._models
        if name in self.own:
            raise NotThereError(
                f"{name} is a module with inputs of its own: this is shown of models that read text"
            )
        if name not in models:
            raise NotThereError(f"there is no model {name!r} here.{nearest(name, models)}")
        return models[name]

    def run_of(self, name: str) -> Run:
        """The run of this model, or of the one that is trained beside the page.

        Raises:
            NotThereError: there is none.
        """
        if self.demo and name == YOURS and name not in self:
            return self.demo.run
        return self[name].run

    def __contains__(self, name: object) -> bool:
        return name in self._models

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)


def routes(models: Models) -> APIRouter:
    """What models there are."""
    router = APIRouter(prefix="/api")

    @router.get("/models")
    def list_models() -> list[dict[str, Any]]:
        loaded = [describe(name, models[name]) for name in models]
        return [*loaded, *(describe_own(module) for module in models.own.values())]

    return router


def opening(model: LoadedModel) -> str:
    """The text that the page opens with."""
    if model.built_in:
        return words.OPENING
    return model.opening


def describe(name: str, model: LoadedModel) -> dict[str, Any]:
    """What the page must know of a model before any trace."""
    return {
        "name": name,
        "title": model.recipe.name.removesuffix("-demo") if model.has_run else model.name,
        "family": model.config.family,
        "parameters": sum(p.numel() for p in model.model.parameters()),
        "families": {path: p.numel() for path, p in model.model.named_parameters()},
        "config": json.loads(json.dumps(vars(model.config), default=str)),
        "built_in": model.built_in,
        "opening": opening(model),
        "finished": not model.has_run or model.run.finished,
        "untrained": model.untrained,
        "has_run": model.has_run,
        **to_be_seen(model),
    }


def describe_own(module: OwnModule) -> dict[str, Any]:
    """The same of a module of anybody's."""
    parameters = module.parameters
    return {
        "name": module.name,
        "title": module.name,
        "family": "module",
        "parameters": sum(parameters.values()),
        "families": parameters,
        "config": {},
        "built_in": False,
        "opening": module.name,
        "finished": True,
        "untrained": True,
        "has_run": False,
        "snapshots": [],
        "recorded": None,
    }
