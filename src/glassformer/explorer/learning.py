"""How a model learned, or learns at this moment: its curves, and which of its steps can be seen."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from glassformer.explorer.models import Models
from glassformer.runs.run import Run
from glassformer.training.recipe import parse_recipe
from glassformer.training.schedule import paper_peak

MOST_ROWS = 1000  # of a curve; a screen has no more columns


def routes(models: Models) -> APIRouter:
    """Curves and snapshots."""
    router = APIRouter(prefix="/api")

    @router.get("/learning/{name}")
    def learning(name: str) -> dict[str, Any]:
        return curves(models.run_of(name))

    return router


def curves(run: Run) -> dict[str, Any]:
    """What a run's metrics say of its training so far; rows are left out evenly where they are
    more than ``MOST_ROWS``, the last never."""
    recipe, rows = parse_recipe(run.recipe), run.metrics()
    training = recipe.training
    updates = [row for row in rows if "loss" in row]
    peak = training.peak_learning_rate or paper_peak(run.config.d_model, training.warmup)
    return {
        "updates": training.updates,
        "finished": run.finished,
        "running": run.running,
        "rows": [
            {key: row[key] for key in ("step", "loss", "learning_rate")} for row in thinned(updates)
        ],
        "evaluations": [
            {"step": row["step"], "loss": row["dev_loss"], "sample": row.get("translation")}
            for row in rows
            if "dev_loss" in row
        ],
        "sample": next((row["sample"] for row in rows if "sample" in row), None),
        "snapshots": run.snapshots(),
        "warmup": training.warmup,
        "peak": peak,
    }


def thinned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every n-th of the rows, and the last."""
    every = -(-len(rows) // MOST_ROWS) or 1
    kept = rows[::every]
    return kept if not rows or kept[-1] is rows[-1] else [*kept, rows[-1]]
