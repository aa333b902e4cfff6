"""``glassformer resume``: continue a training that was stopped."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import compute_options, json_option, use_threads


@click.command(short_help="Continue a training that was stopped.")
@click.argument("run", type=click.Path(path_type=Path))
@json_option
@compute_options(default_dtype=None)
def command(
    run: Path, as_json: bool, device: str | None, dtype: str | None, threads: int | None
) -> None:
    """Continue the training in RUN from its last whole checkpoint.

    The losses are those of the run that was never stopped, to the bit, on the same processor and
    number of threads; the run remembers both.
    """
    use_threads(threads)
    from glassformer.cli.display import TrainingDisplay
    from glassformer.cli.train import finish
    from glassformer.runs.run import Run
    from glassformer.training.recipe import parse_recipe
    from glassformer.training.train import resume

    updates = parse_recipe(Run.open(run).recipe).training.updates
    with TrainingDisplay(updates) as display:
        done = resume(run, device=device, dtype=dtype, watcher=display)
    finish(done, run, as_json)
