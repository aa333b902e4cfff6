"""A recipe that suits a corpus, each number with its reason: ``glassformer new``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from glassformer.data.report import Report


@dataclass(frozen=True)
class Size:
    """A model that suits corpora of up to so many pairs."""

    pairs: int
    model: dict[str, float]
    vocabulary: int
    tokens_per_update: int
    warmup: int
    peak: float
    epochs: int
    reason: str


# From published small-corpus recipes up to the paper's base model: less data, narrower model,
# more dropout, more passes.
SIZES = (
    Size(2_000, {"d_model": 64, "d_ff": 128, "n_heads": 2, "n_layers": 2, "dropout": 0.3},
         1000, 1024, 200, 3e-3, 100, "under 2 000 pairs only a tiny model does not learn by heart"),
    Size(60_000, {"d_model": 128, "d_ff": 256, "n_heads": 4, "n_layers": 4, "dropout": 0.3},
         8000, 8192, 2000, 5e-3, 100, "up to 60 000 pairs, as Transformer-Tiny on Multi30k"),
    Size(500_000, {"d_model": 256, "d_ff": 1024, "n_heads": 4, "n_layers": 4, "dropout": 0.2},
         10_000, 8192, 4000, 1e-3, 40, "up to 500 000 pairs, half the base model's width"),
    Size(10**12, {"d_model": 512, "d_ff": 2048, "n_heads": 8, "n_layers": 6, "dropout": 0.1},
         37_000, 25_000, 4000, 6.99e-4, 20, "from 500 000 pairs on, the paper's base model"),
)  # fmt: skip
LEAST_UPDATES, MOST_UPDATES = 500, 100_000
SHARED_LETTERS = 0.5  # from which one vocabulary for both languages pays


@dataclass(frozen=True)
class Corpus:
    """The files of a corpus; a target of None means a file with tabs."""

    train: tuple[str, str | None]
    dev: tuple[str | None, str | None] = (None, None)
    test: tuple[str | None, str | None] = (None, None)


def suggest(name: str, corpus: Corpus, report: Report, shared_letters: float) -> str:
    """The text of a recipe for this corpus.

    Args:
        report: of its training split, in words.
        shared_letters: the share of the letters of one side that the other has too.
    """
    usable = report.pairs - sum(
        finding.count for what, finding in report.findings.items() if what.startswith("empty")
    )
    size = next(size for size in SIZES if usable <= size.pairs)
    words = max(report.units(0), report.units(1))
    tokens = 1.3 * words
    updates = round(size.epochs * tokens / size.tokens_per_update / 100) * 100
    updates = min(max(updates, LEAST_UPDATES), MOST_UPDATES)
    every = max(updates // 20, 50)
    distinct_guess = min(size.vocabulary, max(300, int(words**0.5) * 8))
    longest = max(64, 2 * max(report.percentile(0, 99), report.percentile(1, 99)))
    shared = shared_letters >= SHARED_LETTERS
    batch = min(size.tokens_per_update, 4096)
    lines = [
        f"# Written by `glassformer new` from {report.pairs:,} sentence pairs. Change any of it.",
        f"name = {json.dumps(name)}",
        "",
        "[data]",
        'source = "files"',
        *files(corpus),
        f"max_length = {longest}  # tokens; twice what 99 % of the lines have in words",
        "",
        "[tokenizer]",
        'kind = "bpe"  # cuts rare words into parts that are frequent',
        f"size = {distinct_guess}  # at most; grows with the root of the {words:,} words of a side",
        f"shared = {str(shared).lower()}  # the sides have {shared_letters:.0%} of their letters "
        "in common",
        "",
        "[model]",
        f"# {size.reason}",
        *(f"{key} = {value}" for key, value in size.model.items()),
        "",
        "[training]",
        f"updates = {updates}  # about {updates * size.tokens_per_update / tokens:.0f} times "
        "through the corpus",
        f"tokens_per_update = {size.tokens_per_update}",
        f"tokens_per_batch = {batch}  # lower it if memory runs out: updates stay as they are",
        f"warmup = {min(size.warmup, max(updates // 4, 1))}",
        f"peak_learning_rate = {size.peak}",
        f"checkpoint_every = {every}",
        f"evaluate_every = {every}",
        "patience = 10  # stop after ten evaluations without a lower loss",
    ]
    return "\n".join(lines) + "\n"


def files(corpus: Corpus) -> list[str]:
    """The lines that name the corpus's files, as absolute paths."""
    lines = []
    for split in ("train", "dev", "test"):
        for side, file in zip(("source", "target"), getattr(corpus, split), strict=True):
            if file is not None:
                lines.append(f"{split}_{side} = {json.dumps(str(Path(file).resolve()))}")
    return lines


def letters_in_common(pairs: list[tuple[str, str]]) -> float:
    """The share of the letters of the side with fewer that the other side has too."""
    left = {letter for source, _ in pairs for letter in source if letter.isalpha()}
    right = {letter for _, target in pairs for letter in target if letter.isalpha()}
    return len(left & right) / max(min(len(left), len(right)), 1)
