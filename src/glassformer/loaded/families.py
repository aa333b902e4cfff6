"""From a run directory, or from a bare model, to a loaded model of its family."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch

from glassformer.data import petit
from glassformer.errors import ConfigError, nearest
from glassformer.interop.engine import CTranslate2
from glassformer.interop.foreign import is_foreign, read_foreign
from glassformer.interop.mapping import Table
from glassformer.loaded.base import LoadedModel
from glassformer.loaded.classifier import Classifier
from glassformer.loaded.predictor import Predictor
from glassformer.loaded.reader import Reader
from glassformer.loaded.translator import Translator
from glassformer.model.config import ModelConfig
from glassformer.model.packed import Matrix, RoundedMatrix, pack
from glassformer.model.transformer import Model, build
from glassformer.runs.run import Run
from glassformer.runs.shipped import find_run
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair
from glassformer.training.recipe import parse_recipe
from glassformer.training.train import choose_device, choose_dtype

FAMILIES: dict[str, type[LoadedModel]] = {
    "encoder-decoder": Translator,
    "decoder-only": Predictor,
    "encoder-only": Reader,
}


def family_of(config: ModelConfig) -> type[LoadedModel]:
    """The class that loads such a model."""
    return FAMILIES[config.family] if config.labels is None else Classifier


ENGINES = ("torch", "ctranslate2")
SENTENCES = 6000  # of petit, from which a model without a tokenizer gets its words

Notice = Callable[[str], None]


def load(
    path: str | Path | None = None,
    *,
    device: str | None = None,
    dtype: str = "fp32",
    engine: str = "torch",
    format: str | None = None,  # noqa: A002
    config: ModelConfig | None = None,
    table: Table | None = None,
    notice: Notice = lambda text: None,
) -> LoadedModel:
    """The model of a run directory: its final parameters, or those of its newest checkpoint.

    Another project's model can be loaded too: a folder or file with its weights, or, with a
    ``format``, a name on the Hugging Face hub.

    Args:
        path: a run directory, or the name of a model that the package carries; petit if None.
        device: cpu, cuda or cuda:N; the GPU where there is one if None.
        dtype: fp32, bf16 or auto, of the parameters and of all arithmetic; or int8, of the
            matrices, the rest in fp32: quickest for a sentence at a time on a CPU, and for many
            where it has no instructions for bf16. On a CPU the matrices of bf16 and int8 are
            held a second time, packed; those of fp32 on request, by ``pack`` of what comes.
        engine: what translates: torch, or ctranslate2, an extra. All else is torch's.
        notice: told when a damaged checkpoint was passed over for an older one, and when memory
            had no room for all lines together.

    Raises:
        RunError: no run is there, or it has no parameters yet.
        CheckpointError: no checkpoint in it is whole.
        ConfigError: there is no such engine, device or dtype here, or it cannot do this model.
        MissingExtraError: the engine is not installed.
        ForeignError, TokenizerError: another project's model that cannot be read.
    """
    if engine not in ENGINES:
        raise ConfigError(f"engine {engine!r} is not known.{nearest(engine, ENGINES)}")
    place = find_run(path)
    if format is not None or table is not None or is_foreign(place):
        foreign = read_foreign(place, format or "auto", notice, config=config, table=table)
        return ready(foreign.model, foreign.tokenizers, device, dtype, engine, name=foreign.name)
    run = Run.open(place)
    weights = run.load_weights(notice)
    model = build(run.config)
    model.load_state_dict(weights)
    recipe = parse_recipe(run.recipe)
    return ready(model, run.tokenizers, device, dtype, engine, run=run, recipe=recipe)


def ready(
    model: Model,
    tokenizers: TokenizerPair,
    device: str | None,
    dtype: str,
    engine: str,
    **origin: Any,
) -> LoadedModel:
    """A model with its parameters, where it is to compute and as; ``origin``: ``LoadedModel``'s."""
    chosen, config = choose_device(device), model.config
    if engine == "ctranslate2":
        decode = CTranslate2(model.eval(), tokenizers, chosen, dtype)
        return Translator(decode.model, tokenizers, **origin).using(decode)
    narrow = dtype == "int8"
    model.to(chosen, choose_dtype("fp32" if narrow else dtype, config.d_model, chosen)).eval()
    if narrow or model.output_matrix.dtype == torch.bfloat16:
        pack(model, RoundedMatrix if narrow else Matrix)
    if narrow and model.packed is None:
        raise ConfigError(
            f"no dtype 'int8' on {chosen}: torch has it on a CPU, by oneDNN. Give fp32 or bf16, or "
            "--engine ctranslate2"
        )
    return family_of(config)(model, tokenizers, **origin)


def wrap(
    model: Model,
    tokenizers: Tokenizer | TokenizerPair | None = None,
    name: str = "",
    built_in: bool = False,
) -> LoadedModel:
    """A model that comes from no run, with the verbs of its family.

    Args:
        tokenizers: one for both sides, or one a side; if None, the words of petit, the built-in
            pair, the most frequent of them where the model's vocabulary is smaller.
        built_in: whether its tokenizers are those of petit.

    Raises:
        ConfigError: the model's vocabulary is not the tokenizer's.
    """
    config = model.config
    if tokenizers is None:
        tokenizers, built_in = words_of_petit(config.target_vocabulary), True
    if isinstance(tokenizers, Tokenizer):
        tokenizers = TokenizerPair(tokenizers, tokenizers)
    for side, size, tokenizer in (
        ("source", config.source_vocabulary, tokenizers.source),
        ("target", config.target_vocabulary, tokenizers.target),
    ):
        if size != tokenizer.size and (side == "target" or config.family == "encoder-decoder"):
            raise ConfigError(
                f"the model has {size} entries in its {side} vocabulary and the tokenizer has "
                f"{tokenizer.size}: build it with {side}_vocabulary={tokenizer.size}, or give "
                "its own tokenizer"
            )
    made = family_of(config)(model.eval(), tokenizers, name=name, built_in=built_in)
    made.untrained = True
    return made


@cache
def words_of_petit(size: int) -> Tokenizer:
    """A tokenizer of at most ``size`` entries: the words of both sides of petit."""
    sentences = petit.split("train", 1, SENTENCES)
    lines = (line for sentence in sentences for line in (sentence.english, sentence.french))
    return Tokenizer.train(lines, TokenizerConfig(kind="word", size=size))


def as_translator(model: LoadedModel) -> Translator:
    """The model, if it translates.

    Raises:
        ConfigError: it is of another family.
    """
    if not isinstance(model, Translator):
        raise model.lacks("translate")
    return model
