"""One-sided corpora of a few words, and runs that are trained for real, once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import glassformer as gf
from glassformer.data.corpus import EncodedCorpus
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig

LINES = ["red cat", "a blue dog sings", "a bird", "one two three blue cats sing"]
TINY = [
    "data.size=400", "training.updates=12", "training.warmup=5", "training.checkpoint_every=6",
    "training.evaluate_every=6", "training.tokens_per_update=200", "training.tokens_per_batch=100",
    "training.average=1", "training.snapshots=2", "model.d_model=14", "model.d_ff=23",
    "model.n_heads=2", "model.n_layers=2",
]  # fmt: skip


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(LINES, TokenizerConfig(kind="word", size=500))


@pytest.fixture(scope="session")
def corpus(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    folder = tmp_path_factory.mktemp("one-sided") / "train"
    return EncodedCorpus.build(folder, (([], tokenizer.encode(line)) for line in LINES))


@pytest.fixture(scope="session")
def tiny() -> list[str]:
    """What makes any recipe of a family small and short."""
    torch.set_num_threads(1)
    return TINY


@pytest.fixture(scope="session")
def gpt_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished petit-gpt, too short to be any good."""
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("runs") / "gpt"
    assert gf.train(gf.load_recipe("petit-gpt", TINY), path)
    return path
