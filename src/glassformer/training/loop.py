"""All updates of a training, one after the other, with what happens between them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from glassformer.data.batching import (
    Batch,
    BatchingConfig,
    Position,
    Rows,
    by_length,
    token_counts,
    updates,
)
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import TrainingError
from glassformer.model.transformer import Model
from glassformer.runs.run import Run
from glassformer.runs.snapshots import snapshot_steps
from glassformer.tasks.choose import task_of
from glassformer.tasks.task import Task
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.choices import Choices, Chosen
from glassformer.training.config import TrainingConfig
from glassformer.training.dev import dev_loss, sample
from glassformer.training.distributed import World
from glassformer.training.keeping import (
    Progress,
    generator_states,
    optimizer_state,
    processor,
    restore_optimizer,
)
from glassformer.training.memory import within_memory
from glassformer.training.objectives import translation_objective
from glassformer.training.schedule import learning_rate, paper_peak
from glassformer.training.step import UpdateResult, accumulate, update
from glassformer.training.watch import Silent, Watcher, stop_signals

PATIENCE_WITH_NONSENSE = 5  # updates in a row without a finite loss
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Trainer:
    """A model, its optimiser and its corpus; ``run_updates`` trains, ``save`` and ``restore`` keep.

    The processes of a ``world`` each hold one; the one that leads writes.
    """

    def __init__(
        self,
        run: Run,
        config: TrainingConfig,
        model: Model,
        tokenizers: TokenizerPair,
        corpora: Mapping[str, EncodedCorpus],
        *,
        dtype: torch.dtype = torch.float32,
        world: World = World(),
        watcher: Watcher | None = None,
        task: Task | None = None,
    ):
        self.run, self.config, self.model, self.tokenizers = run, config, model, tokenizers
        self.corpora, self.world = corpora, world
        self.task = task or task_of(model.config, tokenizers)
        self.watcher: Watcher = watcher if watcher and world.leads else Silent()
        self.progress = Progress()
        self.peak = config.peak_learning_rate or paper_peak(model.config.d_model, config.warmup)
        self.objective = translation_objective(model.config.pad, config.label_smoothing)
        self.snapshot_steps = snapshot_steps(config.updates, config.snapshots)
        self.batching = BatchingConfig(
            tokens_per_batch=config.tokens_per_batch,
            tokens_per_update=config.tokens_per_update,
            seed=config.seed,
        )
        short = next(name for name, known in DTYPES.items() if known == dtype)
        first = Choices(threads=torch.get_num_threads(), dtype=short, room=self.batching.room)
        self.chosen = Chosen.open(run.path, first, world.rank)
        self.optimizer = torch.optim.Adam(
            model.parameters(),
            lr=self.peak,
            betas=(config.beta1, config.beta2),
            eps=config.epsilon,
            fused=True,
        )

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.model.output_matrix.device

    def run_updates(self) -> bool:
        """Train to the end of the recipe; False when a signal stopped it before (all is saved)."""
        self.model.train()
        self.chosen.begin()
        stream = updates(self.corpora["train"], self.batching, self.progress.position)
        if self.progress.step == 0:
            self.keep_snapshot()
        with stop_signals() as stop:
            while self.progress.step < self.config.updates and not self.progress.finished:
                batches, position = next(stream)
                self.one_update(batches, position)
                step = self.progress.step
                last = step == self.config.updates
                if last or step % self.config.evaluate_every == 0:
                    self.evaluate()
                last = last or self.progress.finished
                self.keep_snapshot(last)
                stopping = self.world.any(stop.requested, self.device)
                if last or stopping or step % self.config.checkpoint_every == 0:
                    self.save()
                if stopping and not last:
                    return False
        return True

    def one_update(self, batches: list[Rows], position: Position) -> None:
        """Take one step over the batches and write its row of metrics."""
        started = time.perf_counter()
        progress, config = self.progress, self.config
        source_tokens, tokens = self.count_tokens(batches)
        loss = self.gather(batches[self.world.rank :: self.world.size], tokens)
        rate = learning_rate(progress.step + 1, warmup=config.warmup, peak=self.peak)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        result = update(
            self.model, self.optimizer, loss, tokens, clip=config.clip, world=self.world
        )
        seconds = time.perf_counter() - started
        progress.step += 1
        progress.position = position
        progress.seconds += seconds
        self.count_skipped(result)
        both = source_tokens + tokens
        self.report(
            {
                "step": progress.step,
                "loss": result.loss,
                "learning_rate": rate,
                "gradient_norm": result.gradient_norm,
                "skipped": result.skipped,
                "tokens": both,
                "seconds": round(progress.seconds, 3),
                "tokens_per_second": round(both / seconds, 1),
                "epoch": position.epoch,
            }
        )

    def gather(self, batches: list[Rows], tokens: int) -> Tensor:
        """The gradient of this process's share; where memory runs out, from smaller batches."""
        step, randomness = self.progress.step + 1, self.model.randomness
        held, before = self.chosen.at(step), randomness.get_state(self.device)

        epoch = self.progress.position.epoch

        def attempt(room: int) -> Tensor:
            parts = [self.collate("train", rows, epoch) for rows in self.cut(batches, room)]
            dtype = DTYPES[held.dtype]
            return accumulate(self.model, parts, tokens, self.objective, dtype)

        def undo() -> None:
            self.optimizer.zero_grad(set_to_none=True)
            randomness.set_state(self.device, before)

        loss, room = within_memory(attempt, held.room, undo)
        self.settle_room(step, room)
        return loss

    def settle_room(self, step: int, room: int) -> None:
        """Write down a smaller room, from this update on, and say so."""
        held = self.chosen.at(step).room
        if room < held:
            self.chosen.choose(step, room=room)
            self.watcher.on_notice(
                f"memory ran out at update {step} with batches of up to {held} tokens a side: from "
                f"here on they hold {room}, gathered to the same updates"
            )

    def cut(self, batches: list[Rows], room: int) -> list[Rows]:
        """The same sentences, in batches of no more than ``room`` tokens a side."""
        if room >= self.batching.room:
            return batches
        corpus = self.corpora["train"]
        return [
            rows[part] for rows in batches for part in by_length(token_counts(corpus, rows), room)
        ]

    def count_tokens(self, batches: list[Rows]) -> tuple[int, int]:
        """The tokens that these training sentences have the model read, and say."""
        rows, epoch = np.concatenate(batches), self.progress.position.epoch
        return self.task.count(self.corpora["train"], rows, epoch)

    def count_skipped(self, result: UpdateResult) -> None:
        """Count an update that was skipped; stop after several in a row."""
        progress = self.progress
        progress.skipped_in_a_row = progress.skipped_in_a_row + 1 if result.skipped else 0
        if not result.skipped:
            return
        progress.skipped += 1
        self.watcher.on_notice(
            f"update {progress.step} was skipped: its loss ({result.loss}) or gradient "
            f"({result.gradient_norm}) is not finite"
        )
        if progress.skipped_in_a_row >= PATIENCE_WITH_NONSENSE:
            kept = self.run.checkpoints()
            last = f"the last good checkpoint is {kept[-1].name}" if kept else "no checkpoint yet"
            raise TrainingError(
                f"{PATIENCE_WITH_NONSENSE} updates in a row, up to {progress.step}, had a loss or "
                f"gradient that is not finite; {last}. Lower training.peak_learning_rate, lengthen "
                "training.warmup, set training.clip=1.0, or train with training.dtype=fp32"
            )

    def report(self, row: dict[str, Any]) -> None:
        """Append a row of metrics and show it."""
        if self.world.leads:
            self.run.append_metrics(row)
        self.watcher.on_update(row)

    def collate(self, split: str, rows: Rows, epoch: int = 0) -> Batch:
        """The batch of these sentences."""
        return self.task.batch(self.corpora[split], rows, epoch)

    def evaluate(self) -> None:
        """The loss on the dev split, without smoothing or dropout; counts towards patience."""
        progress, step = self.progress, self.progress.step + 1

        def attempt(room: int) -> tuple[float, int]:
            batching = replace(self.batching, tokens_per_batch=room)
            return dev_loss(
                self.model, self.corpora["dev"], batching, lambda rows: self.collate("dev", rows)
            )

        (loss, tokens), room = within_memory(attempt, self.chosen.at(step).room)
        self.settle_room(step, room)
        better = math.isfinite(loss) and (progress.best_loss is None or loss < progress.best_loss)
        progress.best_loss = loss if better else progress.best_loss
        progress.evaluations_since_best = 0 if better else progress.evaluations_since_best + 1
        patience = self.config.patience
        if patience is not None and progress.evaluations_since_best >= patience:
            progress.finished = True
            self.watcher.on_notice(
                f"stopping early: {patience} evaluations without a lower loss than "
                f"{progress.best_loss:.4f}"
            )
        row: dict[str, Any] = {"step": progress.step, "dev_loss": loss, "dev_tokens": tokens}
        row |= sample(self.task, self.model, self.corpora["dev"], self.config.sample)
        if self.world.leads:
            self.run.append_metrics(row)
        self.watcher.on_evaluation(row)

    def save(self) -> None:
        """Write a checkpoint from which training goes on to the bit."""
        states = generator_states(self.model, self.device, self.world)
        if self.world.leads:
            self.run.save_checkpoint(
                self.progress.step,
                self.model.state_dict(),
                optimizer_state(self.model, self.optimizer) | states,
                {
                    "progress": self.progress.to_json(),
                    "choices": self.chosen.rows,
                    "processor": processor(),
                },
            )
            self.run.prune(self.config.keep)
        self.world.barrier()

    def keep_snapshot(self, last: bool = False) -> None:
        """Keep the parameters where the recipe wants to see them, and where it stopped early."""
        wanted = self.progress.step in self.snapshot_steps or (last and self.config.snapshots > 0)
        if wanted and self.world.leads:
            self.run.save_snapshot(self.progress.step, self.model.state_dict())

    def restore(
        self, model: Mapping[str, Tensor], optimizer: Mapping[str, Tensor], state: Any
    ) -> None:
        """Continue from what ``save`` wrote."""
        self.model.load_state_dict(dict(model))
        restore_optimizer(self.model, self.optimizer, optimizer)
        self.progress = Progress.from_json(state["progress"])
        if not self.chosen.rows:  # its file is lost, or older than such files
            threads = state.get("threads", self.chosen.defaults.threads)
            self.chosen.rows = state.get("choices", [{"from": 1, "threads": threads}])
        mine = optimizer.get(f"randomness.{self.world.rank}")
        if mine is not None:
            self.model.randomness.set_state(self.device, mine)
