"""``glassformer translate``: N lines in, N lines out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassformer.cli.common import compute_options, notice, use_threads

if TYPE_CHECKING:
    from glassformer.loaded import LoadedModel

TOGETHER = 2000  # lines that are read, sorted by length and translated at one time


@click.command(short_help="Translate lines of text.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--input", "source", default="-", metavar="FILE", help="- is standard input.")
@click.option("--output", "target", default="-", metavar="FILE", help="- is standard output.")
@click.option("--beam", type=click.IntRange(min=1), help="Beam width; 1 is greedy. [recipe's: 4]")
@click.option("--alpha", type=float, help="Length penalty's α. [recipe's: 0.6]")
@click.option("--n-best", type=click.IntRange(min=1), default=1, help="So many for each line.")
@click.option(
    "--scores", is_flag=True, help="Put score and log-probability before each, with tabs."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@compute_options(engines=True)
def command(
    run: Path,
    source: str,
    target: str,
    beam: int | None,
    alpha: float | None,
    n_best: int,
    scores: bool,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
    engine: str,
) -> None:
    """Translate each line with the model of RUN: as many lines out, in the same order.

    A blank line stays blank. With --n-best K each line has K translations, best first. In a
    terminal, type a sentence and press Enter; Ctrl-D ends.

    \b
    Examples:
      glassformer translate runs/petit
      glassformer translate runs/petit --input in.txt --output out.txt
      glassformer translate runs/petit --engine ctranslate2 --dtype int8 --input in.txt
      echo "the girl sleeps" | glassformer translate runs/petit --n-best 4 --scores
    """
    use_threads(threads)
    if source != "-" and target != "-" and Path(source).resolve() == Path(target).resolve():
        raise click.UsageError("--input and --output are the same file")
    import glassformer as gf

    model = gf.load(run, device=device, dtype=dtype, engine=engine, notice=notice).pack()
    options: dict[str, Any] = {"beam": beam, "alpha": alpha, "n_best": n_best}
    if source == "-" and target == "-" and sys.stdin.isatty():
        converse(model, options)
        return
    write = sys.stdout.write
    if target != "-":
        out = click.open_file(target, "w", encoding="utf-8", atomic=True)
        write = out.write
    count = in_parts = 0
    for lines in batches(source):
        for line, found in zip(lines, model.translations(lines, **options), strict=True):
            for best in found:
                write(shown(line, best, scores, as_json) + "\n")
            in_parts += found[0].pieces > 1
        count += len(lines)
        if target != "-" or not sys.stdout.isatty():
            notice(f"{count:,} lines")
    if in_parts:
        notice(f"{in_parts} lines were too long for the model and were translated in parts")
    if target != "-":
        out.close()


def batches(source: str) -> Iterator[list[str]]:
    """The lines of a file or of standard input, so many at a time."""
    from glassformer.data.files import decode_lines, read_lines

    lines = (
        decode_lines(sys.stdin.buffer, "standard input") if source == "-" else read_lines(source)
    )
    while some := list(islice(lines, TOGETHER)):
        yield some


def shown(line: str, best: Any, scores: bool, as_json: bool) -> str:
    """One translation as a line of output."""
    if as_json:
        content = {"source": line, "translation": best.text, "score": best.score,
                   "log_probability": best.log_probability, "finished": best.finished,
                   "tied": best.tied}  # fmt: skip
        return json.dumps(content, ensure_ascii=False)
    text = best.text.replace("\n", " ")
    return f"{best.score:.4f}\t{best.log_probability:.4f}\t{text}" if scores else text


def converse(model: LoadedModel, options: dict[str, Any]) -> None:
    """Translate what is typed, sentence by sentence, until the end of input."""
    while True:
        try:
            line = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except (click.Abort, EOFError):
            click.echo()
            return
        for best in model.translations([line], **options)[0]:
            click.echo(shown(line, best, scores=False, as_json=False))
