"""``glassformer handout``: some sentences of a model as one file."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import notice


@click.command(short_help="Some sentences of a model as one HTML file, for any browser.")
@click.argument("run", required=False, type=click.Path(path_type=Path), metavar="[RUN]")
@click.option("--sentence", "sentences", multiple=True, metavar="TEXT", help="Again for each one.")
@click.option(
    "--tour", "tours", multiple=True, metavar="NAME|FILE", help="A carried tour, or one of yours."
)
@click.option(
    "--notes",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Pins and notes, as the page saves them.",
)
@click.option(
    "--live", is_flag=True, help="With the model in it: any sentence can be typed, and all changed."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
    help="The file to write; what is there is replaced.",
)  # fmt: skip
def command(
    run: Path | None,
    sentences: tuple[str, ...],
    tours: tuple[str, ...],
    notes: Path | None,
    live: bool,
    output: Path,
) -> None:
    """Write a page that shows these sentences going through the model of RUN (without it: the one
    that the package carries), with every number. It opens by a double click, on a phone too, and
    asks the network for nothing. The parameters are rounded so that it is small (2 MB where
    that is possible, 20 MB at most), and the page says by how much that moved a probability.

    With --live the parameters go along as they are, and the page runs the model itself.

    \b
    Examples:
      glassformer handout --sentence "the girl sleeps" -o lesson.html
      glassformer handout runs/petit --sentence "the girl sleeps" --sentence "the girls sleep" \\
        --notes notes.json -o lesson.html
      glassformer handout --tour five-minutes -o lesson.html
      glassformer handout --live --sentence "the girl sleeps" -o lesson.html
    """
    from rich.console import Console

    from glassformer.errors import ConfigError
    from glassformer.explorer.handout import Handout
    from glassformer.handouts import encoded
    from glassformer.loaded import load
    from glassformer.tours.notes import pins_of, text_of
    from glassformer.tours.shipped import named

    ways = [named(name) for name in tours]
    said = text_of(notes) if notes else ""
    if notes:
        pins_of(said, str(notes))
    model = load(run, device="cpu", notice=notice)
    handout = Handout(model=model, sentences=sentences, tours=ways, notes=said, live=live)
    with Console(stderr=True).status("recording, and fitting it into a file"):
        content = encoded(handout.page())
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{output} cannot be written: {error.strerror}") from error
    count = len(handout.texts)
    click.echo(f"{output}   {count} sentence{'s' * (count > 1)}, {len(content) / 1e6:.2f} MB")
