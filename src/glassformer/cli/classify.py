"""``glassformer classify``: a label for each line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from glassformer.cli.common import compute_options, notice, use_threads


@click.command(short_help="Label lines of text, or images.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--input", "source", default="-", metavar="FILE", help="- is standard input.")
@click.option("--scores", is_flag=True, help="Put the label's probability before it, with a tab.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with all labels.")
@compute_options()
def command(
    run: Path,
    source: str,
    scores: bool,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Label each line with the model of RUN, an encoder-only one with labels: as many labels out,
    in the same order. An image is a line of its pixels, whole numbers, row by row.

    \b
    Example:
      echo "the dog left the street because it was too wide" | glassformer classify runs/petit-it
    """
    use_threads(threads)
    import glassformer as gf
    from glassformer.data.files import decode_lines, read_lines

    model = gf.load(run, device=device, dtype=dtype, notice=notice)
    lines = (
        decode_lines(sys.stdin.buffer, "standard input") if source == "-" else read_lines(source)
    )
    for line in lines:
        found = model.labels(line)
        label, chance = found[0]
        if as_json:
            content = {"text": line, "label": label, "probabilities": dict(found)}
            click.echo(json.dumps(content, ensure_ascii=False))
        else:
            click.echo(f"{chance:.4f}\t{label}" if scores else label)
