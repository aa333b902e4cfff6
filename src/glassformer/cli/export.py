"""``glassformer export``: a model in the format of another program."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import notice

TARGETS = ("safetensors", "transformers", "onnx", "ctranslate2")


@click.command(short_help="Write a model in another program's format.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(TARGETS), required=True)
@click.option(
    "--quantization",
    metavar="TYPE",
    help="Of ctranslate2's matrices: int8, int16, float16, bfloat16 and so on. [float32]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; what is there is replaced. [RUN/FORMAT, with -TYPE behind it]",
)
def command(run: Path, target: str, quantization: str | None, output: Path | None) -> None:
    """Write the model of RUN as a directory for other programs, tokenizers included.

    \b
    safetensors    its weights in our names, with its config
    transformers   in the names of the class of transformers that can be this model
    onnx           one graph from ids to logits (pip install 'glassformer[onnx]')
    ctranslate2    for translation alone (pip install 'glassformer[ctranslate2]')

    To translate here with CTranslate2, `translate RUN --engine ctranslate2` needs no export.

    \b
    Examples:
      glassformer export runs/petit --to safetensors
      glassformer export runs/petit --to ctranslate2 --quantization int8 -o petit-int8
    """
    import glassformer as gf
    from glassformer.errors import ConfigError

    if quantization is not None and target != "ctranslate2":
        raise ConfigError(f"--quantization is for --to ctranslate2, not {target}")
    name = "-".join(filter(None, (target, quantization)))
    # A carried model has no place of its own to write to.
    folder = output or (run / name if run.is_dir() else Path(f"{run.name}-{name}"))
    model = gf.load(run, device="cpu", notice=notice)
    if target == "ctranslate2":
        from glassformer.interop.ctranslate2 import export

        export(model.model, model.tokenizers, folder, quantization)
    elif target == "onnx":
        from glassformer.interop.onnx import export_onnx

        export_onnx(model.model, model.tokenizers, folder)
    else:
        from glassformer.interop.written import export_own, export_transformers

        write = export_own if target == "safetensors" else export_transformers
        write(model.model, model.tokenizers, folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    click.echo(f"{folder}   {size / 2**20:,.1f} MB")
