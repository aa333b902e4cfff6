"""``glassformer runs``: what was trained here."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import json_option, print_json


@click.group(invoke_without_command=True, short_help="List the runs, or show one.")
@click.pass_context
def command(context: click.Context) -> None:
    """The trainings in the folder `runs`."""
    if context.invoked_subcommand is None:
        context.invoke(list_all)


@command.command("list")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@json_option
def list_all(folder: Path = Path("runs"), as_json: bool = False) -> None:
    """One line for each run: finished or not, updates, loss on held-out sentences, size."""
    from glassformer.runs.run import list_runs

    found = list_runs(folder)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(f"no runs in {folder}: `glassformer train petit-demo` makes one")
    for row in found:
        loss = f"{row['dev_loss']:.3f}" if isinstance(row["dev_loss"], float) else "–"
        size = f"{row['parameters']:,}" if row["parameters"] else "–"
        state = "finished" if row["finished"] else "unfinished"
        click.echo(
            f"{row['run']:<30} {state:<10} {row['step']:>7} updates  held-out loss {loss:>6}  "
            f"{size:>12} parameters"
        )


@command.command("show")
@click.argument("run", type=click.Path(path_type=Path))
@json_option
def show(run: Path, as_json: bool) -> None:
    """The recipe, the sizes and the course of RUN."""
    from glassformer.runs.run import Run

    opened = Run.open(run)
    evaluations = [row for row in opened.metrics() if "dev_loss" in row]
    skipped = sum(bool(row.get("skipped")) for row in opened.metrics())
    if as_json:
        print_json({"recipe": opened.recipe, "finished": opened.finished, "skipped": skipped,
                    "evaluations": evaluations,
                    "checkpoints": [int(f.name) for f in opened.checkpoints()]})  # fmt: skip
        return
    click.echo(opened.recipe)
    click.echo("finished" if opened.finished else f"unfinished: glassformer resume {run}")
    if skipped:
        click.echo(f"{skipped} updates were skipped: their loss or gradient was not finite")
    for row in evaluations:
        click.echo(f"step {row['step']:>7}  held-out loss {float(row['dev_loss']):.4f}")
        click.echo(f"              {row['translation']}")
