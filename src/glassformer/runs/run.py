"""The run directory.

recipe.toml        the recipe, every value written out
config.json        the model's config
choices.json       threads, dtype, kernels: what was chosen, and from which update on
tokenizer.json     or tokenizer.source.json and tokenizer.target.json
metrics.jsonl      a row an update, a row an evaluation
corpus/            the training and dev splits as tokens
checkpoints/STEP/  parameters, optimiser, state, checksums
snapshots/STEP/    parameters in 16 bit, to see how it learned; never pruned
model/             the final parameters
run.lock           held by the process that trains
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from torch import Tensor

from glassformer.errors import CheckpointError, RunError, RunInUseError, nearest
from glassformer.model.config import ModelConfig
from glassformer.runs import snapshots
from glassformer.runs.files import (
    disk_errors,
    fault,
    load_tensors,
    mean_of,
    save_tensors,
    write_atomically,
    write_text,
    written_beside,
)
from glassformer.runs.listing import summary
from glassformer.runs.metrics import append_row, drop_rows_after, read_rows
from glassformer.text.tokenizer import TokenizerPair

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Checkpoint:
    """A training at one step: parameters, optimiser (and generators), the rest as JSON."""

    step: int
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    state: dict[str, Any]


class Run:
    """A run directory; ``create`` makes one, ``open`` finds one."""

    def __init__(self, path: Path):
        self.path = path

    @classmethod
    def create(cls, path: Path, *, recipe: str) -> Run:
        """A new run with this recipe, in a directory that holds none yet.

        Raises:
            RunError: the directory holds a run, or something else.
        """
        if path.exists() and not path.is_dir():
            raise RunError(f"{path} is a file, not a directory: give --run another name")
        inside = {file.name for file in path.iterdir()} if path.is_dir() else set()
        if inside - {"recipe.toml"}:
            if "recipe.toml" in inside:
                raise RunError(
                    f"{path} holds a run already: continue it with `glassformer resume {path}`, "
                    "give --run another directory, or delete it"
                )
            raise RunError(f"{path} is not empty and holds no run: give --run another directory")
        with disk_errors(path):
            path.mkdir(parents=True, exist_ok=True)
        write_atomically(path / "recipe.toml", recipe)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> Run:
        """The run in this directory.

        Raises:
            RunError: nothing is there, or no run.
        """
        if (path / "recipe.toml").is_file():
            return cls(path)
        near = sorted(file.parent.name for file in path.absolute().parent.glob("*/recipe.toml"))
        hint = nearest(path.name, near) if near else " `glassformer train` makes one."
        if not path.exists():
            raise RunError(f"there is no run {path}.{hint}")
        kind = "a file" if path.is_file() else "a folder without recipe.toml"
        raise RunError(f"{path} is {kind}, not a run directory.{hint}")

    @property
    def recipe(self) -> str:
        """The recipe's text.

        Raises:
            RunError: its file cannot be read.
        """
        file = self.path / "recipe.toml"
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{file} is not readable: {error}") from error

    @property
    def finished(self) -> bool:
        """Whether the final model is there."""
        return (self.path / "model").is_dir()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run for this process alone.

        Raises:
            RunInUseError: another process holds it.
            RunError: the directory cannot be written to.
        """
        owner = self.path / "run.owner"
        lock = FileLock(self.path / "run.lock")
        with disk_errors(self.path):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise RunInUseError(
                    f"{self.path} is in use by {read_owner(owner)}: "
                    "wait for it, stop it, or choose another run"
                ) from None
        try:
            with disk_errors(owner):
                write_text(owner, f"process {os.getpid()} on {socket.gethostname()}")
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()

    @property
    def running(self) -> bool:
        """Whether a process trains it now."""
        if not (self.path / "run.owner").is_file():  # written by whoever holds the lock
            return False
        try:
            with FileLock(self.path / "run.lock").acquire(timeout=0):
                return False  # its owner was killed
        except (Timeout, OSError):
            return True

    def save_config(self, config: ModelConfig) -> None:
        """Keep the model's config."""
        write_atomically(self.path / "config.json", json.dumps(asdict(config), indent=1) + "\n")

    @property
    def config(self) -> ModelConfig:
        """The model's config."""
        file = self.path / "config.json"
        try:
            return ModelConfig(**json.loads(file.read_bytes()))
        except FileNotFoundError:
            raise RunError(
                f"{self.path} has no config.json yet: its training has not begun"
            ) from None
        except (ValueError, TypeError) as error:
            raise RunError(f"{file} is not readable: {error}") from error

    def has_tokenizers(self) -> bool:
        """Whether the tokenizers are there."""
        return any(self.path.glob("tokenizer*"))

    def save_tokenizers(self, pair: TokenizerPair) -> None:
        """Keep the tokenizers."""
        with disk_errors(self.path):
            pair.save(self.path)

    @cached_property
    def tokenizers(self) -> TokenizerPair:
        """The tokenizers."""
        return TokenizerPair.load(self.path)

    def append_metrics(self, row: Mapping[str, Any]) -> None:
        """Add a row to metrics.jsonl; a number that is not finite is written as text."""
        append_row(self.path / "metrics.jsonl", row)

    def metrics(self, notice: Notice | None = None) -> list[dict[str, Any]]:
        """All rows. Lines that hold none, as a kill leaves the last, are counted in a notice."""
        rows, broken = read_rows(self.path / "metrics.jsonl")
        if broken and notice is not None:
            notice(
                f"{self.path / 'metrics.jsonl'}: left out {len(broken)} line(s) that are cut short "
                f"or altered, the first of them line {broken[0]}"
            )
        return rows

    def truncate_metrics(self, step: int, notice: Notice | None = None) -> None:
        """Drop the rows after this step, which a resume writes again, and the broken lines."""
        self.metrics(notice)
        drop_rows_after(self.path / "metrics.jsonl", step)

    def checkpoints(self) -> list[Path]:
        """The folders of the checkpoints, oldest first."""
        folders = (f for f in (self.path / "checkpoints").glob("[0-9]*") if f.is_dir())
        return sorted((f for f in folders if STEP.fullmatch(f.name)), key=lambda f: int(f.name))

    def save_checkpoint(
        self,
        step: int,
        model: Mapping[str, Tensor],
        optimizer: Mapping[str, Tensor],
        state: Mapping[str, Any],
    ) -> Path:
        """Write a checkpoint that is whole from the moment that it can be seen.

        Those of later steps go: they are what a resume found damaged and fell back from, and would
        stand as the newest, first in line when old ones are pruned.

        Raises:
            RunError: the disk is full or forbidden. The checkpoints before it are untouched.
        """
        target = self.path / "checkpoints" / f"{step:08}"
        with written_beside(target) as folder:
            save_tensors(folder / "model.safetensors", model)
            save_tensors(folder / "optimizer.safetensors", optimizer)
            write_text(folder / "state.json", json.dumps(state))
        for later in self.checkpoints():
            if int(later.name) > step:
                shutil.rmtree(later, ignore_errors=True)
        return target

    def latest_checkpoint(self, notice: Notice) -> Checkpoint | None:
        """The newest whole checkpoint; None if there never was one. Damaged ones are reported.

        Raises:
            CheckpointError: there are checkpoints, and none is whole.
        """
        folder = self.newest_whole(notice)
        if folder is None:
            return None
        return Checkpoint(
            int(folder.name),
            load_tensors(folder / "model.safetensors"),
            load_tensors(folder / "optimizer.safetensors"),
            json.loads((folder / "state.json").read_bytes()),
        )

    def newest_whole(self, notice: Notice) -> Path | None:
        """The folder of the newest whole checkpoint, as ``latest_checkpoint`` chooses it."""
        damaged: list[str] = []
        for folder in reversed(self.checkpoints()):
            wrong = fault(folder)
            if wrong is None:
                for report in damaged:
                    notice(f"{report}; falling back to {folder.name}")
                return folder
            damaged.append(f"checkpoint {folder} is damaged: {wrong}")
        if damaged:
            raise CheckpointError(f"no checkpoint of {self.path} is whole. " + ". ".join(damaged))
        return None

    def prune(self, keep: int) -> None:
        """Delete all but the ``keep`` newest checkpoints, and what a kill left half-written."""
        assert keep >= 1, keep
        folder = self.path / "checkpoints"
        for old in self.checkpoints()[:-keep]:
            # Out of sight first: a kill must not leave half of it under its name.
            with suppress(OSError):
                old.replace(old.with_name(f".{old.name}.old"))
        for rest in folder.glob(".*"):
            shutil.rmtree(rest, ignore_errors=True)

    def average(self, count: int, notice: Notice | None = None) -> dict[str, Tensor]:
        """The mean of the parameters of the last ``count`` whole checkpoints (§6.1).

        Damaged ones among them are left out, in a notice.

        Raises:
            CheckpointError: none is whole.
        """
        whole: list[Path] = []
        for folder in reversed(self.checkpoints()):
            wrong = fault(folder)
            if wrong is None:
                whole.append(folder)
            elif notice is not None:
                notice(f"checkpoint {folder} is damaged: {wrong}; averaging without it")
            if len(whole) == count:
                break
        if not whole:
            raise CheckpointError(f"{self.path} has no whole checkpoint to average")
        return mean_of([folder / "model.safetensors" for folder in reversed(whole)])

    def snapshots(self) -> list[int]:
        """The steps of which the parameters are kept, in order."""
        return snapshots.snapshots(self.path / "snapshots")

    def save_snapshot(self, step: int, parameters: Mapping[str, Tensor]) -> None:
        """Keep the parameters after this many updates in 16 bit."""
        snapshots.save_snapshot(self.path / "snapshots", step, parameters)

    def load_snapshot(self, step: int) -> dict[str, Tensor]:
        """The parameters after this many updates, in fp32.

        Raises:
            RunError: there is no such snapshot, or it is damaged.
        """
        return snapshots.load_snapshot(self.path / "snapshots", step)

    def drop_snapshots_after(self, step: int) -> None:
        """Forget the snapshots of later steps, which a resume writes again."""
        for later in self.snapshots():
            if later > step:
                shutil.rmtree(self.path / "snapshots" / f"{later:08}", ignore_errors=True)

    def save_model(self, weights: Mapping[str, Tensor]) -> None:
        """Write the final parameters."""
        with written_beside(self.path / "model") as folder:
            save_tensors(folder / "model.safetensors", weights)

    def load_weights(self, notice: Notice) -> dict[str, Tensor]:
        """The final parameters, or those of the newest whole checkpoint, which is reported.

        Raises:
            RunError: the run has no parameters yet.
            CheckpointError: none of them are whole.
        """
        if self.finished:
            wrong = fault(self.path / "model")
            if wrong is None:
                return load_tensors(self.path / "model" / "model.safetensors")
            notice(f"the final model of {self.path} is damaged: {wrong}; trying the checkpoints")
        folder = self.newest_whole(notice)
        if folder is None:
            what = "nothing whole is left" if self.finished else "it has no checkpoint yet"
            raise CheckpointError(f"{self.path} cannot be loaded: {what}")
        if not self.finished:
            notice(f"{self.path} is not finished: using its checkpoint at step {int(folder.name)}")
        return load_tensors(folder / "model.safetensors")


STEP = re.compile("[0-9]+")


def read_owner(file: Path) -> str:
    """Who holds a lock, as its owner wrote it; it may be gone or not written yet."""
    try:
        return file.read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"


def list_runs(folder: Path) -> list[dict[str, Any]]:
    """What stands in a folder of runs: a ``summary`` of each, by name."""
    return [summary(Run(file.parent)) for file in sorted(folder.glob("*/recipe.toml"))]
