"""A run at a glance, also when some of it is not readable: one bad run must not hide the others."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from glassformer.errors import RunError

if TYPE_CHECKING:
    from glassformer.runs.run import Run


def summary(run: Run) -> dict[str, Any]:
    """A run in one row.

    run (its path), description (the recipe's), finished, step (the last in the metrics), dev_loss
    (the last; None before the first; text if it was not finite), seconds of training, parameters
    (None before training begins), problem (what of it is not readable; None if all is well).
    """
    problems: list[str] = []
    rows = run.metrics(problems.append)
    description = parameters = None
    try:
        description = tomllib.loads(run.recipe).get("description")
        if (run.path / "config.json").is_file():
            parameters = run.config.parameter_count()
    except (RunError, tomllib.TOMLDecodeError) as error:
        problems.append(str(error))
    losses = [row["dev_loss"] for row in rows if "dev_loss" in row]
    seconds = [row["seconds"] for row in rows if "seconds" in row]
    return {
        "run": str(run.path),
        "description": description,
        "finished": run.finished,
        "step": rows[-1].get("step", 0) if rows else 0,
        "dev_loss": losses[-1] if losses else None,
        "seconds": seconds[-1] if seconds else 0.0,
        "parameters": parameters,
        "problem": "; ".join(problems) or None,
    }
