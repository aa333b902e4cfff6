"""``glassformer new``: a run directory with a recipe that suits one's own corpus."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from glassformer.cli.common import json_option, print_json


@click.command(short_help="Write a recipe for your own corpus.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="FILE", help="Training sentences, one a line.")
@click.option("--target", metavar="FILE", help="Their translations; left out: --source has tabs.")
@click.option(
    "--dev", nargs=2, metavar="SOURCE TARGET", help="Held-out pairs to watch training by."
)
@click.option("--test", nargs=2, metavar="SOURCE TARGET", help="Held-out pairs for evaluation.")
@json_option
def command(
    run: Path,
    source: str,
    target: str | None,
    dev: tuple[str, str] | None,
    test: tuple[str, str] | None,
    as_json: bool,
) -> None:
    """Read a corpus, report on it, and write RUN/recipe.toml: sizes, vocabulary and updates that
    suit it, each with its reason. Then: glassformer train RUN

    \b
    Example:
      glassformer new runs/mine --source train.en --target train.de --dev dev.en dev.de
    """
    from glassformer.data.report import Report, report_on
    from glassformer.data.sources import open_files
    from glassformer.runs.files import write_atomically
    from glassformer.runs.run import Run
    from glassformer.training.recipe import parse_recipe
    from glassformer.training.suggest import Corpus, letters_in_common, suggest

    corpus = Corpus((source, target), dev or (None, None), test or (None, None))
    data = open_files(train=corpus.train, dev=corpus.dev, test=corpus.test)

    def pairs() -> Iterator[tuple[str, str]]:
        return data.split("train")

    trained = report_on("train", pairs())
    reports: list[Report] = [trained]
    for split in ("dev", "test"):
        if split in data.splits():
            reports.append(report_on(split, data.split(split), trained_on=trained.hashes))
    common = letters_in_common(list(islice(pairs(), 20_000)))
    text = suggest(run.name, corpus, trained, common)
    parse_recipe(text)
    Run.create(run, recipe=text)
    write_atomically(run / "recipe.toml", text)
    if as_json:
        print_json({"recipe": str(run / "recipe.toml"), "reports": [r.to_json() for r in reports]})
        return
    for report in reports:
        click.echo("\n".join(report.text()))
    click.echo(f"\nwrote {run / 'recipe.toml'}. Next:")
    click.echo(f"  glassformer train {run} --plan   # how long it would take")
    click.echo(f"  glassformer train {run}")
