"""``glassformer score``: how probable the model finds given translations."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

import click

from glassformer.cli.common import compute_options, notice, use_threads

TOGETHER = 1000  # pairs that are read and scored at one time


@click.command(short_help="Score given translations.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="FILE", help="One sentence a line.")
@click.option("--target", required=True, metavar="FILE", help="Its translations, line by line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, token by token.")
@compute_options()
def command(
    run: Path,
    source: str,
    target: str,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Print the log-probability (natural logarithm) that RUN's model gives to each target line.

    One number a line, in order; the summary on standard error gives the perplexity per token.
    """
    use_threads(threads)
    import json

    import glassformer as gf
    from glassformer.data.files import read_pairs

    model = gf.load(run, device=device, dtype=dtype, notice=notice)
    pairs = read_pairs(Path(source), Path(target))
    total, tokens = 0.0, 0
    while some := list(islice(pairs, TOGETHER)):
        sources, targets = [p[0] for p in some], [p[1] for p in some]
        for text, scores in zip(targets, model.score(sources, targets), strict=True):
            total, tokens = total + sum(scores), tokens + len(scores)
            if as_json:
                ids = model.tokenizers.target.encode(text)
                pieces = [*model.tokenizers.target.pieces(ids), "</s>"]
                content = {"log_probability": sum(scores), "tokens": pieces, "scores": scores}
                click.echo(json.dumps(content, ensure_ascii=False))
            else:
                click.echo(f"{sum(scores):.4f}")
    if tokens:
        notice(f"{tokens:,} tokens, perplexity {math.exp(-total / tokens):.3f}")
