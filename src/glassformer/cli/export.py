"""``glassformer export``: a model in the format of another engine."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import notice


@click.command(short_help="Write a model in another engine's format.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(["ctranslate2"]), required=True)
@click.option(
    "--quantization",
    metavar="TYPE",
    help="Of the matrices: int8, int16, float16, bfloat16 and so on. [float32]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; what is there is replaced. [RUN/ctranslate2, with -TYPE behind it]",
)
def command(run: Path, target: str, quantization: str | None, output: Path | None) -> None:
    """Write the model of RUN as a directory that other programs translate with, tokenizers
    included. It needs the extra: pip install 'glassformer[ctranslate2]'. To translate here,
    `translate RUN --engine ctranslate2` needs no export.

    \b
    Examples:
      glassformer export runs/petit --to ctranslate2
      glassformer export runs/petit --to ctranslate2 --quantization int8 -o petit-int8
    """
    import glassformer as gf
    from glassformer.interop.ctranslate2 import export

    name = "-".join(filter(None, (target, quantization)))
    # A carried model has no place of its own to write to.
    folder = output or (run / name if run.is_dir() else Path(f"{run.name}-{name}"))
    model = gf.load(run, device="cpu", notice=notice)
    export(model.model, model.tokenizers, folder, quantization)
    size = sum(file.stat().st_size for file in folder.iterdir())
    click.echo(f"{folder}   {size / 2**20:,.1f} MB")
