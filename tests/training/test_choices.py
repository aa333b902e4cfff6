"""What was chosen for a run: from which update on it holds, and what a resume makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from glassformer.errors import RunError
from glassformer.training.choices import Choices, Chosen
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer
from glassformer.training.train import restore

FIRST = Choices(threads=3, dtype="fp32", room=41)
MakeTrainer = Callable[..., Trainer]


def test_a_choice_holds_from_its_update_on(tmp_path: Path) -> None:
    chosen = Chosen.open(tmp_path, FIRST)
    chosen.begin()
    chosen.choose(7, room=19)
    chosen.choose(11, room=5, dtype="bf16")
    again = Chosen.open(tmp_path, Choices(threads=1, dtype="bf16", room=97))
    assert [again.at(step).room for step in (1, 6, 7, 10, 11, 99)] == [41, 41, 19, 19, 5, 5]
    assert again.at(10) == replace(FIRST, room=19)
    assert again.at(11).dtype == "bf16" and again.at(11).threads == 3


def test_another_choice_forgets_later_ones_of_its_kind(tmp_path: Path) -> None:
    chosen = Chosen.open(tmp_path, FIRST)
    chosen.begin()
    chosen.choose(11, room=5, dtype="bf16")
    chosen.choose(7, room=19)
    assert [chosen.at(step).room for step in (6, 7, 11)] == [41, 19, 19]
    assert chosen.at(11).dtype == "bf16"
    assert json.loads((tmp_path / "choices.json").read_text()) == chosen.rows


def test_each_process_has_its_own(tmp_path: Path) -> None:
    Chosen.open(tmp_path, FIRST, rank=2).choose(1, room=7)
    assert Chosen.open(tmp_path, FIRST).at(1).room == 41
    assert Chosen.open(tmp_path, FIRST, rank=2).at(1).room == 7


@pytest.mark.parametrize(
    "text",
    ["", "[{", "3", "[7]", '[{"room": 3}]', '[{"from": 0, "room": 3}]', '[{"from": 1, "x": 2}]'],
)
def test_a_damaged_file_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "choices.json").write_text(text)
    with pytest.raises(RunError, match="choices.json is not readable.*Delete it"):
        Chosen.open(tmp_path, FIRST)


def losses(trainer: Trainer) -> list[float]:
    return [row["loss"] for row in trainer.run.metrics() if "loss" in row]


def test_a_smaller_room_in_mid_run_is_resumed_to_the_bit(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    """The unbroken run changes its room at update 8; the broken one was saved before that."""
    whole, plain = make_trainer("whole"), make_trainer("plain")
    whole.chosen.begin()
    whole.chosen.choose(8, room=13)
    whole.run_updates()
    plain.run_updates()
    assert losses(whole)[:7] == losses(plain)[:7]
    assert losses(whole)[7:] != losses(plain)[7:]  # dropout falls on other batches

    first = make_trainer("broken", replace(small_config, updates=6))
    first.chosen.begin()
    first.chosen.choose(8, room=13)
    first.run_updates()
    second = make_trainer("broken")
    restore(second, second.watcher)
    second.run_updates()
    assert losses(second) == losses(whole)


def test_a_resume_takes_threads_and_room_of_the_checkpoint_where_the_file_is_lost(
    make_trainer: MakeTrainer, small_config: TrainingConfig
) -> None:
    first = make_trainer("run", replace(small_config, updates=6))
    first.chosen.begin()
    first.chosen.choose(2, room=13)
    first.chosen.choose(7, threads=2)
    first.run_updates()
    (first.run.path / "choices.json").unlink()
    second = make_trainer("run")
    restore(second, second.watcher)
    assert torch.get_num_threads() == 2
    assert second.chosen.at(7).room == 13
