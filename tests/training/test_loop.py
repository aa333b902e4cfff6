"""Training for real on a tiny corpus: learning, cutting, stopping, resuming, nonsense."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from glassformer.data.batching import collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import TrainingError
from glassformer.tap import by_written_steps
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer
from glassformer.training.objectives import translation_objective
from glassformer.training.step import accumulate, update
from glassformer.training.train import restore
from glassformer.training.watch import Silent

MakeTrainer = Callable[..., Trainer]


def losses(trainer: Trainer) -> list[float]:
    return [row["loss"] for row in trainer.run.metrics() if "loss" in row]


def test_loss_falls(make_trainer: MakeTrainer, small_config: TrainingConfig) -> None:
    trainer = make_trainer(config=replace(small_config, updates=60, evaluate_every=60))
    assert trainer.run_updates()
    found = losses(trainer)
    assert len(found) == 60
    assert np.mean(found[-5:]) < 0.75 * np.mean(found[:5])


def test_first_loss_is_that_of_guessing(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.run_updates()
    assert losses(trainer)[0] == pytest.approx(
        np.log(trainer.model.config.target_vocabulary), abs=0.8
    )


def gradient(
    trainer: Trainer, corpus: EncodedCorpus, tokenizers: TokenizerPair, parts: list[np.ndarray]
) -> torch.Tensor:
    model = trainer.model.eval()
    model.zero_grad()
    batches = [collate(corpus, rows, tokenizers) for rows in parts]
    tokens = sum(batch.target_tokens for batch in batches)
    accumulate(model, batches, tokens, translation_objective(0, 0.1), torch.float32)
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def test_gradient_is_the_same_however_the_update_is_cut(
    make_trainer: MakeTrainer, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    trainer, rows = make_trainer(), np.arange(13)
    whole = gradient(trainer, corpus, tokenizers, [rows])
    cut = gradient(trainer, corpus, tokenizers, [rows[:2], rows[2:3], rows[3:]])
    assert torch.allclose(whole, cut, atol=1e-6)
    assert whole.norm() > 0.01


def test_the_gradient_of_the_quick_bodies_is_that_of_the_written_steps(
    make_trainer: MakeTrainer, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    """With dropout on, from the same seed: what trains is what a recording shows."""

    def with_dropout() -> torch.Tensor:
        model = make_trainer().model.train()
        batch = collate(corpus, np.arange(13), tokenizers)
        objective = translation_objective(0, 0.1)
        accumulate(model, [batch], batch.target_tokens, objective, torch.float32)
        return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])

    quick = with_dropout()
    with by_written_steps():
        written = with_dropout()
    assert torch.allclose(quick, written, atol=1e-6) and written.norm() > 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_resumed_run_is_the_unbroken_run_to_the_bit(
    make_trainer: MakeTrainer, small_config: TrainingConfig, dtype: torch.dtype
) -> None:
    whole = make_trainer("whole", dtype=dtype)
    whole.run_updates()
    first = make_trainer("broken", replace(small_config, updates=6), dtype=dtype)
    first.run_updates()
    second = make_trainer("broken", dtype=dtype)
    kept = second.run.latest_checkpoint(print)
    assert kept is not None and kept.step == 6
    second.restore(kept.model, kept.optimizer, kept.state)
    second.run_updates()
    assert losses(second) == losses(whole)
    ours, theirs = second.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_snapshots_are_those_of_the_unbroken_run_to_the_bit(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    config = replace(small_config, snapshots=5)
    whole = make_trainer("whole", config)
    untrained = {name: value.clone() for name, value in whole.model.state_dict().items()}
    whole.run_updates()
    assert whole.run.snapshots() == whole.snapshot_steps == [0, 1, 2, 3, 11]
    first = make_trainer("broken", replace(config, updates=6))
    first.run_updates()
    second = make_trainer("broken", config)
    second.run.save_snapshot(9, untrained)  # of a future that a resume makes anew
    restore(second, second.watcher)
    assert second.run.snapshots() == [0, 1, 2, 3, 6]
    second.run_updates()
    for step in whole.run.snapshots():
        ours, theirs = second.run.load_snapshot(step), whole.run.load_snapshot(step)
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    begun, ended = whole.run.load_snapshot(0), whole.run.load_snapshot(11)
    for name, value in whole.model.state_dict().items():
        assert torch.equal(begun[name], untrained[name].half().float())
        assert torch.equal(ended[name], value.half().float())


def test_a_recipe_may_keep_no_snapshot(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    trainer = make_trainer(config=replace(small_config, snapshots=0))
    trainer.run_updates()
    assert trainer.run.snapshots() == []


class StopAt(Silent):
    """Sends this process a signal at a step, as a person or a scheduler would."""

    def __init__(self, step: int, number: int):
        self.step, self.number = step, number

    def on_update(self, row: Mapping[str, Any]) -> None:
        if row["step"] == self.step:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_saves_first(make_trainer: MakeTrainer, number: int) -> None:
    trainer = make_trainer(watcher=StopAt(5, number))
    before = signal.getsignal(number)
    assert trainer.run_updates() is False
    assert [folder.name for folder in trainer.run.checkpoints()][-1] == "00000005"
    assert signal.getsignal(number) is before


def test_runs_in_a_thread_without_signals(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(trainer.run_updates()))
    thread.start()
    thread.join(60)
    assert done == [True]


class Poison(Silent):
    """Puts NaN into the model for a number of updates."""

    def __init__(self, trainer: Trainer, steps: range):
        self.trainer, self.steps, self.notices = trainer, steps, []
        self.kept: torch.Tensor | None = None

    def on_update(self, row: Mapping[str, Any]) -> None:
        matrix = self.trainer.model.output_matrix.data
        step = row["step"] + 1
        if step in self.steps and self.kept is None:
            self.kept = matrix.clone()
            matrix[3] = torch.nan
        elif step not in self.steps and self.kept is not None:
            matrix.copy_(self.kept)
            self.kept = None

    def on_notice(self, text: str) -> None:
        self.notices.append(text)


def test_nonsense_is_skipped_and_counted(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.watcher = poison = Poison(trainer, range(5, 7))
    assert trainer.run_updates()
    assert trainer.progress.skipped == 2
    assert trainer.progress.skipped_in_a_row == 0
    assert len(poison.notices) == 2 and "update 5 was skipped" in poison.notices[0]
    rows = [row for row in trainer.run.metrics() if "loss" in row]
    assert [row["step"] for row in rows if row["skipped"]] == [5, 6]
    assert rows[4]["loss"] == "nan"
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters())


def test_nonsense_without_end_stops(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    trainer = make_trainer(config=replace(small_config, updates=40, evaluate_every=40))
    trainer.watcher = Poison(trainer, range(5, 99))
    with pytest.raises(TrainingError, match=r"5 updates in a row.*00000006"):
        trainer.run_updates()


def test_early_stopping(make_trainer: MakeTrainer, small_config: TrainingConfig) -> None:
    config = replace(
        small_config, updates=50, peak_learning_rate=1e-12, evaluate_every=2, patience=2
    )
    trainer = make_trainer(config=config)
    trainer.model.randomness.reseed(1)
    assert trainer.run_updates()
    assert trainer.progress.step < 50
    assert trainer.run.checkpoints()[-1].name == f"{trainer.progress.step:08}"
    assert trainer.run.snapshots()[-1] == trainer.progress.step


def test_clipping_bounds_the_step(
    make_trainer: MakeTrainer, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    trainer = make_trainer()
    model = trainer.model.eval()
    plain = torch.optim.SGD(model.parameters(), lr=1.0)
    batch = collate(corpus, np.arange(7), tokenizers)
    before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
    objective = translation_objective(0, 0.1)
    loss = accumulate(model, [batch], batch.target_tokens, objective, torch.float32)
    result = update(model, plain, loss, batch.target_tokens, clip=0.01)
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert result.gradient_norm > 0.01
    assert (after - before).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_checkpoints_are_kept_as_asked(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.run_updates()
    assert [f.name for f in trainer.run.checkpoints()] == ["00000006", "00000009", "00000011"]


def test_evaluation_has_no_dropout_and_no_smoothing(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.run_updates()
    rows = [row for row in trainer.run.metrics() if "dev_loss" in row]
    assert [row["step"] for row in rows] == [4, 8, 11]
    trainer.evaluate()
    again = trainer.run.metrics()[-1]
    assert again["dev_loss"] == rows[-1]["dev_loss"]
    assert trainer.model.training
