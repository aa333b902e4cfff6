"""The parts of gpu.py, each a function from what was asked to its figures."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from corpus import batches, prepared, text
from peers import Sizes
from training import BASE, Work, flop

import glassformer as gf
from glassformer.data.open import open_data
from glassformer.data.prepare import encode_corpus
from glassformer.decoding import Hypothesis
from glassformer.evaluation.bleu import tokenised_bleu
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.numerics.attention import attend_by_steps, attend_fused
from glassformer.numerics.dropout import Randomness
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.compiling import can_compile
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer
from glassformer.translation import ROOM, TranslationConfig, decode_batch, decode_in_batches

BIG = replace(BASE, d_model=1024, d_ff=4096, n_heads=16)
TINY = replace(BASE, d_model=32, d_ff=64, n_heads=2, n_layers=1, vocabulary=300)
WAYS = ("eager", "compiled")
sentences = cache(text)  # made once a process


def synchronised(device: torch.device) -> float:
    """The time when all that the device was asked for is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def timed(device: torch.device, work: Callable[[], object], rounds: int) -> float:
    """The median seconds of a round, the first of them not counted."""
    seconds = []
    for number in range(rounds + 1):
        began = synchronised(device)
        work()
        if number:
            seconds.append(synchronised(device) - began)
        else:
            synchronised(device)
    return statistics.median(seconds)


def limits(asked: argparse.Namespace) -> dict[str, Any]:
    """The rate of bf16 matrix products, and of copying memory."""
    device, side = asked.device, 128 if asked.quick else 8192
    a = torch.randn(side, side, device=device, dtype=torch.bfloat16)
    there = torch.zeros(2**18 if asked.quick else 2**30, device=device)
    elsewhere = torch.empty_like(there)
    product = timed(device, lambda: a @ a, 20)
    copied = timed(device, lambda: elsewhere.copy_(there), 20)
    return {
        "bf16_flop_per_second": 2 * side**3 / product,
        "bytes_per_second": 2 * there.numel() * 4 / copied,
    }


def bf16_rate(asked: argparse.Namespace) -> float:
    """Operations a second, measured in this process."""
    rate: float = limits(asked)["bf16_flop_per_second"]
    return rate


def training(asked: argparse.Namespace, sizes: Sizes, tokens: int) -> dict[str, Any]:
    """Source and target tokens a second as ``glassformer train`` trains, eager and compiled."""
    if asked.quick:
        sizes, tokens = TINY, 256
    found: dict[str, Any] = {"tokens_per_batch_a_side": tokens}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pairs = sentences(asked.data)[: 400 if asked.quick else None]
        tokenizers, corpus = prepared(pairs, sizes.vocabulary, folder / "train")
        work = Work(sizes, tokenizers, corpus, tokens, batches(corpus, tokens, 5))
        per_token = operations(work)
        ways = (False, True) if can_compile(asked.device) else (False,)
        for compiled in ways:
            name = "compiled" if compiled else "eager"
            try:
                found[name] = speed(asked, work, compiled, folder / name)
            except Exception as error:  # the other way is measured all the same
                found[name] = {"failed": f"{type(error).__name__}: {error}"}
        best = max(found[way].get("tokens_per_second", 0.0) for way in found if way in WAYS)
        if not best:
            raise SystemExit(f"no way of training works: {found}")
        found["tokens_per_second"] = best
        found["share_of_bf16"] = best * per_token / bf16_rate(asked)
    return found


def operations(work: Work) -> float:
    """Operations of the matrix products for each source or target token, padding not counted."""
    seen = [work.batch(number) for number in range(len(work.rows))]
    tokens = sum(b.source_tokens + b.target_tokens for b in seen)
    return sum(flop(work.sizes, b) for b in seen) / tokens


def speed(asked: argparse.Namespace, work: Work, compiled: bool, folder: Path) -> dict[str, Any]:
    """Train for some updates, to the end of the run, and read its metrics."""
    updates = 8 if asked.quick else 60
    config = TrainingConfig(
        updates=updates, tokens_per_batch=work.tokens, tokens_per_update=work.tokens,
        checkpoint_every=10**6, evaluate_every=10**6, snapshots=0, average=1,
    )  # fmt: skip
    model = model_of(work.sizes).to(asked.device)
    model.randomness.reseed(1)
    few = sentences(None)[:50]  # for the evaluation that ends every run
    dev, _ = encode_corpus(
        few, work.tokenizers, folder.with_name(f"{folder.name}-dev"), max_length=256
    )
    trainer = Trainer(
        Run.create(folder, recipe=""), config, model, work.tokenizers,
        {"train": work.corpus, "dev": dev}, dtype=torch.bfloat16,
    )  # fmt: skip
    trainer.chosen.begin()
    trainer.trial.over = True
    began = time.perf_counter()
    if compiled:
        trainer.chosen.choose(1, compiled=True)
    trainer.run_updates()
    rows = [row for row in trainer.run.metrics() if "loss" in row]
    counted = rows[len(rows) // 3 :]
    seconds = counted[-1]["seconds"] - rows[len(rows) // 3 - 1]["seconds"]
    memory = torch.cuda.max_memory_allocated(asked.device) if torch.cuda.is_available() else None
    return {
        "tokens_per_second": sum(row["tokens"] for row in counted) / seconds,
        "seconds_with_start": time.perf_counter() - began,
        "last_loss": rows[-1]["loss"],
        "peak_bytes": memory,
        "choices": trainer.chosen.rows,
    }


def model_of(sizes: Sizes) -> EncoderDecoder:
    """An untrained model of these sizes."""
    model = build(ModelConfig(
        source_vocabulary=sizes.vocabulary, target_vocabulary=sizes.vocabulary, pad=sizes.pad,
        d_model=sizes.d_model, d_ff=sizes.d_ff, n_heads=sizes.n_heads, n_layers=sizes.n_layers,
    ), 1)  # fmt: skip
    assert isinstance(model, EncoderDecoder)
    return model


def base(asked: argparse.Namespace) -> dict[str, Any]:
    """The paper's base model."""
    return training(asked, BASE, 25_000)


def big(asked: argparse.Namespace) -> dict[str, Any]:
    """The paper's big model."""
    return training(asked, BIG, 16_000)


def attention(asked: argparse.Namespace) -> dict[str, Any]:
    """Seconds of attention with dropout, forward and backward, in one kernel and step by step."""
    device, found = asked.device, {}
    tokens, heads, width = (512, 2, 8) if asked.quick else (25_600, 8, 64)
    for length in (16, 32, 64, 128, 256, 512):
        found[str(length)] = attention_at(device, (tokens // length, heads, length, width))
    return {"seconds_by_length": found}


def attention_at(device: torch.device, shape: tuple[int, int, int, int]) -> dict[str, float]:
    """Seconds of both ways at one shape [batch, head, position, width]."""
    query, key, value = (
        torch.randn(shape, device=device, dtype=torch.bfloat16, requires_grad=True)
        for _ in range(3)
    )
    mask = torch.ones(shape[2], shape[2], dtype=torch.bool, device=device).tril()
    randomness = Randomness(1)

    def run(attend: Callable[..., torch.Tensor]) -> None:
        with randomness.lend(device):
            mixed = attend(query, key, value, mask, dropout_rate=0.1, randomness=randomness)
        mixed.sum().backward()

    ways = {"kernel": attend_fused, "steps": attend_by_steps}
    return {name: timed(device, lambda way=way: run(way), 5) for name, way in ways.items()}


def decoding(asked: argparse.Namespace) -> dict[str, Any]:
    """Output tokens a second of beam 4 with base: sentences of 20 tokens, 25 written for each."""
    sizes, count = (TINY, 7) if asked.quick else (BASE, 1024)
    pair = pair_of(sizes)
    model = model_of(replace(sizes, vocabulary=pair.source.size)).eval()
    model.to(asked.device, torch.bfloat16)
    generator = torch.Generator().manual_seed(1)
    sources = torch.randint(4, pair.source.size, (count, 20), generator=generator).tolist()
    config = TranslationConfig(beam=4, extra_length=5)
    found: dict[str, Any] = {"sentences": count}
    rooms = (ROOM, 4 * ROOM, 16 * ROOM)  # of how many sentences together it is the quickest
    for room in rooms:
        written = 0

        def all_of_them(room: int = room) -> None:
            nonlocal written
            hypotheses = decode_in_batches(
                sources, room // 4, lambda some: decode_batch(model, pair, some, config, 1),
                lambda done: None, lambda notice: None,
            )  # fmt: skip
            written = sum(words(row[0]) for row in hypotheses)

        with torch.inference_mode():
            seconds = timed(asked.device, all_of_them, 2)
        found[f"room {room}"] = {"tokens_per_second": written / seconds, "tokens": written}
    found["tokens_per_second"] = found[f"room {ROOM}"]["tokens_per_second"]
    return found


def words(hypothesis: Hypothesis) -> int:
    """Tokens that were written, the end token among them."""
    return len(hypothesis.tokens) + hypothesis.finished


def pair_of(sizes: Sizes) -> TokenizerPair:
    """A tokenizer of about the vocabulary of these sizes."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = sentences(None)[:400] if sizes is TINY else sentences(None)
        return prepared(pairs, sizes.vocabulary, Path(folder) / "corpus")[0]


def multi30k(asked: argparse.Namespace, seed: int = 1) -> dict[str, Any]:
    """Multi30k tiny as its recipe says, a whole update a batch: seconds, and BLEU on the test."""
    recipe = "petit-demo" if asked.quick else "multi30k-tiny"
    overrides = [f"training.seed={seed}"]
    if asked.quick:
        overrides += ["data.size=300", "training.updates=4", "training.tokens_per_update=400",
                      "training.tokens_per_batch=200", "model.d_model=32", "model.d_ff=48",
                      "model.n_heads=2", "training.average=1", "training.snapshots=0"]  # fmt: skip
    elif asked.data is None:
        raise SystemExit("needs the corpus: give --data FOLDER")
    else:
        overrides += [f"data.path={asked.data}", "training.tokens_per_batch=8192",
                      "training.evaluate_every=1000", "training.snapshots=0"]  # fmt: skip
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as made:
        run = Path(made) / "run"
        gf.train(gf.load_recipe(recipe, overrides), run, device=str(asked.device))
        took = time.perf_counter() - began
        model = gf.load(run, device=str(asked.device))
        pairs = list(open_data(model.recipe.data).split("test"))[: 20 if asked.quick else None]
        found = model.translate([source for source, _ in pairs])
        score = tokenised_bleu(found, [target for _, target in pairs], lowercase=True)
        rows = [row for row in model.run.metrics() if "loss" in row]
        return {
            "seed": seed, "seconds": took, "bleu": score.value, "signature": score.signature,
            "updates": rows[-1]["step"],
            "tokens_per_second": sum(row["tokens"] for row in rows) / rows[-1]["seconds"],
        }  # fmt: skip
