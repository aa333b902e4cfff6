"""How a model learns, kept in small: its parameters in 16 bit at steps that lie ever further apart.

Snapshots are for looking at. Training goes on from checkpoints, which are in full and are pruned;
a snapshot is half as large as a model, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from glassformer.errors import RunError
from glassformer.runs.files import alone, fault, load_tensors, save_tensors, written_beside

FIRST = 200  # the second snapshot comes after about so small a part of the updates


def snapshot_steps(updates: int, count: int) -> list[int]:
    """The updates after which a training of so many keeps a snapshot: 0, the last, and between.

    Step i of n is (updates / 200) · (201^(i / (n - 1)) - 1): each interval about as much longer
    than the one before, and at least one update. There are fewer where there are fewer updates.
    """
    if count < 2:
        return [updates][:count]
    grown = ((FIRST + 1) ** (i / (count - 1)) - 1 for i in range(count))
    steps = (max(i, round(updates / FIRST * part)) for i, part in enumerate(grown))
    return sorted({min(step, updates) for step in steps})


def narrow(tensor: Tensor) -> Tensor:
    """The tensor in fp16, unless it is of integers or fp16 cannot hold it.

    Parameters are small numbers: fp16, with three more binary digits than bf16, loses an eighth of
    what that would (``benchmarks/snapshots.py`` measures both).
    """
    if not tensor.is_floating_point():
        return alone(tensor)
    half = tensor.detach().to("cpu", torch.float16)
    return half if bool(half.isfinite().all()) else alone(tensor)


def snapshots(folder: Path) -> list[int]:
    """The steps that are kept in this folder, in order."""
    return sorted(int(f.name) for f in folder.glob("[0-9]*") if f.is_dir() and f.name.isdigit())


def save_snapshot(folder: Path, step: int, parameters: Mapping[str, Tensor]) -> None:
    """Keep these parameters, whole or not at all.

    Raises:
        RunError: the disk is full or forbidden.
    """
    with written_beside(folder / f"{step:08}") as place:
        save_tensors(place / "model.safetensors", parameters, narrow)


def load_snapshot(folder: Path, step: int) -> dict[str, Tensor]:
    """The parameters after this many updates, in fp32.

    Raises:
        RunError: there is no such snapshot, or it is damaged.
    """
    kept = snapshots(folder)
    if step not in kept:
        there = ", ".join(str(one) for one in kept) or "none, as its recipe says"
        raise RunError(f"{folder.parent} keeps no snapshot of step {step}. It has {there}")
    place = folder / f"{step:08}"
    wrong = fault(place)
    if wrong is not None:
        raise RunError(f"snapshot {place} is damaged: {wrong}")
    tensors = load_tensors(place / "model.safetensors")
    wide = {id(t): t.float() if t.is_floating_point() else t for t in tensors.values()}
    return {name: wide[id(tensor)] for name, tensor in tensors.items()}  # tied ones stay one
