"""Which task a model is trained for."""

from __future__ import annotations

from glassformer.model.config import ModelConfig
from glassformer.tasks.task import Task
from glassformer.tasks.translating import Translating
from glassformer.text.tokenizer import TokenizerPair


def task_of(config: ModelConfig, tokenizers: TokenizerPair) -> Task:
    """The task of the model's family."""
    return Translating(tokenizers)
