"""Where a training starts from: a run, or another project's model, with its own tokenizers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from torch import Tensor

from glassformer.interop.foreign import is_foreign, read_foreign
from glassformer.model.config import ModelConfig
from glassformer.model.presets import base
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.recipe import Recipe

Notice = Callable[[str], None]
OF_TOKENIZERS = ("source_vocabulary", "target_vocabulary", "pad")  # they are not a recipe's to say
RATES = {"dropout", "attention_dropout", "activation_dropout"}
ENDING = {"labels", "head", "tie", "output_bias"}  # what comes after the last hidden state


@dataclass(frozen=True)
class Start:
    """A model's config, tokenizers and parameters."""

    config: ModelConfig
    tokenizers: TokenizerPair
    weights: Mapping[str, Tensor]


def start_of(init_from: str, notice: Notice) -> Start:
    """What a training starts from.

    Raises:
        RunError, CheckpointError, ForeignError, TokenizerError: nothing whole is there.
    """
    path = Path(init_from)
    if is_foreign(path):
        foreign = read_foreign(path, notice=notice)
        return Start(foreign.model.config, foreign.tokenizers, foreign.model.state_dict())
    run = Run.open(path)
    return Start(run.config, run.tokenizers, run.load_weights(notice))


def settled(recipe: Recipe, notice: Notice) -> Recipe:
    """The recipe; with the model that it starts from as its [model], if that is another project's.

    Of its own section only the dropout rates remain, and with ``labels`` what gives these: an
    imported model is what it is.
    """
    if recipe.init_from is None or not is_foreign(Path(recipe.init_from)):
        return recipe
    config = asdict(start_of(recipe.init_from, notice).config)
    plain = asdict(base(1))
    ending = ENDING if "labels" in recipe.model else set()
    own = {name: value for name, value in recipe.model.items() if name in RATES | ending}
    theirs = {"tie": config["tie"]} | {n: v for n, v in config.items() if v != plain[n]}
    theirs = {n: v for n, v in theirs.items() if n not in {*OF_TOKENIZERS, *ending}}
    if recipe.model.keys() - own.keys():
        notice(f"the model is that of {recipe.init_from}: the recipe's own is left aside")
    return replace(recipe, model=theirs | own)
