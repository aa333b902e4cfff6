"""The text that speeds are measured on: Multi30k where it is there, else text of such lengths."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from glassformer.data.batching import BatchingConfig, Position, Rows, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.data.open import DataConfig, open_data
from glassformer.data.prepare import encode_corpus
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

SENTENCES = 29_000
# Mean and deviation of the logarithm of Multi30k's words a sentence, English and German.
LENGTHS = (2.43, 0.31), (2.35, 0.34)
WORDS = 16_000


def text(folder: Path | None) -> list[tuple[str, str]]:
    """Sentence pairs: Multi30k's from this folder, or invented ones with as many words."""
    if folder is not None:
        config = DataConfig(
            source="multi30k", path=str(folder), source_language="en", target_language="de"
        )
        return list(open_data(config).split("train"))
    return list(zip(*(invented(side) for side in (0, 1)), strict=True))


def invented(side: int) -> Iterator[str]:
    """Sentences of invented words, the frequent ones short, as Zipf found them to be."""
    rng = np.random.default_rng(side)
    syllables = ["".join(pair) for pair in product("bdfgklmnprst", "aeiou")]
    words = ["".join(rng.choice(syllables, 1 + int(np.log10(rank + 1)))) for rank in range(WORDS)]
    odds = 1 / np.arange(3, WORDS + 3)
    counts = np.exp(rng.normal(*LENGTHS[side], SENTENCES)).round().astype(int).clip(3, 40)
    said = iter(rng.choice(words, counts.sum(), p=odds / odds.sum()).tolist())
    for count in counts:
        yield " ".join(next(said) for _ in range(count))


def prepared(
    pairs: list[tuple[str, str]], vocabulary: int, folder: Path
) -> tuple[TokenizerPair, EncodedCorpus]:
    """A shared tokenizer of at most so many entries, and the pairs as its tokens in a folder."""
    lines = (line for pair in pairs for line in pair)
    shared = Tokenizer.train(lines, TokenizerConfig(kind="bpe", size=vocabulary))
    tokenizers = TokenizerPair(shared, shared)
    return tokenizers, encode_corpus(pairs, tokenizers, folder, max_length=256)[0]


def even(length: int, vocabulary: int, folder: Path, count: int = 4096) -> EncodedCorpus:
    """Pairs of ``length`` random tokens on both sides, the end tokens included."""
    rng = np.random.default_rng(length)
    ids = rng.integers(4, vocabulary, (count, 2, length - 1)).tolist()
    return EncodedCorpus.build(folder, ((source, target) for source, target in ids))


def batches(corpus: EncodedCorpus, tokens: int, count: int) -> list[Rows]:
    """The sentences of the first ``count`` batches of at most ``tokens`` a side, padded."""
    config = BatchingConfig(tokens_per_batch=tokens, tokens_per_update=tokens, seed=1)
    stream = updates(corpus, config, Position(0, 0, 0))
    return [next(stream)[0][0] for _ in range(count)]
