"""``glassformer fill``: words in the place of gaps."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import compute_options, json_option, notice, print_json, use_threads


@click.command(short_help="Fill the gaps of a text.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("text")
@click.option("--n-best", type=click.IntRange(min=1), default=5, show_default=True,
              help="Show so many pieces for each gap.")  # fmt: skip
@json_option
@compute_options()
def command(
    run: Path,
    text: str,
    n_best: int,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Put a token in the place of each <mask> of TEXT with the model of RUN, an encoder-only one.

    \b
    Example:
      glassformer fill runs/petit-bert "the <mask> crossed the street because it was too tired"
    """
    use_threads(threads)
    import glassformer as gf

    model = gf.load(run, device=device, dtype=dtype, notice=notice)
    whole, found = model.fill(text), model.fillings(text, n_best)
    if as_json:
        gaps = [[{"piece": piece, "probability": p} for piece, p in gap] for gap in found]
        print_json({"text": whole, "gaps": gaps})
        return
    click.echo(whole)
    for gap in found:
        click.echo("  " + "   ".join(f"{piece.lstrip('▁Ġ ')} {p:.1%}" for piece, p in gap))
