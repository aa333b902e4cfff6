"""Which task a model is trained for."""

from __future__ import annotations

from glassformer.model.config import ModelConfig
from glassformer.tasks.continuing import Continuing
from glassformer.tasks.task import Task
from glassformer.tasks.translating import Translating
from glassformer.text.tokenizer import TokenizerPair


def task_of(config: ModelConfig, tokenizers: TokenizerPair, running: bool = False) -> Task:
    """The task of the model's family.

    ``running``: what a decoder alone reads are pieces of one text.
    """
    if config.family == "decoder-only":
        return Continuing(tokenizers.target, running)
    return Translating(tokenizers)
