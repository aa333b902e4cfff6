"""``glassformer tokenizer``: train one by itself, and see what it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from glassformer.cli.common import notice

KINDS = ["word", "char", "bpe", "byte-bpe", "wordpiece", "unigram"]


@click.group(short_help="Train a tokenizer, or use one.")
def command() -> None:
    """Tokenizers. A recipe trains its own; these verbs are for looking and for sharing one."""


@command.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Where to write it: NAME.json.")  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), default="bpe", show_default=True)
@click.option("--size", type=click.IntRange(min=1), default=8000, show_default=True,
              help="Entries at most.")  # fmt: skip
@click.option("--lowercase", is_flag=True, help="Lower-case all text on the way in.")
def train(files: tuple[str, ...], output: Path, kind: str, size: int, lowercase: bool) -> None:
    """Learn a tokenizer from the lines of FILEs (plain, .gz or .zst).

    Use it in a recipe as tokenizer.existing=FILE.
    """
    from glassformer.data.files import read_lines
    from glassformer.text import Tokenizer, TokenizerConfig

    config = TokenizerConfig(kind=kind, size=size, lowercase=lowercase)  # type: ignore[arg-type]
    lines = (line for file in files for line in read_lines(file))
    made = Tokenizer.train(lines, config)
    made.save(output)
    click.echo(f"wrote {output}: {kind}, {made.size:,} entries")


def loaded(path: Path, side: str):  # type: ignore[no-untyped-def]  # text is imported in verbs
    """The tokenizer in a file, or of one side of a run."""
    from glassformer.runs.run import Run
    from glassformer.text import Tokenizer

    if path.is_dir():
        pair = Run.open(path).tokenizers
        return pair.source if side == "source" else pair.target
    return Tokenizer.load(path)


def standard_input() -> Iterator[str]:
    """The lines of standard input."""
    from glassformer.data.files import decode_lines

    return decode_lines(sys.stdin.buffer, "standard input")


side_option = click.option(
    "--side", type=click.Choice(["source", "target"]), default="source", show_default=True,
    help="Which of a run's two tokenizers.",
)  # fmt: skip


@command.command()
@click.argument("tokenizer", type=click.Path(path_type=Path))
@side_option
@click.option("--ids", is_flag=True, help="Print ids, not pieces.")
@click.option("--json", "as_json", is_flag=True, help="Both, as one JSON object a line.")
def encode(tokenizer: Path, side: str, ids: bool, as_json: bool) -> None:
    """Cut each line of standard input with TOKENIZER: a run directory or a tokenizer's file."""
    one = loaded(tokenizer, side)
    if sys.stdin.isatty():
        notice("type a line and press Enter; Ctrl-D ends")
    for line in standard_input():
        numbers = one.encode(line)
        if as_json:
            both = {"ids": numbers, "pieces": one.pieces(numbers)}
            click.echo(json.dumps(both, ensure_ascii=False))
        else:
            click.echo(" ".join(map(str, numbers) if ids else one.pieces(numbers)))


@command.command()
@click.argument("tokenizer", type=click.Path(path_type=Path))
@side_option
def decode(tokenizer: Path, side: str) -> None:
    """Turn lines of ids back into text."""
    from glassformer.errors import DataError

    one = loaded(tokenizer, side)
    for number, line in enumerate(standard_input(), 1):
        try:
            ids = [int(word) for word in line.split()]
            if any(not 0 <= i < one.size for i in ids):
                raise ValueError(f"ids go from 0 to {one.size - 1}")
        except ValueError as error:
            raise DataError(f"standard input, line {number}: {error}") from None
        click.echo(one.decode(ids))
