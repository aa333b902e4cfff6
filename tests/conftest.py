"""What tests share: a run that was trained for real, once for each process of the test session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.loaded import wrap
from glassformer.runs.shipped import find_run

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


SIZES: dict[str, Any] = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 3, "d_k": 5, "d_v": 7}
VOCABULARY = 997


@pytest.fixture(scope="session")
def families() -> Models:
    """One model a family: the trained one that the package carries, "petit", and two untrained
    ones, "predictor" and "reader"."""
    models = Models([gf.load(find_run(None))])
    for name, family in (("predictor", "decoder-only"), ("reader", "encoder-only")):
        sizes = SIZES | {"source_vocabulary": VOCABULARY, "target_vocabulary": VOCABULARY}
        models.add(wrap(gf.build(gf.ModelConfig(family=family, **sizes), seed=3)), name)
    return models
