"""Andrej Karpathy's minGPT and nanoGPT: GPT-2's names, with plain linear layers.

nanoGPT's ``ckpt.pt`` says its sizes itself. minGPT writes ``model.pt`` and, beside it, a
``config.json`` that may name a size instead of giving it; the rest is read off the tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassformer.errors import ForeignError, nearest
from glassformer.interop.format import Format, Tensors
from glassformer.interop.gpt2 import SHAPE, as_it_is, table
from glassformer.interop.mapping import Table
from glassformer.interop.settings import Settings
from glassformer.model.config import ModelConfig

# minGPT's sizes by name: their heads, which no tensor shows.
HEADS = {
    "openai-gpt": 12, "gpt2": 12, "gpt2-medium": 16, "gpt2-large": 20, "gpt2-xl": 25,
    "gopher-44m": 16, "gpt-mini": 6, "gpt-micro": 4, "gpt-nano": 3,
}  # fmt: skip
WORDS, PLACES = "transformer.wte.weight", "transformer.wpe.weight"


def sizes(theirs: Settings, tensors: Tensors) -> dict[str, Any]:
    """The sizes that tensors show."""
    if WORDS not in tensors or PLACES not in tensors:
        raise ForeignError(
            f"{theirs.origin} has no {WORDS} and {PLACES}, as every GPT of this kind"
        )
    vocabulary, d = tensors[WORDS].shape
    numbers = {name.split(".")[2] for name in tensors if name.startswith("transformer.h.")}
    up = tensors.get("transformer.h.0.mlp.c_fc.weight")
    return {
        "family": "decoder-only",
        "source_vocabulary": vocabulary,
        "target_vocabulary": vocabulary,
        "d_model": d,
        "d_ff": 4 * d if up is None else up.size(0),
        "n_layers": len(numbers),
        "max_length": tensors[PLACES].size(0),
        "epsilon": 1e-5,
    }


def nano_config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """nanoGPT's: GELU itself, tied; its bias, of layers and norms alike, may be left out."""
    said = Settings(theirs["model_args"], theirs.origin)
    heads, rate = said["n_head"], said.get("dropout", 0.0)
    return ModelConfig(
        **sizes(theirs, tensors), **SHAPE, n_heads=heads, dropout=rate, attention_dropout=rate,
        activation="gelu", tie="all",
    )  # fmt: skip


def mini_config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """minGPT's: GELU by tanh, an output matrix of its own."""
    said = Settings(theirs.get("model", {}), theirs.origin)
    named, heads = said.get("model_type", None), said.get("n_head", None)
    if heads is None and named not in HEADS:
        raise ForeignError(
            f"{theirs.origin} does not say how many heads it has: put a config.json beside it with "
            f'{{"model": {{"n_head": N}}}}, or {{"model": {{"model_type": NAME}}}}.'
            f"{nearest(str(named), HEADS)}"
        )
    return ModelConfig(
        **sizes(theirs, tensors), **SHAPE, n_heads=heads or HEADS[named],
        dropout=said.get("resid_pdrop", 0.1), attention_dropout=said.get("attn_pdrop", 0.1),
        activation="gelu-tanh", tie="none",
    )  # fmt: skip


def plain_table(ours: ModelConfig, tensors: Tensors) -> Table:
    """GPT-2's names, no matrix transposed."""
    return table(ours, tensors, as_it_is)


def is_nano(settings: Mapping[str, Any], tensors: Tensors) -> bool:
    """Whether the checkpoint says its own sizes, as nanoGPT's does."""
    return "model_args" in settings and WORDS in tensors


def is_mini(settings: Mapping[str, Any], tensors: Tensors) -> bool:
    """Whether it has a GPT's names and no ``model_type`` of its own."""
    return "model_type" not in settings and "lm_head.weight" in tensors and WORDS in tensors


NANOGPT = Format(
    "nanoGPT", (), nano_config, plain_table, recognise=is_nano,
    zeros=lambda ours: ours.endswith("bias"),
)  # fmt: skip
MINGPT = Format("minGPT", (), mini_config, plain_table, recognise=is_mini)
