"""What tests share: a run that was trained for real, once for each process of the test session."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import glassformer as gf

TINY = [
    "data.size=1500", "training.updates=30", "training.warmup=10", "training.checkpoint_every=10",
    "training.evaluate_every=10", "training.tokens_per_update=400", "training.tokens_per_batch=200",
    "training.average=2", "model.d_model=32", "model.d_ff=48", "model.n_heads=2",
]  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Tests run side by side; two jobs of two threads each starve one another."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the built-in pair, too short to be any good."""
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("runs") / "tiny"
    assert gf.train(gf.load_recipe("petit-demo", TINY), path)
    return path


@pytest.fixture(scope="session")
def tiny_model(tiny_run: Path) -> gf.LoadedModel:
    """The model of that run."""
    return gf.load(tiny_run)
