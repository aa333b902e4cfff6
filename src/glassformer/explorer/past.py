"""Models as they were while they learned: a trace of any snapshot, or what was recorded of it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from glassformer.errors import ConfigError
from glassformer.explorer.recorded import Recorded
from glassformer.explorer.shelf import Shelf
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel


class Past:
    """Earlier models, the latest asked for held ready."""

    def __init__(self) -> None:
        self.shelf = Shelf()

    def at(self, model: LoadedModel, step: int) -> LoadedModel:
        """The model after this many updates.

        Raises:
            ConfigError: its parameters are not kept.
        """
        if step not in model.run.snapshots():
            raise ConfigError(why_not(model, step, recorded_of(model)))
        return self.shelf.get((model.run.path, step), lambda: model.at(step))


def recorded_trace(model: LoadedModel, step: int, text: str, target: str | None) -> Tape | None:
    """What was recorded of this text at this step; None if nothing was, or all of it can be
    computed."""
    recorded = recorded_of(model)
    if not model.has_run or step in model.run.snapshots():
        return None
    return recorded.trace(text, step) if recorded and recorded.has(text, target, step) else None


def recorded_of(model: LoadedModel) -> Recorded | None:
    """What was recorded of this model's learning; None if nothing was."""
    return opened(model.run.path / "recorded") if model.has_run else None


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
        "snapshots": model.run.snapshots() if model.has_run else [],
        "recorded": recorded and {"texts": recorded.texts, "steps": recorded.steps},
    }
