"""``glassformer explore``: see every number of a model, in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import compute_options, notice, use_threads


@click.command(short_help="See every number of a model, in the browser.")
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), metavar="[RUN…]")
@click.option("--port", type=click.IntRange(1, 65535), help="A free one if left out.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@click.option("--share", is_flag=True, help="Let others on the local network look at it too.")
@click.option(
    "--gloss",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What words of the target side mean: a word, a tab and its meaning in each line.",
)
@click.option(
    "--tour",
    "tours",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="A tour of your own (docs/tours.md), beside the carried ones; may be repeated.",
)
@compute_options()
def command(
    runs: tuple[Path, ...],
    port: int | None,
    no_browser: bool,
    share: bool,
    gloss: Path | None,
    tours: tuple[Path, ...],
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Open a page on RUN that shows, live, how a sentence goes through the model: every value,
    what it was computed from, and the line of code that computed it. Without RUN it is the small
    model that the package carries.

    The page answers to this machine alone. With --share it is there for everybody on the local
    network who has its address, which has a key in it and is shown as a code to scan: they follow
    you or look around, and change nothing of yours.

    \b
    Examples:
      glassformer explore
      glassformer explore runs/petit
      glassformer explore runs/petit runs/mine --port 8000 --no-browser
      glassformer explore runs/german --gloss german.tsv
      glassformer explore --share
      glassformer explore --tour lesson.md
    """
    use_threads(threads)
    from glassformer.explorer import explore
    from glassformer.explorer.words import read_glosses
    from glassformer.loaded import load

    glosses = None if gloss is None else read_glosses(gloss)
    asked = runs or (None,)
    models = [load(run, device=device, dtype=dtype, notice=notice) for run in asked]
    explore(
        *models,
        port=port,
        browser=not no_browser,
        share=share,
        glosses=glosses,
        notice=click.echo,
        tours=tours,
    )
