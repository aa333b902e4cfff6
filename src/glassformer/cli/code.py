"""``glassformer code``: the model as one page of code."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="The model as one page of code: the lines that it executes.")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--text", default="the girl sleeps", metavar="TEXT", help="What it reads.")
def command(run: Path, text: str) -> None:
    """Record RUN reading a text, and print exactly the lines of this package's model that it
    executed, from the ids to the logits: each function once, at its first call. What this model
    does not use (another norm, another family, the cache) is not there.

    \b
    Examples:
      glassformer code petit
      glassformer code runs/mine --text "two dogs run"
    """
    from glassformer.loaded import load
    from glassformer.loaded.code import code_of, page_of

    click.echo(page_of(code_of(load(run, device="cpu"), text)))
