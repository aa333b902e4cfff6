"""``train`` and ``resume``: a recipe and a directory in, a finished run out."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from glassformer.errors import ConfigError, RunError
from glassformer.runs.run import Run
from glassformer.training.config import Dtype
from glassformer.training.distributed import World, joined_world
from glassformer.training.keeping import processor
from glassformer.training.loop import Trainer
from glassformer.training.memory import enough_memory
from glassformer.training.prepare import (
    prepare_corpus,
    prepare_model,
    prepare_task,
    prepare_tokenizers,
)
from glassformer.training.recipe import Recipe, parse_recipe
from glassformer.training.start import settled
from glassformer.training.watch import Silent, Watcher

WIDE_ENOUGH = 128  # d_model from which bf16 on a CPU gains more than its conversions cost


def choose_device(name: str | None) -> torch.device:
    """The device of this name; without one the GPU where there is one, this process's own."""
    if name is None or name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ConfigError(f"device {name!r} is not known: give cpu, cuda or cuda:N") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        build = "" if torch.version.cuda else ", and this torch was built without CUDA"
        raise ConfigError(f"device {name!r}: torch sees no GPU here{build}. Use cpu")
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(f"device {name!r} is not supported: give cpu, cuda or cuda:N")
    if device.index is not None and device.index >= max(torch.cuda.device_count(), 1):
        raise ConfigError(
            f"device {name!r} is not here: the last one is {device.type}:"
            f"{max(torch.cuda.device_count(), 1) - 1}"
        )
    if device.type == "cuda" and device.index is None:
        # torchrun starts a process for each GPU and numbers them.
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return device


def choose_dtype(name: str, d_model: int, device: torch.device) -> torch.dtype:
    """fp32 or bf16; auto takes bf16 where the processor has it and the width makes it pay."""
    if name == "auto":
        if device.type == "cuda":
            fast = torch.cuda.is_bf16_supported()
        else:
            fast = torch.backends.cpu.get_cpu_capability().startswith("AVX512") and (
                torch.cpu._is_avx512_bf16_supported()
            )
        return torch.bfloat16 if fast and d_model >= WIDE_ENOUGH else torch.float32
    if name not in ("fp32", "bf16"):
        raise ConfigError(f"dtype {name!r} is not known: give fp32, bf16 or auto")
    return torch.float32 if name == "fp32" else torch.bfloat16


def train(
    recipe: Recipe, path: Path, *, device: str | None = None, watcher: Watcher | None = None
) -> bool:
    """Train the recipe into a new run directory; False when a signal stopped it (all is saved).

    Raises:
        RunError: the directory holds a run already.
        DataError, ConfigError, TokenizerError: the recipe cannot be carried out.
        TrainingError: the loss stayed not finite.
    """
    chosen = choose_device(device)
    recipe = settled(recipe, (watcher or Silent()).on_notice)
    recipe = with_dtype(recipe, recipe.training.dtype, chosen)
    with joined_world(chosen) as world:
        if world.leads:
            Run.create(path, recipe=recipe.to_toml())
        world.barrier()
        return continue_run(Run.open(path), recipe, chosen, world, watcher)


def resume(
    path: Path,
    *,
    device: str | None = None,
    dtype: str | None = None,
    watcher: Watcher | None = None,
) -> bool:
    """Continue a run where its last whole checkpoint left it, with the same numbers.

    Another ``dtype`` than the run began with changes the numbers from here on.

    Raises:
        RunError: no run is there, or it is finished.
        CheckpointError: none of its checkpoints is whole.
    """
    run = Run.open(path)
    recipe = parse_recipe(run.recipe)
    if run.finished:
        raise RunError(f"{path} is finished: start another with `glassformer train`, or use it")
    chosen = choose_device(device)
    if dtype is not None:
        recipe = with_dtype(recipe, dtype, chosen)
    with joined_world(chosen) as world:
        return continue_run(run, recipe, chosen, world, watcher, new_dtype=dtype is not None)


def with_dtype(recipe: Recipe, name: str, device: torch.device) -> Recipe:
    """The recipe with its dtype settled, so that a resume computes as the run began."""
    width = recipe.model_config(1000, 1000).d_model
    settled = choose_dtype(name, width, device)
    short: Dtype = "bf16" if settled == torch.bfloat16 else "fp32"
    return replace(recipe, training=replace(recipe.training, dtype=short))


def continue_run(
    run: Run,
    recipe: Recipe,
    device: torch.device,
    world: World,
    watcher: Watcher | None,
    *,
    new_dtype: bool = False,
) -> bool:
    """Prepare what is not there yet, restore what is, train to the end, average.

    ``new_dtype``: from here on the recipe's dtype holds, whichever the run has written down.
    """
    watcher = watcher if watcher and world.leads else Silent()
    with run.lock() if world.leads else nullcontext():
        try:
            return work(run, recipe, device, world, watcher, new_dtype)
        except RunError as error:
            if isinstance(error.__cause__, OSError):  # of the disk: what is saved can go on
                error.args = (f"{error}, then `glassformer resume {run.path}`",)
            raise


def work(
    run: Run,
    recipe: Recipe,
    device: torch.device,
    world: World,
    watcher: Watcher,
    new_dtype: bool,
) -> bool:
    """The body of ``continue_run``, with the run locked by the process that leads."""
    if world.leads:
        prepare_all(run, recipe, watcher)
    world.barrier()
    tokenizers = run.tokenizers
    corpora = {
        split: prepare_corpus(run, recipe, tokenizers, split, watcher.on_notice)
        for split in ("train", "dev")
    }
    with enough_memory("the model"):
        model = prepare_model(recipe, tokenizers, watcher.on_notice).to(device)
    model.randomness.reseed(recipe.training.seed + world.rank)
    dtype = choose_dtype(recipe.training.dtype, model.config.d_model, device)
    trainer = Trainer(
        run, recipe.training, model, tokenizers, corpora,
        dtype=dtype, world=world, watcher=watcher, task=prepare_task(recipe, tokenizers),
    )  # fmt: skip
    restore(trainer, watcher)
    if new_dtype:
        trainer.chosen.choose(trainer.progress.step + 1, dtype=recipe.training.dtype)
    if not trainer.run_updates():
        return False
    if world.leads:
        run.save_model(run.average(recipe.training.average))
    world.barrier()
    return True


def prepare_all(run: Run, recipe: Recipe, watcher: Watcher) -> None:
    """Write the run's tokenizers, corpora and config."""
    tokenizers = prepare_tokenizers(run, recipe, watcher.on_notice)
    for split in ("train", "dev"):
        prepare_corpus(run, recipe, tokenizers, split, watcher.on_notice)
    pad = tokenizers.source.pad_id
    run.save_config(recipe.model_config(tokenizers.source.size, tokenizers.target.size, pad))


def restore(trainer: Trainer, watcher: Watcher) -> None:
    """Continue from the newest whole checkpoint, if there is one, with what the run has chosen."""
    checkpoint = trainer.run.latest_checkpoint(watcher.on_notice)
    if checkpoint is not None:
        if checkpoint.state["processor"] != processor():
            watcher.on_notice(
                f"the run was trained on {checkpoint.state['processor']}, this is {processor()}: "
                "the last digits of the losses may differ"
            )
        trainer.restore(checkpoint.model, checkpoint.optimizer, checkpoint.state)
    threads = trainer.chosen.at(trainer.progress.step + 1).threads
    if threads != torch.get_num_threads():
        watcher.on_notice(f"using {threads} threads, as the run did: its numbers depend on it")
        torch.set_num_threads(threads)
    if trainer.world.leads:
        trainer.run.truncate_metrics(trainer.progress.step)
        trainer.run.drop_snapshots_after(trainer.progress.step)
