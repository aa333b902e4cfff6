"""What trainings would take, from timing one update of each on made-up sentences."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from glassformer.data.batching import Batch
from glassformer.loaded.families import words_of_petit
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.paper.exhibit import Cost, Request
from glassformer.paper.flops import forward_flops
from glassformer.paper.measure import one_thread
from glassformer.paper.trainings import AT_ONCE, Job
from glassformer.training.adam import Adam
from glassformer.training.objectives import translation_objective
from glassformer.training.recipe import Recipe
from glassformer.training.step import accumulate, update

LENGTH = 16  # tokens of a made-up sentence, on either side
ENOUGH = 3e10  # operations that are timed
TIMED = 3  # updates


def estimate(jobs: Sequence[Job], request: Request, aside: float) -> Cost:
    """The cost of these trainings, ``aside`` seconds each for all but the updates."""
    todo = [job for job in jobs if not job.scored]
    each: dict[str, float] = {}
    kinds = {str((job.recipe.model, job.recipe.tokenizer)): job.recipe for job in todo}
    with one_thread(), request.progress("timing updates", len(kinds)) as progress:
        for kind, recipe in kinds.items():
            each[kind] = seconds_per_update(recipe)
            progress(1)
    seconds = sum(
        (job.recipe.training.updates - job.step)
        * each[str((job.recipe.model, job.recipe.tokenizer))]
        + aside
        for job in todo
    )
    gpu = torch.cuda.is_available()
    where = "one after the other on the GPU" if gpu else f"{AT_ONCE} at a time, a thread each"
    parameters = [config_of(job.recipe).parameter_count() for job in todo]
    return Cost(
        (f"trains {len(todo)} models ({len(jobs) - len(todo)} more are done already), {where}",),
        seconds / (1 if gpu else AT_ONCE),
        sum(parameters) * 4 + max(parameters, default=0) * 4 * 3 * 2 * AT_ONCE,
    )


def config_of(recipe: Recipe) -> ModelConfig:
    """The recipe's model, with as many vocabulary entries as its tokenizer may have."""
    words = words_of_petit(recipe.tokenizer.size).size if recipe.data.source == "petit" else None
    size = words or recipe.tokenizer.size
    return recipe.model_config(size, size)


def seconds_per_update(recipe: Recipe) -> float:
    """Of a training by this recipe: its batches at the speed of a smaller one, and Adam's step."""
    config, training = config_of(recipe), recipe.training
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build(config).to(device).train()
    assert isinstance(model, EncoderDecoder)
    optimizer = Adam(model.parameters(), fused=True)
    objective = translation_objective(config.pad, training.label_smoothing)
    affordable = ENOUGH / (3 * forward_flops(config, LENGTH, LENGTH))
    rows = max(2, min(training.tokens_per_batch // LENGTH, int(affordable)))
    tokens = torch.randint(4, config.target_vocabulary, (rows, LENGTH), device=device)
    batch = Batch((tokens, tokens), tokens, tokens.numel(), tokens.numel())
    passes, steps = [], []
    for _ in range(TIMED):
        start = time.perf_counter()
        loss = accumulate(model, [batch], tokens.numel(), objective, torch.float32)
        middle = time.perf_counter()
        update(model, optimizer, loss, tokens.numel())
        passes.append(middle - start)
        steps.append(time.perf_counter() - middle)
    return min(passes) * training.tokens_per_update / tokens.numel() + min(steps)
