"""``glassformer train``: a recipe in, a trained run out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from glassformer.cli.common import compute_options, json_option, notice, print_json, use_threads

# What one tries first with a model of each family.
VERBS_OF = {"encoder-decoder": "translate", "decoder-only": "generate", "encoder-only": "fill"}


@click.command(short_help="Train a recipe into a run directory.")
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]…")
@click.option(
    "--run", "run", type=click.Path(path_type=Path), help="Where; runs/RECIPE if left out."
)
@click.option(
    "--plan", is_flag=True, help="Time some updates and say what the training would take."
)
@json_option
@compute_options(default_dtype=None)
def command(
    recipe: str,
    overrides: tuple[str, ...],
    run: Path | None,
    plan: bool,
    as_json: bool,
    device: str | None,
    dtype: str | None,
    threads: int | None,
) -> None:
    """Train RECIPE: the name of a shipped recipe (see `glassformer recipes`) or a TOML file.

    Any value of the recipe can be set on the command line. Ctrl-C saves first; `glassformer
    resume` continues to the bit where it stopped. Started by torchrun, the same command trains
    on several processes or GPUs.

    \b
    Examples:
      glassformer train petit
      glassformer train multi30k-tiny data.path=data/multi30k training.updates=1500
      glassformer train my.toml --plan
      torchrun --nproc-per-node 8 -m glassformer -- train wmt14-en-de-base data.path=wmt14
    """
    use_threads(threads)
    from glassformer.training.recipe import load_recipe

    chosen = [*overrides, *([f"training.dtype={dtype}"] if dtype else [])]
    loaded = load_recipe(recipe, chosen)
    folder = run or (Path(recipe) if Path(recipe).is_dir() else Path("runs") / loaded.name)
    if plan:
        from glassformer.training.plan import make_plan

        made = make_plan(loaded, device=device, notice=notice)
        print_json(made.to_json()) if as_json else click.echo("\n".join(made.lines()))
        return
    from glassformer.cli.display import TrainingDisplay
    from glassformer.training.train import train

    with TrainingDisplay(loaded.training.updates) as display:
        done = train(loaded, folder, device=device, watcher=display)
    finish(done, folder, as_json)


def finish(done: bool, folder: Path, as_json: bool) -> None:
    """Say how a training ended; exit with 130 when a signal stopped it."""
    if os.environ.get("RANK", "0") != "0":  # of several processes the first speaks
        pass
    elif as_json:
        print_json({"run": str(folder), "finished": done})
    elif done:
        from glassformer.runs.run import Run

        config = Run.open(folder).config
        verb = VERBS_OF[config.family] if config.labels is None else "classify"
        click.echo(f"trained: {folder}. Try: glassformer {verb} {folder}")
    else:
        click.echo(f"stopped and saved. Continue with: glassformer resume {folder}")
    if not done:
        sys.exit(130)
