"""``glassformer generate``: a text goes on, shown as it is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from glassformer.cli.common import compute_options, json_option, notice, print_json, use_threads


@click.command(short_help="Let a model of one text go on with yours.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--prompt", default="", metavar="TEXT", help="What it goes on with; may be left out.")
@click.option("--max-length", type=click.IntRange(min=0), default=50, show_default=True,
              help="Tokens at most.")  # fmt: skip
@click.option(
    "--temperature",
    type=float,
    default=0.0,
    show_default=True,
    help="0: the most probable token each time; 1: drawn by the model's chances.",
)
@click.option("--top-k", type=int, help="Draw from the so many most probable tokens.")
@click.option("--top-p", type=float, help="Draw from the fewest tokens of this probability.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--repeats", type=int,
              help="Stop when the same run of tokens comes so many times in a row.")  # fmt: skip
@json_option
@compute_options()
def command(
    run: Path,
    prompt: str,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
    **how: Any,
) -> None:
    """Write on from TEXT with the model of RUN, a decoder-only one, until it ends the text.

    \b
    Examples:
      glassformer generate runs/petit-gpt --prompt "the wolf"
      glassformer generate runs/shakespeare-char --prompt ROMEO: --temperature 0.8
    """
    use_threads(threads)
    import glassformer as gf

    model = gf.load(run, device=device, dtype=dtype, notice=notice).pack()
    pieces = model.stream(prompt, **how)
    if as_json:
        print_json({"prompt": prompt, "text": "".join(pieces)})
        return
    sys.stdout.write(prompt)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
