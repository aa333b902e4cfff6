"""Snapshots: when they are kept, what 16 bit costs, and what a damaged one says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from glassformer.errors import RunError
from glassformer.runs import Run
from glassformer.runs.snapshots import narrow, snapshot_steps


@given(updates=st.integers(1, 10**6), count=st.integers(2, 60))
def test_steps_grow_from_nothing_to_the_last(updates: int, count: int) -> None:
    steps = snapshot_steps(updates, count)
    assert steps[0] == 0 and steps[-1] == updates
    assert steps == sorted(set(steps))
    assert len(steps) == min(count, updates + 1)
    gaps = [b - a for a, b in pairwise(steps)]
    assert all(b >= a - 1 for a, b in pairwise(gaps))  # rounding moves by one


def test_the_steps_of_a_known_training() -> None:
    assert snapshot_steps(1400, 5) == [0, 19, 92, 367, 1400]
    assert snapshot_steps(1400, 1) == [1400]
    assert snapshot_steps(1400, 0) == []


def test_sixteen_bit_loses_the_eleventh_binary_digit(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    assert run.snapshots() == []
    table = torch.randn(13, 7)
    tensors = {"table": table, "tied": table, "count": torch.tensor([3, 70_001]),
               "large": torch.tensor([1e5, 2.0]), "lost": torch.tensor([torch.nan])}  # fmt: skip
    run.save_snapshot(17, tensors)
    run.save_snapshot(3, tensors)
    assert run.snapshots() == [3, 17]
    found = run.load_snapshot(17)
    assert found.keys() == tensors.keys()
    assert found["table"].dtype == torch.float32
    assert found["table"] is found["tied"]
    # Relative to the number itself: half a unit of the eleventh digit.
    assert ((found["table"] - table).abs() <= table.abs() * 2**-11 + 2**-25).all()
    assert not torch.equal(found["table"], table)
    assert torch.equal(found["count"], tensors["count"])
    assert torch.equal(found["large"], tensors["large"])  # fp16 ends at 65 504
    assert found["lost"].isnan().all()
    size = (run.path / "snapshots" / "00000017" / "model.safetensors").stat().st_size
    assert size < table.numel() * 4 + 600  # tied, and in 16 bit: the header is the most of it


def test_narrow_rounds_to_the_nearest() -> None:
    assert narrow(torch.tensor([1 + 2**-11 + 2**-20])).item() == 1 + 2**-10


def test_a_snapshot_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    with pytest.raises(RunError, match=r"no snapshot of step 4\. It has none"):
        run.load_snapshot(4)
    run.save_snapshot(5, {"w": torch.ones(3)})
    with pytest.raises(RunError, match=r"no snapshot of step 4\. It has 5"):
        run.load_snapshot(4)
    file = run.path / "snapshots" / "00000005" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(RunError, match=r"00000005 is damaged: model\.safetensors is altered"):
        run.load_snapshot(5)


def test_later_ones_are_forgotten_on_request(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    for step in (0, 2, 11):
        run.save_snapshot(step, {"w": torch.full((3,), float(step))})
    run.drop_snapshots_after(2)
    assert run.snapshots() == [0, 2]
    assert run.load_snapshot(2)["w"].tolist() == [2.0, 2.0, 2.0]
