"""What a GPU's way of training does, on a CPU: the same code but for the device's own kernels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from glassformer.data.batching import collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import TrainingError
from glassformer.numerics.dropout import Randomness, dropout
from glassformer.numerics.loss import sequence_loss
from glassformer.numerics.static_loss import static_loss
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.compiling import TIMED, WARMING, Compiled, Trial
from glassformer.training.compute import Ahead
from glassformer.training.config import TrainingConfig
from glassformer.training.distributed import World
from glassformer.training.feed import ahead, widened
from glassformer.training.loop import Trainer
from glassformer.training.step import accumulate, update_unseen
from glassformer.training.train import restore
from glassformer.training.watch import Silent

MakeTrainer = Callable[..., Trainer]
NEEDS_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")


@pytest.fixture
def make_ahead(make_trainer: MakeTrainer) -> MakeTrainer:
    def make(*args: Any, **options: Any) -> Trainer:
        trainer = make_trainer(*args, **options)
        smoothing = trainer.config.label_smoothing
        trainer.share.compute = Ahead(trainer.model, smoothing, World(), backend="eager")
        return trainer

    return make


def losses(trainer: Trainer) -> list[float]:
    return [row["loss"] for row in trainer.run.metrics() if "loss" in row]


def without_dropout(trainer: Trainer) -> Trainer:
    for part in trainer.model.modules():
        if hasattr(part, "dropout_rate"):
            part.dropout_rate = 0.0
    return trainer


def test_the_losses_are_those_of_the_plain_way(
    make_trainer: MakeTrainer, make_ahead: MakeTrainer
) -> None:
    plain, quick = without_dropout(make_trainer("plain")), without_dropout(make_ahead("quick"))
    plain.run_updates()
    quick.run_updates()
    assert losses(quick) == pytest.approx(losses(plain), rel=1e-5)
    rows = [row for row in quick.run.metrics() if "loss" in row]
    assert [row["step"] for row in rows] == list(range(1, 12))
    assert rows[-1]["seconds"] <= quick.progress.seconds + 1e-3


@pytest.mark.parametrize("compiled_from", [None, 4])
def test_a_resumed_run_is_the_unbroken_run_to_the_bit(
    make_ahead: MakeTrainer, small_config: TrainingConfig, compiled_from: int | None
) -> None:
    """With dropout by the device's own kernels, and layers that are compiled from update 4 on."""

    def trainer(name: str, **changes: int) -> Trainer:
        made = make_ahead(name, replace(small_config, **changes))
        made.chosen.begin()
        if compiled_from and not made.chosen.changed("compiled"):
            made.chosen.choose(compiled_from, compiled=True)
        return made

    whole, first = trainer("whole"), trainer("broken", updates=6)
    whole.run_updates()
    torch.rand(7)  # nobody else's draws matter
    first.run_updates()
    torch.rand(11)
    second = trainer("broken")
    restore(second, second.watcher)
    second.run_updates()
    assert losses(second) == losses(whole)
    ours, theirs = second.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_lent_randomness_leaves_the_common_generator_as_it_was() -> None:
    torch.manual_seed(13)
    expected = torch.rand(5)
    torch.manual_seed(13)
    ours, x = Randomness(3), torch.ones(4001)
    cpu = torch.device("cpu")
    with ours.lend(cpu):
        first = dropout(x, 0.3, ours)
    between = ours.get_state(cpu)
    with ours.lend(cpu):
        second = dropout(x, 0.3, ours)
    assert torch.equal(torch.rand(5), expected)
    again = Randomness(99)
    again.set_state(cpu, between)
    with again.lend(cpu):
        assert torch.equal(dropout(x, 0.3, again), second)
    assert not torch.equal(first, second)
    assert first.mean().item() == pytest.approx(1.0, abs=0.05)
    assert not ours.lent


def test_static_loss_and_gradients_are_those_of_the_plain_loss() -> None:
    torch.manual_seed(1)
    targets = torch.randint(0, 23, (5, 7))
    targets[2, 3:] = targets[4, 1:] = 0
    found = []
    for function in (sequence_loss, static_loss):
        torch.manual_seed(2)
        hidden = torch.randn(5, 7, 11, requires_grad=True)
        output = torch.randn(23, 11, requires_grad=True)
        loss = function(hidden, output, targets, pad=0, smoothing=0.1)
        (loss / 19).backward()
        assert hidden.grad is not None and output.grad is not None
        assert not hidden.grad[2, 3:].any()
        found.append((loss.detach(), hidden.grad, output.grad))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_static_loss_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden, output = torch.randn(3, 7, 11), torch.randn(23, 11)
    targets = torch.randint(0, 23, (3, 7))
    whole = static_loss(hidden, output, targets, pad=0)
    monkeypatch.setattr("glassformer.numerics.static_loss.CHUNK", 5)
    assert static_loss(hidden, output, targets, pad=0).item() == pytest.approx(whole.item())


def test_the_device_skips_what_is_not_finite(
    make_trainer: MakeTrainer, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    """Parameters, both moments and the step stay as they are, to the bit; the next one counts."""
    trainer = make_trainer()
    model, adam = trainer.model.eval(), trainer.optimizer
    batch = collate(corpus, np.arange(7), tokenizers)

    def one(poison: float) -> list[float]:
        objective = trainer.share.compute.objective  # type: ignore[attr-defined]
        loss = accumulate(model, [batch], batch.target_tokens, objective, torch.float32)
        model.output_matrix.grad[3] += poison  # type: ignore[index]
        return update_unseen(model, adam, loss, batch.target_tokens, clip=0.5).tolist()

    def state() -> list[torch.Tensor]:
        kept = [value.clone() for one in adam.state.values() for value in one.values()]
        return kept + [p.detach().clone() for p in model.parameters()]

    assert one(0.0)[2] == 1
    before = state()
    for poison in (torch.nan, torch.inf):
        assert one(poison)[2] == 0
        assert all(torch.equal(a, b) for a, b in zip(before, state(), strict=True))
    assert one(0.0)[2] == 1
    assert not torch.equal(before[0], state()[0])  # the step of the first parameter


class Poison(Silent):
    """Makes the model NaN from a step on."""

    def __init__(self, trainer: Trainer, step: int):
        self.trainer, self.step, self.notices = trainer, step, list[str]()

    def on_update(self, row: Mapping[str, Any]) -> None:
        if row["step"] == self.step:
            self.trainer.model.output_matrix.data[3] = torch.nan

    def on_notice(self, text: str) -> None:
        self.notices.append(text)


def test_nonsense_is_counted_when_it_is_seen(
    make_ahead: MakeTrainer, small_config: TrainingConfig
) -> None:
    rarely = {"evaluate_every": 40, "checkpoint_every": 40}
    trainer = make_ahead(config=replace(small_config, updates=40, **rarely))
    trainer.watcher = poison = Poison(trainer, 3)
    with pytest.raises(TrainingError, match="5 updates in a row, up to 10,"):
        trainer.run_updates()
    # Row 3 is seen when update 5 was begun: 6 is the first that meets the NaN.
    assert [text.split()[1] for text in poison.notices] == ["6", "7", "8", "9", "10"]
    rows = [row for row in trainer.run.metrics() if "loss" in row]
    assert [row["step"] for row in rows if row["skipped"]] == [6, 7, 8, 9]
    assert threading.active_count() == 1 or not any(
        thread.name == "batches ahead" for thread in threading.enumerate()
    )


def test_items_come_in_order_and_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(11):
            made.append(i)
            yield i

    stream = ahead(items(), count=3)
    assert next(stream) == 0
    for _ in range(200):
        if len(made) >= 4:
            break
        threading.Event().wait(0.01)
    assert 4 <= len(made) <= 5
    assert list(stream) == list(range(1, 11))


def test_an_error_in_the_making_comes_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise TrainingError("no more")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(TrainingError, match="no more"):
        next(stream)


def test_a_closed_stream_ends_its_thread() -> None:
    stream = ahead(iter(range(1000)), count=2)
    next(stream)
    stream.close()
    assert all(thread.name != "batches ahead" for thread in threading.enumerate())


def test_widths_are_multiples_of_eight_within_learned_positions(
    corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    batch = collate(corpus, np.arange(13), tokenizers)
    wide = widened(batch, 0, None)
    for before, after in zip(
        (*batch.inputs, batch.target_out), (*wide.inputs, wide.target_out), strict=True
    ):
        assert after.size(1) % 8 == 0 and after.size(1) - before.size(1) < 8
        assert torch.equal(after[:, : before.size(1)], before)
        assert not after[:, before.size(1) :].any()
    assert wide.target_tokens == batch.target_tokens
    longest = batch.source.size(1)
    assert widened(batch, 0, longest).source.size(1) == longest


def test_compiling_is_tried_only_where_it_can_win() -> None:
    def decisions(trial: Trial, *seconds: float) -> list[bool | None]:
        return [trial.update(step, 1000, s) for s in seconds for step in range(WARMING + TIMED)]

    short = Trial(updates=100)
    assert set(decisions(short, 0.1, 0.1)) == {None, False} and short.over
    slower = Trial(updates=100_000)
    assert [d for d in decisions(slower, 0.1, 0.1) if d is not None] == [True, False]
    quicker = Trial(updates=100_000)
    assert [d for d in decisions(quicker, 0.1, 0.05, 0.05) if d is not None] == [True]


def test_compiled_layers_leave_the_model_as_it_was(make_trainer: MakeTrainer) -> None:
    model = make_trainer().model
    names = [set(vars(part)) for part in model.modules()]
    with Compiled(model, "aot_eager").used():
        assert [set(vars(part)) for part in model.modules()] != names
    assert [set(vars(part)) for part in model.modules()] == names


@NEEDS_GPU
def test_a_resumed_run_on_a_gpu_is_the_unbroken_run_to_the_bit(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    def trainer(name: str, updates: int) -> Trainer:
        plain = make_trainer(name, replace(small_config, updates=updates))
        plain.model.to("cuda")
        return Trainer(
            plain.run, plain.config, plain.model, plain.tokenizers, plain.corpora,
            dtype=torch.bfloat16,
        )  # fmt: skip

    whole, first = trainer("whole", 11), trainer("broken", 6)
    for one in (whole, first):
        one.run_updates()
    second = trainer("broken", 11)
    restore(second, second.watcher)
    second.run_updates()
    assert losses(second) == losses(whole)
