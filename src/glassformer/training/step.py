"""One update: gradients gathered over its batches, then one step of Adam."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from glassformer.data.batching import Batch
from glassformer.model.transformer import Model
from glassformer.training.distributed import World
from glassformer.training.objectives import Objective


@dataclass(frozen=True)
class UpdateResult:
    """Mean loss per target token (nats), the gradient's norm, and whether it was skipped."""

    loss: float
    gradient_norm: float
    skipped: bool


def loss_of(model: Model, batch: Batch, objective: Objective) -> Tensor:
    """The summed loss of a batch. From pinned memory a GPU copies it while this process goes on."""
    device = model.output_matrix.device
    inputs = (part.to(device, non_blocking=True) for part in batch.inputs)
    hidden = model.head(model(*inputs))
    targets = batch.target_out.to(device, non_blocking=True)
    return objective(hidden, model.output_matrix, targets, model.output_bias)


def accumulate(
    model: Model,
    batches: Sequence[Batch],
    tokens: int,
    objective: Objective,
    dtype: torch.dtype,
) -> Tensor:
    """Add the gradient of (summed loss / tokens) over the batches; return the summed loss.

    ``tokens`` are the target tokens of the whole update, over all its batches and processes: each
    token weighs the same, however the update was cut into batches.
    """
    device = model.output_matrix.device
    total = torch.zeros((), device=device)
    for batch in batches:
        low = torch.autocast(device.type, dtype=dtype) if dtype != torch.float32 else nullcontext()
        with low:
            loss = loss_of(model, batch, objective)
        (loss / tokens).backward()
        total += loss.detach()
    return total


def update(
    model: Model,
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    tokens: int,
    *,
    clip: float | None = None,
    world: World = World(),
) -> UpdateResult:
    """Sum gradients over processes and take one step; skip it when loss or gradient is not finite.

    ``loss`` is what ``accumulate`` returned. The gradients are cleared either way.
    """
    gradients = gathered(model, loss, world)
    norm = torch.nn.utils.get_total_norm(gradients)
    result = UpdateResult(loss.item() / tokens, norm.item(), False)
    if not (math.isfinite(result.loss) and math.isfinite(result.gradient_norm)):
        optimizer.zero_grad(set_to_none=True)
        return UpdateResult(result.loss, result.gradient_norm, True)
    if clip is not None:
        torch.nn.utils.clip_grads_with_norm_(model.parameters(), clip, norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return result


def update_unseen(
    model: Model,
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    tokens: int,
    *,
    clip: float | None = None,
    world: World = World(),
) -> Tensor:
    """``update`` without waiting for what comes of it: the device itself skips what is not finite.

    The optimiser is a fused one; those leave parameters, moments and step as they are where
    ``found_inf`` is 1, as they do for loss scaling.

    Returns:
        on the device: mean loss per target token, the gradient's norm, and 1 if both are finite,
        else 0.
    """
    gradients = gathered(model, loss, world)
    norm = torch.nn.utils.get_total_norm(gradients)
    figures = torch.stack((loss / tokens, norm))
    finite = figures.isfinite().all()
    if clip is not None:
        torch.nn.utils.clip_grads_with_norm_(model.parameters(), clip, norm)
    optimizer.found_inf = (~finite).float()  # type: ignore[attr-defined]
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return torch.cat((figures, finite.float()[None]))


def gathered(model: Model, loss: Tensor, world: World) -> list[Tensor]:
    """The gradient of each parameter, summed over all processes, as ``loss`` is too."""
    gradients = []
    for parameter in model.parameters():
        if parameter.grad is None:  # this process had no batch of this update
            parameter.grad = torch.zeros_like(parameter)
        gradients.append(parameter.grad)
    world.sum_([*gradients, loss])
    return gradients
