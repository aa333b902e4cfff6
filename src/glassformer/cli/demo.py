"""``glassformer demo``: from nothing to a translator that says how good it is."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from glassformer.cli.common import compute_options, notice, use_threads


@click.command(short_help="Train a small translator, see how good it is, try it.")
@click.option("--run", "run", type=click.Path(path_type=Path), default=Path("runs/petit"))
@click.option("--no-input", is_flag=True, help="End after the report; ask for no sentence.")
@compute_options(default_dtype=None)
def command(
    run: Path, no_input: bool, device: str | None, dtype: str | None, threads: int | None
) -> None:
    """Train a Transformer on the built-in English-French pair (about two minutes), report on it,
    then translate what you type.

    The run stays in runs/petit. Where one is there already it is continued, or used as it is.
    """
    use_threads(threads)
    from glassformer.cli.display import TrainingDisplay
    from glassformer.cli.evaluate import evaluate_built_in
    from glassformer.cli.train import finish
    from glassformer.cli.translate import converse
    from glassformer.loaded import load
    from glassformer.runs.run import Run
    from glassformer.training.recipe import load_recipe
    from glassformer.training.train import resume, train

    recipe = load_recipe("petit-demo", [f"training.dtype={dtype}"] if dtype else [])
    there = run.is_dir() and any(run.iterdir())
    if there and Run.open(run).finished:
        click.echo(f"{run} is trained already; delete the folder to train it anew.")
    else:
        with TrainingDisplay(recipe.training.updates) as display:
            if there:
                done = resume(run, device=device, watcher=display)
            else:
                done = train(recipe, run, device=device, watcher=display)
        if not done:
            finish(done, run, as_json=False)
    model = load(run, device=device, notice=notice)
    report = evaluate_built_in(model)
    click.echo()
    for sentence in report.sentences():
        click.echo(sentence)
    if no_input or not sys.stdin.isatty():
        return
    click.echo("\nType an English sentence in its small vocabulary, or Ctrl-D to end. For example:")
    click.echo("the animal did not cross the street because it was too wide")
    converse(model, {})
