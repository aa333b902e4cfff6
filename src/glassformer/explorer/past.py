"""Models as they were while they learned: a trace of any snapshot, or what was recorded of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Any

from glassformer.errors import ConfigError
from glassformer.explorer.recorded import Recorded
from glassformer.inspection.patch import Patch
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel

MOST_PARAMETERS = 50_000_000  # of all earlier models that are held at once


class Past:
    """Earlier models, the latest asked for held ready; safe to use from many threads."""

    def __init__(self) -> None:
        self.held: OrderedDict[tuple[Path, int], LoadedModel] = OrderedDict()
        self.lock = threading.Lock()

    def trace(
        self, model: LoadedModel, step: int, text: str, target: str | None, patch: Patch | None
    ) -> Tape:
        """What the model of this step does with the text.

        Raises:
            ConfigError: its parameters are not kept, and this text was not recorded.
        """
        if step in model.run.snapshots():
            return self.at(model, step).trace(text, target, patch=patch)
        recorded = recorded_of(model)
        if recorded and patch is None and recorded.has(text, target, step):
            return recorded.trace(text, step)
        raise ConfigError(why_not(model, step, recorded))

    def at(self, model: LoadedModel, step: int) -> LoadedModel:
        """The model after this many updates."""
        key = model.run.path, step
        with self.lock:
            if key not in self.held:
                self.held[key] = model.at(step)
            self.held.move_to_end(key)
            while len(self.held) > 1 and self.parameters() > MOST_PARAMETERS:
                self.held.popitem(last=False)
            return self.held[key]

    def parameters(self) -> int:
        """How many numbers are held."""
        return sum(one.config.parameter_count() for one in self.held.values())


def recorded_of(model: LoadedModel) -> Recorded | None:
    """What was recorded of this model's learning; None if nothing was."""
    return None if model.untrained else opened(model.run.path / "recorded")


@lru_cache(maxsize=8)
def opened(folder: Path) -> Recorded | None:
    """``Recorded.open``, once."""
    return Recorded.open(folder)


def why_not(model: LoadedModel, step: int, recorded: Recorded | None) -> str:
    """Why there is nothing to show of a step."""
    kept = ", ".join(str(one) for one in model.run.snapshots())
    if recorded and step in recorded.steps:
        return (
            f"of step {step} only {len(recorded.texts)} sentences were recorded, as they were. "
            f"New text and changes work on the final model, and at the steps {kept}"
        )
    if kept:
        return f"step {step} was not kept. There are the steps {kept}"
    return (
        f"{model.run.path.name} keeps no snapshots. Train it with them: "
        f"`glassformer train {model.recipe.name} training.snapshots=20`"
    )


def to_be_seen(model: LoadedModel) -> dict[str, Any]:
    """The steps of which a model's parameters are kept, and what was recorded of others."""
    recorded = recorded_of(model)
    return {
        "snapshots": [] if model.untrained else model.run.snapshots(),
        "recorded": recorded and {"texts": recorded.texts, "steps": recorded.steps},
    }
