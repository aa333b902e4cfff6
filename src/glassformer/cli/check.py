"""``glassformer check``: what is wrong with a model."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from glassformer.cli.common import compute_options, json_option, print_json, use_threads


@click.command(short_help="Find what is wrong with a model, and where.")
@click.argument("run", type=click.Path(path_type=Path), metavar="NAME|RUN")
@click.option("--text", metavar="TEXT", help="What it reads; a short sentence if left out.")
@json_option
@compute_options()
def command(
    run: Path, text: str | None, as_json: bool, device: str | None, dtype: str, threads: int | None
) -> None:
    """Run a model on inputs whose results must agree: with another future token, with padding,
    alone and in a batch, with and without cache, in evaluation and in training mode. Where they do
    not, it is recorded, to say where the difference begins and by which line of code.

    Exit code 1 if something is wrong. For a model of your own: glassformer.check in Python.

    \b
    Examples:
      glassformer check petit
      glassformer check runs/mine --text "two dogs run" --json
    """
    use_threads(threads)
    from glassformer.loaded import check, load

    report = check(load(run, device=device, dtype=dtype), text)
    if as_json:
        print_json({"model": report.model, "findings": [one.to_json() for one in report.findings]})
    else:
        click.echo(str(report))
    if report.faults:
        sys.exit(1)
