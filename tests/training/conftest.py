"""A tiny corpus, a tiny model and a run, made for real in a temporary folder."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from glassformer.data.corpus import EncodedCorpus
from glassformer.model import EncoderDecoder, ModelConfig, build
from glassformer.runs.run import Run
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer

WORDS = "red blue green one two three cat dog bird sleeps runs sings".split()


@pytest.fixture(scope="session")
def pairs() -> list[tuple[str, str]]:
    """Sentences of two to seven words and their reversals."""
    rng = random.Random(7)
    lines = [" ".join(rng.choices(WORDS, k=rng.randint(2, 7))) for _ in range(211)]
    return [(line, " ".join(reversed(line.split()))) for line in lines]


@pytest.fixture(scope="session")
def tokenizers(pairs: list[tuple[str, str]]) -> TokenizerPair:
    one = Tokenizer.train((line for pair in pairs for line in pair), TokenizerConfig(kind="word"))
    return TokenizerPair(one, one)


@pytest.fixture(scope="session")
def corpus(
    pairs: list[tuple[str, str]],
    tokenizers: TokenizerPair,
    tmp_path_factory: pytest.TempPathFactory,
) -> EncodedCorpus:
    encode = tokenizers.source.encode
    encoded = ((encode(source), encode(target)) for source, target in pairs)
    return EncodedCorpus.build(tmp_path_factory.mktemp("corpus") / "train", encoded)


@pytest.fixture
def small_config() -> TrainingConfig:
    return TrainingConfig(
        updates=11, tokens_per_update=120, tokens_per_batch=40, warmup=5, peak_learning_rate=3e-3,
        checkpoint_every=3, evaluate_every=4, average=2, keep=3, dtype="fp32", seed=5,
    )  # fmt: skip


MakeTrainer = Callable[..., Trainer]


@pytest.fixture
def make_trainer(
    tmp_path: Path, corpus: EncodedCorpus, tokenizers: TokenizerPair, small_config: TrainingConfig
) -> MakeTrainer:
    """Trainers in runs of their own, or in the run of this name."""

    def make(
        name: str = "run", config: TrainingConfig = small_config, **options: object
    ) -> Trainer:
        path = tmp_path / name
        run = Run(path) if path.exists() else Run.create(path, recipe="")
        model = tiny_model(tokenizers.source.size)
        model.randomness.reseed(config.seed)
        corpora = {"train": corpus, "dev": corpus}
        return Trainer(run, config, model, tokenizers, corpora, **options)  # type: ignore[arg-type]

    return make


def tiny_model(vocabulary: int, dropout: float = 0.1) -> EncoderDecoder:
    config = ModelConfig(
        source_vocabulary=vocabulary, target_vocabulary=vocabulary, d_model=14, d_ff=23,
        n_heads=2, n_layers=2, dropout=dropout,
    )  # fmt: skip
    model = build(config, seed=3)
    assert isinstance(model, EncoderDecoder)
    return model
