"""All updates of a training, one after the other, with what happens between them."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping
from contextlib import closing
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
)
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import TrainingError
from glassformer.model.transformer import Model
from glassformer.runs.run import Run
from glassformer.runs.snapshots import snapshot_steps
from glassformer.tasks.choose import task_of
from glassformer.tasks.task import Task
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.adam import Adam
from glassformer.training.choices import Choices, Chosen
from glassformer.training.compiling import Trial, can_compile
from glassformer.training.compute import compute_for
from glassformer.training.config import TrainingConfig
from glassformer.training.dev import dev_loss, sample
from glassformer.training.distributed import World
from glassformer.training.feed import Ready
from glassformer.training.keeping import (
    Progress,
    generator_states,
    optimizer_state,
    processor,
    restore_optimizer,
)
from glassformer.training.memory import enough_memory, within_memory
from glassformer.training.pending import Pending
from glassformer.training.schedule import learning_rate, paper_peak
from glassformer.training.share import DTYPES, Share
from glassformer.training.step import UpdateResult
from glassformer.training.watch import Silent, Watcher, stop_signals

PATIENCE_WITH_NONSENSE = 5  # updates in a row without a finite loss


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
        self.task = task or task_of(model.config, tokenizers, seed=config.seed)
        self.watcher: Watcher = watcher if watcher and world.leads else Silent()
        self.progress = Progress()
        self.peak = config.peak_learning_rate or paper_peak(model.config.d_model, config.warmup)
        self.pending: deque[Pending] = deque()
        self.reported = 0.0
        self.snapshot_steps = snapshot_steps(config.updates, config.snapshots)
        self.batching = BatchingConfig(
            tokens_per_batch=config.tokens_per_batch,
            tokens_per_update=config.tokens_per_update,
            seed=config.seed,
        )
        short = next(name for name, known in DTYPES.items() if known == dtype)
        first = Choices(threads=torch.get_num_threads(), dtype=short, room=self.batching.room)
        self.chosen = Chosen.open(run.path, first, world.rank)
        self.share = Share(
            model,
            self.task,
            corpora["train"],
            self.batching,
            self.chosen,
            compute_for(model, config.label_smoothing, world),
            world,
        )
        self.trial = Trial(config.updates, over=not can_compile(self.device))
        self.optimizer = Adam(
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
        if self.progress.step == 0:
            self.keep_snapshot()
        self.trial.over |= self.chosen.changed("compiled")
        if self.chosen.at(self.progress.step + 1).compiled:
            self.share.warm_up(self.progress.step + 1)
        made = self.share.stream(self.progress.step, self.progress.position)
        with stop_signals() as stop, closing(self.share.compute.feed(made)) as stream:
            while self.progress.step < self.config.updates and not self.progress.finished:
                began = time.perf_counter()
                self.one_update(*next(stream), began)
                step = self.progress.step
                last = step == self.config.updates
                if last or step % self.config.evaluate_every == 0:
                    self.evaluate()
                last = last or self.progress.finished
                self.keep_snapshot(last)
                stopping = self.world.any(stop.requested)
                if last or stopping or step % self.config.checkpoint_every == 0:
                    self.save()
                if stopping and not last:
                    return False
        return True

    def one_update(
        self,
        batches: list[Rows],
        position: Position,
        ready: Ready | None = None,
        began: float | None = None,
    ) -> None:
        """Take one step over the batches, ``ready`` or not, and write the rows of metrics that are
        there by now: on a GPU those of earlier updates."""
        started = began or time.perf_counter()
        progress, config = self.progress, self.config
        source_tokens, tokens = self.count_tokens(batches)
        loss = self.gather(batches, tokens, ready)
        rate = learning_rate(progress.step + 1, warmup=config.warmup, peak=self.peak)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with enough_memory("the step of the optimiser"):
            result = self.share.compute.step(self.optimizer, loss, tokens, config.clip)
        progress.step += 1
        progress.position = position
        both = source_tokens + tokens
        self.pending.append(Pending(progress.step, both, rate, position.epoch, started, result))
        self.report(self.share.compute.lag)

    def report(self, lag: int = 0) -> None:
        """Wait for all but the ``lag`` last results; write their rows of metrics and show them."""
        while len(self.pending) > lag:
            one = self.pending.popleft()
            result, now = one.result(), time.perf_counter()
            seconds, self.reported = now - max(one.started, self.reported), now
            self.progress.seconds += seconds
            self.count_skipped(one.step, result)
            row = one.row(result, seconds, self.progress.seconds)
            if self.world.leads:
                self.run.append_metrics(row)
            self.watcher.on_update(row)
            self.try_compiling(self.trial.update(one.step, one.tokens, seconds))

    def try_compiling(self, wanted: bool | None) -> None:
        """From the next update on compile the layers, or leave it again; where it cannot be done,
        say so."""
        if wanted is None:
            return
        if wanted:
            self.watcher.on_notice("compiling the layers: the run is long enough for it to pay")
            failed = self.share.warm_up(self.progress.step + 1)
            wanted = failed is None
            if failed:
                self.trial.over = True
                self.watcher.on_notice(f"going on without compiling: {failed}")
        else:
            self.watcher.on_notice("compiled layers are no quicker here: going on without")
        self.chosen.choose(self.progress.step + 1, compiled=wanted)

    def gather(self, batches: list[Rows], tokens: int, ready: Ready | None = None) -> Tensor:
        """Add the gradient of this process's share; return its summed loss."""
        step, epoch = self.progress.step + 1, self.progress.position.epoch
        loss, room = self.share.gradient(step, epoch, batches, tokens, ready)
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

    def count_tokens(self, batches: list[Rows]) -> tuple[int, int]:
        """The tokens that these training sentences have the model read, and say."""
        rows, epoch = np.concatenate(batches), self.progress.position.epoch
        return self.task.count(self.corpora["train"], rows, epoch)

    def count_skipped(self, step: int, result: UpdateResult) -> None:
        """Count an update that was skipped; stop after several in a row."""
        progress = self.progress
        progress.skipped_in_a_row = progress.skipped_in_a_row + 1 if result.skipped else 0
        if not result.skipped:
            return
        progress.skipped += 1
        self.watcher.on_notice(
            f"update {step} was skipped: its loss ({result.loss}) or gradient "
            f"({result.gradient_norm}) is not finite"
        )
        if progress.skipped_in_a_row >= PATIENCE_WITH_NONSENSE:
            kept = self.run.checkpoints()
            last = f"the last good checkpoint is {kept[-1].name}" if kept else "no checkpoint yet"
            raise TrainingError(
                f"{PATIENCE_WITH_NONSENSE} updates in a row, up to {step}, had a loss or "
                f"gradient that is not finite; {last}. Lower training.peak_learning_rate, lengthen "
                "training.warmup, set training.clip=1.0, or train with training.dtype=fp32"
            )

    def collate(self, split: str, rows: Rows, epoch: int = 0) -> Batch:
        """The batch of these sentences."""
        return self.task.batch(self.corpora[split], rows, epoch)

    def evaluate(self) -> None:
        """The loss on the dev split, without smoothing or dropout; counts towards patience."""
        self.report()
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
        self.report()
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
