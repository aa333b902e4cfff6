"""Whether the fast paths learn as the plain one: python benchmarks/quality.py --path plain --seed 1

500 updates of the small model on Multi30k's text (or invented text), by the written steps in fp32
(``plain``) or as ``glassformer train`` goes by default (``fast``). A call makes one run and puts
its losses beside those that results/quality.json holds already; the table compares the seeds of
both paths. A run takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from contextlib import nullcontext
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from common import RESULTS, commit, keep
from corpus import prepared, text
from torch import Tensor
from training import SETTINGS, Work, trainer

from glassformer.data.batching import Position, updates
from glassformer.data.prepare import encode_corpus
from glassformer.numerics.loss import smoothed_cross_entropy
from glassformer.tap import by_written_steps
from glassformer.training.dev import dev_loss

LAST = 50  # updates whose training loss is averaged


def plain_loss(
    hidden: Tensor,
    output: Tensor,
    targets: Tensor,
    bias: Tensor | None = None,
    *,
    pad: int,
    smoothing: float,
) -> Tensor:
    """The summed loss by its formula, all logits at once."""
    real = targets != pad
    logits = F.linear(hidden[real], output, bias)
    return smoothed_cross_entropy(logits, targets[real], smoothing).sum()


def learned(path: str, seed: int, count: int, pairs: list[tuple[str, str]], tokens: int) -> Any:
    """The losses after ``count`` updates."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        sizes = SETTINGS["small"]
        tokenizers, corpus = prepared(pairs[1000:], sizes.vocabulary, folder / "train")
        dev, _ = encode_corpus(pairs[:1000], tokenizers, folder / "dev", max_length=256)
        work = Work(sizes, tokenizers, corpus, tokens, [])
        runner = trainer(work, "fp32" if path == "plain" else "auto", folder / "run", seed)
        runner.corpora = {"train": corpus, "dev": dev}
        if path == "plain":
            runner.share.compute.objective = partial(
                plain_loss, pad=sizes.pad, smoothing=runner.config.label_smoothing
            )
        with by_written_steps() if path == "plain" else nullcontext():
            for batches, position in islice(
                updates(corpus, runner.batching, Position(0, 0, 0)), count
            ):
                runner.one_update(batches, position)
        losses = [row["loss"] for row in runner.run.metrics()][-LAST:]
        found, _ = dev_loss(
            runner.model, dev, runner.batching, lambda rows: runner.collate("dev", rows)
        )
        return {"training_loss": statistics.mean(losses), "dev_loss": found}


def main() -> None:
    """Make a run, and put its row beside the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of Multi30k; without it invented text")
    parser.add_argument("--path", choices=["plain", "fast"], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--updates", type=int, default=500)
    parser.add_argument("--tokens", type=int, default=4096, help="a batch and side, with padding")
    parser.add_argument("--quick", action="store_true", help="ten small updates; keep nothing")
    asked = parser.parse_args()
    count, tokens = (10, 512) if asked.quick else (asked.updates, asked.tokens)
    found = learned(asked.path, asked.seed, count, text(asked.data), tokens)
    row = {
        "path": asked.path, "seed": asked.seed, "updates": count, "tokens_per_batch": tokens,
        "data": "Multi30k" if asked.data else "invented text", **found, "commit": commit(),
    }  # fmt: skip
    print(row)
    if not asked.quick:
        file = RESULTS / "quality.json"
        rows = json.loads(file.read_text(encoding="utf-8"))["runs"] if file.is_file() else []
        rest = [r for r in rows if (r["path"], r["seed"]) != (asked.path, asked.seed)]
        keep("quality", {
            "what": "losses in nats a target token: the mean of the last 50 updates (smoothed, "
                    "with dropout), and of held-out sentences after the last",
            "threads": torch.get_num_threads(), "runs": [*rest, row],
        })  # fmt: skip


if __name__ == "__main__":
    main()
