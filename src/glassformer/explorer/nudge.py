"""One training step on a copy: what the loss was, which way the parameters went, what it is now."""

from __future__ import annotations

import math
from typing import Any

import torch
from fastapi import APIRouter
from pydantic import Field

from glassformer.errors import ConfigError
from glassformer.explorer.answers import TooMuchError
from glassformer.explorer.gold import reference_of
from glassformer.explorer.limits import check_size, check_text
from glassformer.explorer.models import Models
from glassformer.explorer.requests import Strict
from glassformer.loaded import LoadedModel
from glassformer.loaded.base import Reading
from glassformer.loaded.tokens import tokens_of
from glassformer.loaded.training import copied
from glassformer.model import Model
from glassformer.numerics.loss import smoothed_cross_entropy
from glassformer.training.adam import Adam
from glassformer.training.config import TrainingConfig

RATE = 1e-4
MOST_PARAMETERS = 100_000_000  # a step holds four times as many numbers


class NudgeRequest(Strict):
    """What to learn from."""

    model: str = Field(max_length=200)
    text: str
    target: str | None = None
    rate: float = RATE


def routes(models: Models) -> APIRouter:
    """One training step."""
    router = APIRouter(prefix="/api")

    @router.post("/nudge")
    def one_step(asked: NudgeRequest) -> dict[str, Any]:
        model = models[asked.model]
        check_text(model, asked.text, asked.target)
        target = asked.target or reference_of(model, asked.text)
        check_size(model, asked.text, target, 0)
        return nudge(model, asked.text, target, asked.rate)

    return router


def nudge(model: LoadedModel, text: str, target: str | None, rate: float) -> dict[str, Any]:
    """One step of Adam (§5.3) on one sentence, dropout off so that before and after compare.

    The model stays as it is: a copy learns. ``target`` is what it should write; what it writes
    anyway if None. The loss is the label-smoothed one, in nats a token; ``gradients`` has the
    length of each parameter's.

    Raises:
        ConfigError: a rate that is none.
        TooMuchError: the model is too large to be copied for this.
    """
    if not (math.isfinite(rate) and 0 < rate <= 1):
        raise ConfigError(f"rate = {rate} must be above 0 and at most 1")
    if model.config.parameter_count() > MOST_PARAMETERS:
        raise TooMuchError(f"{model.name} has too many parameters to be trained beside the page")
    with torch.inference_mode():
        reading = model.read(text, target, None, 0)
    copy = copied(model.model)
    config = model.recipe.training if model.has_run else TrainingConfig(updates=1)
    adam = Adam(copy.parameters(), rate, betas=(config.beta1, config.beta2), eps=config.epsilon)
    before, loss = measured(model, copy, reading)
    loss.backward()
    gradients = {
        path: parameter.grad.norm().item()
        for path, parameter in copy.named_parameters()
        if parameter.grad is not None
    }
    adam.step()
    with torch.no_grad():
        after, loss_after = measured(model, copy, reading)
    return {
        "loss": [loss.item(), loss_after.item()],
        "target": tokens_of(model.tokenizers.target, reading.next),
        "probabilities": [before, after],
        "gradients": gradients,
        "rate": rate,
    }


def measured(model: LoadedModel, copy: Model, reading: Reading) -> tuple[list[float], torch.Tensor]:
    """The probability of each wanted token, and the mean loss."""
    wanted = torch.tensor(reading.next, device=copy.output_matrix.device)
    logits = copy.logits(model.forward(copy, reading))[0, : len(wanted)].float()
    chosen = logits.detach().softmax(-1).gather(1, wanted[:, None])[:, 0]
    return chosen.tolist(), smoothed_cross_entropy(logits, wanted, model.smoothing).mean()
