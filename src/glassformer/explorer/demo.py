"""The visitor's own training, beside a page that shows a model which is trained already.

It is another process, and what is known of it stands in its run directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request

from glassformer.errors import ConfigError
from glassformer.explorer.models import YOURS, Models, describe
from glassformer.explorer.sharing import is_follower
from glassformer.loaded import load
from glassformer.runs.run import Run


@dataclass(frozen=True)
class Demo:
    """The run that is trained beside the page, and how many updates it is to take."""

    run: Run
    updates: int

    def progress(self) -> dict[str, Any]:
        """How far it is, and how it translates the recipe's sentence so far."""
        rows = self.run.metrics()
        updates = [row for row in rows if "loss" in row]
        samples = [row for row in rows if "translation" in row]
        last = updates[-1] if updates else {"step": 0, "loss": None, "seconds": 0.0}
        return {
            "run": str(self.run.path),
            "model": YOURS,
            "step": last["step"],
            "updates": self.updates,
            "loss": last["loss"],
            "seconds": last["seconds"],
            "running": self.run.running,
            "finished": self.run.finished,
            "text": samples[-1]["sample"] if samples else None,
            "sample": samples[-1]["translation"] if samples else None,
            "samples": [{"step": row["step"], "text": row["translation"]} for row in samples],
        }


def routes(models: Models) -> APIRouter:
    """How the visitor's training goes, and taking it over."""
    router = APIRouter(prefix="/api/demo")

    @router.get("")
    def progress(request: Request) -> dict[str, Any] | None:
        if models.demo is None or is_follower(request.scope):
            return None
        return models.demo.progress()

    @router.post("/adopt")
    def adopt() -> dict[str, Any]:
        demo = models.demo
        if demo is None:
            raise ConfigError(
                "nothing is trained beside this page: start it with `glassformer demo`"
            )
        if YOURS not in models:
            if not demo.run.finished:
                step = demo.progress()["step"]
                raise ConfigError(
                    f"your model is still learning: update {step} of {demo.updates}. "
                    "It can be taken over when it is finished"
                )
            models.add(load(demo.run.path), YOURS)
        return describe(YOURS, models[YOURS])

    return router
