"""Other projects' models: which formats are known, how one is read, how one of ours is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glassformer.errors import ConfigError, ForeignError, nearest
from glassformer.interop.bert import BERT, DISTILBERT, ROBERTA
from glassformer.interop.checkpoint import Checkpoint, read_checkpoint
from glassformer.interop.format import Format, Tensors, nothing
from glassformer.interop.gpt2 import GPT2
from glassformer.interop.hub import fetch
from glassformer.interop.mapping import Table, take
from glassformer.interop.marian import MARIAN
from glassformer.interop.nanogpt import MINGPT, NANOGPT
from glassformer.interop.own import OWN
from glassformer.interop.settings import Settings
from glassformer.interop.tokens import read_tokenizers
from glassformer.interop.torch_transformer import TORCH
from glassformer.interop.vit import VIT
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import Model, build
from glassformer.text.tokenizer import TokenizerPair

FORMATS = (OWN, GPT2, BERT, ROBERTA, DISTILBERT, MARIAN, VIT, TORCH, NANOGPT, MINGPT)
BY_NAME = {known.name: known for known in FORMATS}

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Foreign:
    """A model of another project: ours now, with its own tokenizers."""

    name: str
    model: Model
    tokenizers: TokenizerPair


def read_foreign(
    name: str | Path,
    format: str = "auto",  # noqa: A002
    notice: Notice = lambda text: None,
    *,
    config: ModelConfig | None = None,
    table: Table | None = None,
) -> Foreign:
    """The model at a path, or of a name on the hub where nothing is at the path.

    Args:
        format: one of ``BY_NAME``, or auto: what the checkpoint says, or shows, itself to be.
        config, table: of a kind that is not known here, see ``interop.mapping``.
        notice: told of tensors that were left out on purpose.

    Raises:
        ForeignError: it is of no known kind, does not fit together, or cannot be had.
        TokenizerError: its tokenizer is no whole one.
        ConfigError: there is no such format.
    """
    if format != "auto" and format not in BY_NAME:
        raise ConfigError(f"format {format!r} is not known.{nearest(format, ['auto', *BY_NAME])}")
    path = Path(name)
    checkpoint = read_checkpoint(path if path.exists() else fetch(str(name)))
    zeros: Callable[[str], bool] = nothing
    tensors: Tensors = checkpoint.tensors
    if config is None or table is None:
        kind = recognised(checkpoint) if format == "auto" else BY_NAME[format]
        settings = Settings(checkpoint.settings, checkpoint.origin)
        config = kind.config(settings, tensors)
        table, zeros = kind.table(config, tensors), kind.zeros
        tensors = kind.adapted(settings, tensors)
    model = build(config)
    try:
        take(table, tensors, model, zeros=zeros, notice=notice)
    except ForeignError as error:
        raise ForeignError(f"{checkpoint.origin} does not fit: {error}") from error
    tokenizers = read_tokenizers(checkpoint.folder, checkpoint.settings, config)
    return Foreign(path.name, model.eval(), tokenizers)


def recognised(checkpoint: Checkpoint) -> Format:
    """The format of a checkpoint.

    Raises:
        ForeignError: it is none of those that are known.
    """
    said = checkpoint.settings.get("model_type")
    for known in FORMATS:
        if said in known.model_types or known.recognise(checkpoint.settings, checkpoint.tensors):
            return known
    what = "says of itself nothing that is known" if said is None else f"is of the kind {said!r}"
    raise ForeignError(
        f"{checkpoint.origin} {what}. Known: {', '.join(sorted(BY_NAME))}. For another, write the "
        "table of its names: docs/foreign-weights.md"
    )


def is_foreign(path: Path) -> bool:
    """Whether a path holds a model of another project, or of ours outside a run."""
    if path.is_dir():
        return (path / "config.json").is_file() and not (path / "recipe.toml").is_file()
    return path.is_file()
