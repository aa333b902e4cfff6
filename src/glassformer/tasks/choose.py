"""Which task a model is trained for."""

from __future__ import annotations

from glassformer.model.config import ModelConfig
from glassformer.tasks.continuing import Continuing
from glassformer.tasks.labelling import Labelling
from glassformer.tasks.masking import Masking
from glassformer.tasks.task import Task
from glassformer.tasks.translating import Translating
from glassformer.text.tokenizer import TokenizerPair


def task_of(
    config: ModelConfig,
    tokenizers: TokenizerPair,
    *,
    seed: int = 1,
    running: bool = False,
    whole_words: bool = False,
) -> Task:
    """The task of the model's family.

    Args:
        seed: decides which tokens are hidden from an encoder alone.
        running: what a decoder alone reads are pieces of one text.
        whole_words: words are hidden as a whole.
    """
    if config.labels is not None:
        return Labelling(config, tokenizers)
    if config.family == "encoder-only":
        return Masking(tokenizers.target, seed, whole_words)
    if config.family == "decoder-only":
        return Continuing(tokenizers.target, running)
    return Translating(tokenizers)
