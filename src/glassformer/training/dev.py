"""How good a model is while it is trained: its loss on the dev split, and a sample of its work."""

from __future__ import annotations

from collections.abc import Callable

import torch

from glassformer.data.batching import Batch, BatchingConfig, Position, Rows, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import GlassformerError
from glassformer.model.transformer import Model
from glassformer.tasks.task import Task
from glassformer.training.objectives import translation_objective
from glassformer.training.step import loss_of


@torch.inference_mode()
def dev_loss(
    model: Model,
    corpus: EncodedCorpus,
    batching: BatchingConfig,
    collated: Callable[[Rows], Batch],
) -> tuple[float, int]:
    """The mean loss of a target token, without smoothing or dropout, and how many tokens."""
    model.eval()
    objective = translation_objective(model.config.pad, 0.0)
    total, tokens = 0.0, 0
    for batches, position in updates(corpus, batching, Position(0, 0, 0)):
        for rows in batches:
            batch = collated(rows)
            total += float(loss_of(model, batch, objective))
            tokens += batch.target_tokens
        if position.epoch > 0:
            break
    model.train()
    return total / tokens, tokens


@torch.inference_mode()
def sample(task: Task, model: Model, corpus: EncodedCorpus, text: str | None) -> dict[str, str]:
    """A text (the first of the corpus where None) and what the model, as it is now, makes of it."""
    model.eval()
    try:
        text, made = task.show(model, corpus, text)
    except GlassformerError as error:  # logits that are not finite; the updates count them
        text, made = text or "", f"({error})"
    model.train()
    return {"sample": text, "translation": made}
