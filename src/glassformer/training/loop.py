"""All updates of a training, one after the other, with what happens between them."""

from __future__ import annotations

import math
import platform
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from glassformer.data.batching import Batch, BatchingConfig, Position, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import GlassformerError, TrainingError
from glassformer.model.transformer import Model
from glassformer.runs.run import Run
from glassformer.runs.snapshots import snapshot_steps
from glassformer.tasks.choose import task_of
from glassformer.tasks.task import Task
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.config import TrainingConfig
from glassformer.training.distributed import World
from glassformer.training.objectives import translation_objective
from glassformer.training.schedule import learning_rate, paper_peak
from glassformer.training.step import UpdateResult, accumulate, update

PATIENCE_WITH_NONSENSE = 5  # updates in a row without a finite loss


class Watcher(Protocol):
    """Who is told how a training goes; ``cli`` draws it, a test counts it."""

    def on_update(self, row: Mapping[str, Any]) -> None:
        """An update's row of metrics."""

    def on_evaluation(self, row: Mapping[str, Any]) -> None:
        """An evaluation's row of metrics, with a sample translation."""

    def on_notice(self, text: str) -> None:
        """Something worth a line."""


class Silent:
    """A watcher that looks away."""

    def on_update(self, row: Mapping[str, Any]) -> None: ...
    def on_evaluation(self, row: Mapping[str, Any]) -> None: ...
    def on_notice(self, text: str) -> None: ...


@dataclass
class Progress:
    """Where a training stands: all that a resume needs beside parameters and optimiser."""

    step: int = 0
    position: Position = field(default_factory=lambda: Position(0, 0, 0))
    skipped: int = 0
    skipped_in_a_row: int = 0
    best_loss: float | None = None
    evaluations_since_best: int = 0
    seconds: float = 0.0
    finished: bool = False


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
        self.corpora, self.dtype, self.world = corpora, dtype, world
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

    def one_update(self, batches: list[Any], position: Position) -> None:
        """Take one step over the batches and write its row of metrics."""
        started = time.perf_counter()
        progress, config = self.progress, self.config
        source_tokens, tokens = self.count_tokens(batches)
        own = batches[self.world.rank :: self.world.size]
        mine = [self.collate("train", rows, progress.position.epoch) for rows in own]
        loss = accumulate(self.model, mine, tokens, self.objective, self.dtype)
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

    def count_tokens(self, batches: list[Any]) -> tuple[int, int]:
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

    def collate(self, split: str, rows: Any, epoch: int = 0) -> Batch:
        """The batch of these sentences."""
        return self.task.batch(self.corpora[split], rows, epoch)

    @torch.inference_mode()
    def evaluate(self) -> None:
        """The loss on the dev split, without smoothing or dropout; counts towards patience."""
        self.model.eval()
        objective = translation_objective(self.model.config.pad, 0.0)
        corpus = self.corpora["dev"]
        total, tokens = 0.0, 0
        for batches, position in updates(corpus, self.batching, Position(0, 0, 0)):
            for rows in batches:
                batch = self.collate("dev", rows)
                hidden = self.model(*(part.to(self.device) for part in batch.inputs))
                targets = batch.target_out.to(self.device)
                total += float(objective(hidden, self.model.output_matrix, targets))
                tokens += batch.target_tokens
            if position.epoch > 0:
                break
        loss, progress = total / tokens, self.progress
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
        row = {"step": progress.step, "dev_loss": loss, "dev_tokens": tokens} | self.sample()
        if self.world.leads:
            self.run.append_metrics(row)
        self.watcher.on_evaluation(row)
        self.model.train()

    def sample(self) -> dict[str, str]:
        """A text and what the model, as it is now, makes of it."""
        try:
            text, made = self.task.show(self.model, self.corpora["dev"], self.config.sample)
        except GlassformerError as error:  # logits that are not finite; the updates count them
            text, made = self.config.sample or "", f"({error})"
        return {"sample": text, "translation": made}

    def save(self) -> None:
        """Write a checkpoint from which training goes on to the bit."""
        states = self.generator_states()
        if self.world.leads:
            progress = vars(self.progress) | {"position": self.progress.position.to_json()}
            self.run.save_checkpoint(
                self.progress.step,
                self.model.state_dict(),
                self.optimizer_state() | states,
                {
                    "progress": progress,
                    "threads": torch.get_num_threads(),
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

    def generator_states(self) -> dict[str, Tensor]:
        """The dropout generator of every process, by rank."""
        own = self.model.randomness.get_state(self.device)
        if self.world.size == 1:
            return {"randomness.0": own}
        gathered = [torch.zeros_like(own) for _ in range(self.world.size)]
        gathered[self.world.rank] = own
        numbers = [state.to(self.device, torch.int32) for state in gathered]
        self.world.sum_(numbers)
        return {f"randomness.{i}": s.to("cpu", torch.uint8) for i, s in enumerate(numbers)}

    def optimizer_state(self) -> dict[str, Tensor]:
        """Adam's moments by parameter name: exp_avg.NAME, exp_avg_sq.NAME, step.NAME."""
        state = {}
        for name, parameter in self.model.named_parameters():
            for key, value in self.optimizer.state.get(parameter, {}).items():
                state[f"{key}.{name}"] = value
        return state

    def restore(
        self, model: Mapping[str, Tensor], optimizer: Mapping[str, Tensor], state: Any
    ) -> None:
        """Continue from what ``save`` wrote."""
        self.model.load_state_dict(dict(model))
        for name, parameter in self.model.named_parameters():
            for key in ("step", "exp_avg", "exp_avg_sq"):
                if f"{key}.{name}" in optimizer:
                    kept = optimizer[f"{key}.{name}"].clone()
                    on = self.device if key != "step" or self.device.type == "cuda" else "cpu"
                    self.optimizer.state[parameter][key] = kept.to(on)
        progress = dict(state["progress"])
        progress["position"] = Position.from_json(progress["position"])
        self.progress = Progress(**progress)
        mine = optimizer.get(f"randomness.{self.world.rank}")
        if mine is not None:
            self.model.randomness.set_state(self.device, mine)


def processor() -> str:
    """What the last digits of a result depend on, beside the number of threads."""
    kind = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()}, {kind}, torch {torch.__version__}"


@dataclass
class StopRequest:
    """Set by a signal; read between updates."""

    requested: bool = False


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """While inside, Ctrl-C and SIGTERM ask to stop after the update at hand; a second one stops."""
    stop = StopRequest()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    try:
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: whoever runs it stops it
        yield stop
        return
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
