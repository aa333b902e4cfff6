"""``glassformer slides``: the walk of one sentence through a model, as slides."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import json_option, notice, print_json


@click.command(short_help="Slides of one sentence's walk through a model.")
@click.argument("run", required=False, type=click.Path(path_type=Path), metavar="[RUN]")
@click.option("--sentence", required=True, metavar="TEXT",
              help="What the model reads; of an image, its pixels.")  # fmt: skip
@click.option("--tour", metavar="NAME|FILE",
              help="A tour: its questions become slides, its answers the speaker's.")  # fmt: skip
@click.option("--notes", type=click.Path(path_type=Path), metavar="FILE",
              help="Pins and notes that the page saved: each becomes a slide.")  # fmt: skip
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True,
              help="In which the slides are written, and a carried tour told.")  # fmt: skip
@click.option("--out", "-o", type=click.Path(path_type=Path), default=Path("walk.pptx"),
              show_default=True, metavar="FILE", help="NAME.pptx or NAME.pdf.")  # fmt: skip
@json_option
def command(
    run: Path | None, sentence: str, tour: str | None, notes: Path | None, language: str, out: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Make slides of one sentence's walk through a model, a slide a step: tokens, embeddings,
    positions, one head with its real numbers, all heads, the layers, the choice of each word.

    All of it is native: text boxes, tables, shapes and speaker's notes, ready to be edited. A PDF
    of the same slides is for where there is nothing to edit with. Without RUN it is the small model
    that the package carries. A model without a decoder, or without an encoder, has fewer slides.

    \b
    Examples:
      glassformer slides --sentence "the cat did not sleep because it was tired"
      glassformer slides runs/mine --sentence "the girl sleeps" -o walk.pdf
      glassformer slides --sentence "the girl sleeps" --notes notes.json -o lesson.pptx
      glassformer slides --sentence "the girl sleeps" --tour five-minutes
      glassformer slides --sentence "the girl sleeps" --language fr -o visite.pdf
    """
    from glassformer.loaded import load
    from glassformer.slides import walk_deck, write, writer
    from glassformer.tours.notes import read_pins
    from glassformer.tours.shipped import named

    writer(out)
    pins = [] if notes is None else read_pins(notes)
    steps = None if tour is None else named(tour, language)
    deck = walk_deck(load(run, notice=notice), sentence, pins, steps, language=language)
    write(deck, out)
    if as_json:
        titles = [slide.title for slide in deck.slides]
        print_json({"file": str(out), "slides": titles})
        return
    click.echo(f"{len(deck.slides)} slides: {out}")
