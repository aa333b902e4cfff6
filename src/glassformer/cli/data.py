"""``glassformer data``: look at a corpus, or write a known one out as plain files."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import json_option, notice, print_json


@click.group(short_help="Report on a corpus, or prepare a known one.")
def command() -> None:
    """Look at sentence pairs before any training."""


@command.command()
@click.argument("name", required=False)
@click.option("--source", metavar="FILE", help="One sentence a line; plain, .gz or .zst.")
@click.option("--target", metavar="FILE", help="Their translations; left out: --source has tabs.")
@click.option("--path", type=click.Path(path_type=Path), help="The folder of a known corpus.")
@click.option("--languages", nargs=2, metavar="FROM TO", help="Sides of a known corpus: en de.")
@click.option("--tokenizer", type=click.Path(path_type=Path), metavar="RUN",
              help="Count tokens of this run's tokenizer, not words.")  # fmt: skip
@json_option
def report(
    name: str | None,
    source: str | None,
    target: str | None,
    path: Path | None,
    languages: tuple[str, str] | None,
    tokenizer: Path | None,
    as_json: bool,
) -> None:
    """Tell what is in a corpus: sizes, lengths, duplicates, and all that looks wrong.

    Give the NAME of a known corpus (petit, multi30k, tatoeba, wmt14-en-de, wmt14-en-fr,
    iwslt14-de-en, tiny-shakespeare) with --path, or files of your own. Nothing is changed.

    \b
    Examples:
      glassformer data report petit
      glassformer data report multi30k --path data/multi30k --languages en fr
      glassformer data report --source train.en.gz --target train.de.gz
    """
    from glassformer.data.open import DataConfig, open_data
    from glassformer.data.report import Report, report_on, tolerant_pairs
    from glassformer.runs.run import Run

    pair = Run.open(tokenizer).tokenizers if tokenizer else None
    unit = "tokens" if pair else "words"
    if (name is None) == (source is None):
        raise click.UsageError("give the NAME of a known corpus, or --source")
    reports: list[Report] = []
    if source is not None:
        made = Report(source, unit)
        if target is not None:
            found = tolerant_pairs(Path(source), Path(target), made)
        else:
            from glassformer.data.files import read_tabs

            found = read_tabs(source)
        reports.append(report_on(source, found, pair, report=made))
    else:
        sides = languages or (None, None)
        config = DataConfig(
            source=name or "", path=str(path) if path else None,
            source_language=sides[0], target_language=sides[1],
        )  # fmt: skip
        data = open_data(config)
        notice(data.describe())
        for split in ("train", "dev", "test"):
            trained_on = reports[0].hashes if reports else None
            if split in data.splits():
                reports.append(report_on(split, data.split(split), pair, trained_on=trained_on))
    if as_json:
        print_json([made.to_json() for made in reports])
    else:
        click.echo("\n".join(line for made in reports for line in made.text()))


@command.command()
@click.argument("name")
@click.option("--path", type=click.Path(path_type=Path),
              help="The corpus's folder, or where to fetch it to; petit needs none.")  # fmt: skip
@click.option("--languages", nargs=2, metavar="FROM TO", help="Sides: en de.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A new folder.")
@json_option
def prepare(
    name: str, path: Path | None, languages: tuple[str, str] | None, output: Path, as_json: bool
) -> None:
    """Write a known corpus as plain files, train.source … test.target, line by line.

    Pairs with an empty side are left out, and counted.
    """
    from glassformer.data.open import DataConfig, open_data
    from glassformer.data.prepare import write_splits

    sides = languages or (None, None)
    config = DataConfig(
        source=name, path=str(path) if path else None,
        source_language=sides[0], target_language=sides[1],
    )  # fmt: skip
    written = write_splits(open_data(config), output)
    if as_json:
        print_json(written)
        return
    for split, counts in written.items():
        click.echo(f"{split}: {counts['written']:,} pairs written, {counts['skipped']:,} skipped")
