"""Training beside other implementations: python benchmarks/training.py [--data MULTI30K]

Every contender makes an update on the same batch, in turns, round by round: ours by the Trainer
that ``glassformer train`` uses, which also puts the batch together, guards against gradients that
are not finite and writes its row of metrics. Told are source and target tokens a second, padding
not counted, and the share of the best matrix rate that was measured in the same rounds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from common import keep
from corpus import batches, prepared, text
from limits import FLOP, products
from peers import PEERS, Sizes, learner
from rounds import alternate, fastest, rate, ratio, say, spread

from glassformer.data.batching import Batch, Position, Rows, collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer
from glassformer.training.train import choose_dtype

OURS = "Glassformer"
COLUMNS = ("fp32", "bf16", "default")
BF16_OFF = "default, bf16 switched off"
BF16_OVER_FP32 = "bf16 beside fp32"
SMALL = Sizes(d_model=256, d_ff=1024, n_heads=4, n_layers=3, vocabulary=8000)
BASE = Sizes(d_model=512, d_ff=2048, n_heads=8, n_layers=6, vocabulary=32_000)
SETTINGS = {"small": SMALL, "base": BASE}
Contender = Callable[[int], object]


@dataclass
class Work:
    """What everyone trains on: the sizes, the corpus and some batches of it."""

    sizes: Sizes
    tokenizers: TokenizerPair
    corpus: EncodedCorpus
    tokens: int
    rows: list[Rows]

    def batch(self, number: int) -> Batch:
        """The batch of a round."""
        return collate(self.corpus, self.rows[number], self.tokenizers)


def trainer(work: Work, dtype: str, folder: Path, seed: int = 1) -> Trainer:
    """Our training as ``glassformer train`` sets it up, in a run of its own."""
    sizes = work.sizes
    config = TrainingConfig(
        updates=1_000_000, tokens_per_batch=work.tokens, tokens_per_update=work.tokens, seed=seed
    )
    model = build(ModelConfig(
        source_vocabulary=sizes.vocabulary, target_vocabulary=sizes.vocabulary, pad=sizes.pad,
        d_model=sizes.d_model, d_ff=sizes.d_ff, n_heads=sizes.n_heads, n_layers=sizes.n_layers,
    ), seed)  # fmt: skip
    assert isinstance(model, EncoderDecoder)
    model.randomness.reseed(config.seed)
    model.train()
    return Trainer(
        Run.create(folder, recipe=""), config, model, work.tokenizers,
        {"train": work.corpus, "dev": work.corpus},
        dtype=choose_dtype(dtype, sizes.d_model, torch.device("cpu")),
    )  # fmt: skip


def contender(who: str, column: str, work: Work, folder: Path) -> Contender:
    """One that makes an update on the batch of the round that it is called with."""
    if who == OURS:
        dtype = "auto" if column == "default" else column
        ours = trainer(work, dtype, folder / f"{column}-{work.sizes.d_model}")
        return lambda number: ours.one_update([work.rows[number]], Position(0, 0, 0))
    update = learner(who, work.sizes, column)
    ready = [work.batch(number) for number in range(len(work.rows))]
    return lambda number: update(ready[number])


def flop(sizes: Sizes, batch: Batch) -> float:
    """Operations of the matrix products of an update, for what is no padding.

    A product takes two for each weight and token forward, and four backward. Attention's own
    products are counted for whole sequences of the batch's mean lengths.
    """
    d, layers = sizes.d_model, sizes.n_layers
    source = layers * (4 * d * d + 2 * d * sizes.d_ff) + layers * 2 * d * d
    target = layers * (6 * d * d + 2 * d * sizes.d_ff) + d * sizes.vocabulary
    lengths = batch.source_tokens / len(batch.source), batch.target_tokens / len(batch.source)
    attention = (
        2
        * d
        * layers
        * (batch.source_tokens * lengths[0] + batch.target_tokens * (lengths[0] + lengths[1]))
    )
    return 6 * (batch.source_tokens * source + batch.target_tokens * target + attention)


def compared(
    work: Work, chosen: list[tuple[str, str]], rounds: int, folder: Path
) -> dict[str, Any]:
    """All of these (who, column) in turns: the figures of each, and our ratios to the best peer."""
    contenders: dict[str, Contender] = {
        f"{who}, {column}": contender(who, column, work, folder) for who, column in chosen
    }
    limits = {kind: products()[kind] for kind in ("fp32", "bf16")}
    seconds = alternate(contenders | limits, rounds)
    seen = [work.batch(number) for number in range(rounds)]
    tokens = [b.source_tokens + b.target_tokens for b in seen]
    flops = [flop(work.sizes, b) for b in seen]
    found = {kind: rate([FLOP] * rounds, seconds[kind]) for kind in limits}
    rows = []
    for who, column in chosen:
        took = seconds[f"{who}, {column}"]
        kind = "bf16" if computes_in_bf16(who, column, work.sizes) else "fp32"
        most = FLOP / min(seconds[kind])
        share = [f / s / most for f, s in zip(flops, took, strict=True)]
        rows.append({
            "who": who, "column": column, "computes_in": kind,
            "tokens_per_second": rate(tokens, took), "share_of_limit": spread(share),
        })  # fmt: skip
    return {
        "sizes": vars(work.sizes), "tokens_per_batch": work.tokens, "rounds": rounds,
        "real_tokens": spread(tokens), "flop_per_token": sum(flops) / sum(tokens),
        "limits": found, "rows": rows, "ratios": ratios(seconds, chosen),
    }  # fmt: skip


def computes_in_bf16(who: str, column: str, sizes: Sizes) -> bool:
    """Which of the two limits a contender is held against."""
    if column == "default" and who == OURS:
        return choose_dtype("auto", sizes.d_model, torch.device("cpu")) == torch.bfloat16
    return column == "bf16"


def ratios(seconds: dict[str, list[float]], chosen: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Ours over the best peer: like for like, default for default, and in other pairs by name.

    With bf16 switched off, ours beside the peers as they come computes in fp32 as they do.
    """
    pairs = [(column, column, column) for column in COLUMNS]
    pairs += [(BF16_OFF, "fp32", "default"), (BF16_OVER_FP32, "bf16", "fp32")]
    found = []
    for name, ours, theirs in pairs:
        others = [f"{who}, {c}" for who, c in chosen if c == theirs and who != OURS]
        mine = f"{OURS}, {ours}"
        if mine not in seconds or not others:
            continue
        best = fastest({other: seconds[other] for other in others})
        found.append({
            "column": name, "best_peer": best.rpartition(", ")[0],
            "ratio": ratio(seconds[mine], seconds[best]),
        })  # fmt: skip
    return found


def work_of(
    sizes: Sizes, pairs: list[tuple[str, str]], tokens: int, count: int, folder: Path
) -> Work:
    """The text as tokens of a vocabulary of this size, and its first batches."""
    tokenizers, corpus = prepared(pairs, sizes.vocabulary, folder / f"corpus-{sizes.vocabulary}")
    sizes = replace(sizes, pad=tokenizers.source.pad_id)
    return Work(sizes, tokenizers, corpus, tokens, batches(corpus, tokens, count))


def show(found: dict[str, Any]) -> None:
    """A line for each contender and each ratio."""
    for row in found["rows"]:
        told = say(row["tokens_per_second"], digits=0)
        share = say(row["share_of_limit"], 0.01, 0)
        rest = f"tokens/s {share} % of {row['computes_in']}"
        print(f"{row['who']:<22}{row['column']:<9}{told:<28}{rest}")
    for row in found["ratios"]:
        print(f"{row['column']}: {say(row['ratio'], digits=2)} × {row['best_peer']}")


def main() -> None:
    """Compare at both sizes, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of Multi30k; without it invented text")
    parser.add_argument("--setting", choices=SETTINGS, action="append")
    parser.add_argument("--column", choices=COLUMNS, action="append")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tokens", type=int, default=4096, help="a batch and side, with padding")
    parser.add_argument("--quick", action="store_true", help="two rounds; keep nothing")
    asked = parser.parse_args()
    rounds = 2 if asked.quick else asked.rounds
    pairs = text(asked.data)
    chosen = [(who, column) for column in asked.column or COLUMNS for who in (OURS, *PEERS)]
    found = {}
    for name in asked.setting or SETTINGS:
        with tempfile.TemporaryDirectory() as folder:
            # One batch more: round -1 warms up on the last.
            work = work_of(SETTINGS[name], pairs, asked.tokens, rounds + 1, Path(folder))
            found[name] = compared(work, chosen, rounds, Path(folder))
        print(f"\n{name}")
        show(found[name])
    if not asked.quick:
        keep("training", {
            "what": "source and target tokens a second in training, padding not counted",
            "data": "Multi30k, English to German" if asked.data else "invented text",
            "threads": torch.get_num_threads(), "settings": found,
        })  # fmt: skip


if __name__ == "__main__":
    main()
