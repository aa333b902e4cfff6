"""Decoding beside other engines: python benchmarks/decoding.py

The same weights in every engine, the same sentences, 25 tokens written for each, in turns, round by
round. Ours goes from text to text by ``gf.load``; CTranslate2 is given tokens as it wants them.
Also how long a single sentence takes with the small model, and what a step of ours costs as the
length grows, beside attention alone and the cache's formula.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from common import keep
from engines import ENGINES, EXTRA, Translate, engines, made, sentences
from limits import FLOP, products
from peers import Sizes
from rounds import alternate, fastest, rate, ratio, say, spread
from training import BASE, OURS, SMALL

import glassformer as gf
from glassformer.data import petit
from glassformer.errors import ConfigError
from glassformer.evaluation.bleu import sacrebleu_score
from glassformer.model.transformer import EncoderDecoder
from glassformer.numerics.attention import attend_fused
from glassformer.runs.run import Run
from glassformer.training.train import choose_dtype

LENGTH = 20
LENGTHS = (16, 32, 64, 128, 256, 512)
BEAMS = (1, 4)
SETTINGS = {"base": BASE, "small": SMALL}
AGAINST = (("fp32", "fp32"), ("bf16", "bf16"), ("int8", "int8"), ("bf16", "fp32"), ("bf16", "int8"))


def throughput(run: Run, sizes: Sizes, count: int, beams: tuple[int, ...], rounds: int) -> Any:
    """Output tokens a second of all engines on ``count`` sentences together."""
    lines = sentences(count, LENGTH)
    with engines(run) as (contenders, missing):
        found: dict[str, Any] = {"sentences": count, "missing": missing}
        for beam in beams:
            found[f"beam {beam}"] = in_turns(contenders, sizes, lines, beam, rounds)
    return found


def in_turns(
    contenders: dict[tuple[str, str], Translate],
    sizes: Sizes,
    lines: list[str],
    beam: int,
    rounds: int,
) -> dict[str, Any]:
    """Everyone's seconds and ratios with one beam."""
    equal = agreement(contenders, lines, beam)
    calls = {
        f"{who}, {dtype}": (lambda _, decode=decode: decode(lines, beam))
        for (who, dtype), decode in contenders.items()
    }
    seconds = alternate(calls | {"bf16 limit": products()["bf16"]}, rounds, warm=0)
    written = [float(len(lines) * (LENGTH + EXTRA))] * rounds
    flop = len(lines) * flop_per_token(sizes, beam) * (LENGTH + EXTRA)
    most = FLOP / min(seconds.pop("bf16 limit"))
    return {
        "rows": [
            {"engine": name, "tokens_per_second": rate(written, took),
             "seconds": spread(took), "tokens_equal_to_ours": equal[name],
             "share_of_bf16_limit": spread([flop / s / most for s in took])}
            for name, took in seconds.items()
        ],
        "ratios": ratios(seconds),
    }  # fmt: skip


def agreement(
    contenders: dict[tuple[str, str], Translate], lines: list[str], beam: int
) -> dict[str, float]:
    """The share of tokens in which each agrees with ours in fp32; warms everyone up."""
    said = {f"{who}, {dtype}": decode(lines, beam) for (who, dtype), decode in contenders.items()}
    right = [token for row in said[f"{OURS}, fp32"] for token in row]
    shares = {}
    for name, rows in said.items():
        tokens = [token for row in rows for token in row]
        if len(tokens) != len(lines) * (LENGTH + EXTRA):
            raise SystemExit(f"{name} wrote {len(tokens)} tokens, not as many as the others")
        shares[name] = sum(a == b for a, b in zip(tokens, right, strict=True)) / len(right)
    return shares


def flop_per_token(sizes: Sizes, beam: int) -> float:
    """Operations of the matrix products for one token written: each beam's, the source's share."""
    d, layers = sizes.d_model, sizes.n_layers
    step = layers * (6 * d * d + 2 * d * sizes.d_ff) + d * sizes.vocabulary
    source = layers * (6 * d * d + 2 * d * sizes.d_ff)
    return 2 * (beam * step + source * (LENGTH + 1) / (LENGTH + EXTRA))


def ratios(seconds: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Ours over the best peer, number format against number format."""
    found = []
    for own, theirs in AGAINST:
        mine = f"{OURS}, {own}"
        others = {n: s for n, s in seconds.items() if n.endswith(theirs) and OURS not in n}
        if mine in seconds and others:
            best = fastest(others)
            found.append(
                {"ours": own, "best_peer": best, "ratio": ratio(seconds[mine], others[best])}
            )
    return found


def growth(run: Run, rows: int, rounds: int) -> list[dict[str, Any]]:
    """A step of ours at growing lengths: its seconds, attention's alone, the cache's bytes."""
    model = gf.load(run.path, device="cpu").model
    assert isinstance(model, EncoderDecoder)
    config = model.config
    seconds: dict[int, list[float]] = {}
    alone: dict[int, list[float]] = {length: [] for length in LENGTHS}
    held: dict[int, int] = {}
    for _ in range(rounds):  # in turns: the machine's memory is not as fast at all times
        with torch.inference_mode():
            state = model.start(torch.full((rows, LENGTH), 5))
            tokens = torch.full((rows,), 5)
            for length in range(1, max(LENGTHS) + 1):
                began = time.perf_counter()
                _, state = model.step(tokens, state)
                seconds.setdefault(length, []).append(time.perf_counter() - began)
                held[length] = held_bytes(state.caches)
        for length in LENGTHS:
            alone[length] += attention_alone(config, rows, length)
    found = []
    for length in LENGTHS:
        near = [s for n in range(length - 7, length + 1) for s in seconds[n]]
        numbers = 2 * config.n_layers * rows * config.d_model * (length + LENGTH)
        found.append({
            "length": length, "step_seconds": spread(near),
            "attention_seconds": spread(alone[length]),
            "cache_bytes": held[length], "formula_bytes": 4 * numbers,
        })  # fmt: skip
    return found


def bleu(count: int) -> dict[str, float]:
    """BLEU of the carried model of petit on new sentences, beam 4, in each number format."""
    pairs = list(petit.split("new", 11, count))
    scores = {}
    for dtype in ENGINES[OURS][1]:
        try:
            model = gf.load(device="cpu", dtype=dtype)
        except ConfigError:  # it has not this one
            continue
        said = model.translate([pair.english for pair in pairs], beam=4)
        scores[dtype] = sacrebleu_score(said, [pair.french for pair in pairs]).value
    return scores


def held_bytes(caches: object) -> int:
    """The bytes of memory behind all tensors of these caches, each counted once."""
    seen: dict[int, int] = {}

    def look(thing: object) -> None:
        if isinstance(thing, torch.Tensor):
            kept = thing.untyped_storage()
            seen[kept.data_ptr()] = kept.nbytes()
        elif isinstance(thing, list | tuple):
            for part in thing:
                look(part)
        elif hasattr(thing, "__dict__"):
            look(list(vars(thing).values()))

    look(caches)
    return sum(seen.values())


@torch.inference_mode()
def attention_alone(config: Any, rows: int, length: int) -> list[float]:
    """Seconds of one step's self-attention in all layers, each with keys and values of its own."""
    heads, width = config.n_heads, config.d_model // config.n_heads
    query = torch.randn(rows, heads, 1, width)
    known = [torch.randn(2, rows, heads, length, width) for _ in range(config.n_layers)]

    def layers(_: int) -> None:
        for key, value in known:
            attend_fused(query, key, value)

    return alternate({"attention": layers}, 8, warm=2)["attention"]


def show(name: str, found: dict[str, Any]) -> None:
    """A line for each engine and each ratio."""
    for title, part in found.items():
        if not title.startswith("beam"):
            continue
        print(f"\n{name}, {found['sentences']} sentences, {title}")
        for row in part["rows"]:
            speed = say(row["tokens_per_second"], digits=0)
            print(f"{row['engine']:<26}{speed:<28}tokens/s {row['tokens_equal_to_ours']:.0%} equal")
        for row in part["ratios"]:
            print(f"{row['ours']}: {say(row['ratio'], digits=2)} × {row['best_peer']}")


def main() -> None:
    """Compare, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setting", choices=SETTINGS, action="append")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--beam", type=int, choices=BEAMS, action="append")
    parser.add_argument("--quick", action="store_true", help="two rounds; keep nothing")
    asked = parser.parse_args()
    rounds = 2 if asked.quick else asked.rounds
    beams = tuple(asked.beam or BEAMS)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.setting or SETTINGS:
            sizes = SETTINGS[name]
            run = made(sizes, Path(folder) / name)
            found[name] = throughput(run, sizes, 32, beams, rounds)
            show(name, found[name])
            if name == "small":
                found["one sentence"] = throughput(run, sizes, 1, beams, 4 * rounds)
                show(name, found["one sentence"])
                found["bleu"] = bleu(100 if asked.quick else 2000)
                print("BLEU of petit:", found["bleu"])
                found["growth"] = growth(run, 32, 1 if asked.quick else 7)
                for row in found["growth"]:
                    step, alone = row["step_seconds"], row["attention_seconds"]
                    print(f"length {row['length']}: {say(step, 1e-3)} ms a step, "
                          f"{say(alone, 1e-3)} ms of attention, cache "
                          f"{row['cache_bytes'] / row['formula_bytes']:.2f} × formula")  # fmt: skip
    if not asked.quick:
        # A processor without bf16 is another race: it has a file of its own.
        native = choose_dtype("auto", BASE.d_model, torch.device("cpu")) == torch.bfloat16
        keep("decoding" if native else "decoding-without-bf16", {
            "what": f"output tokens a second, {LENGTH} tokens read and {LENGTH + EXTRA} written "
                    "for each sentence, the same weights in all",
            "threads": torch.get_num_threads(), **found,
        })  # fmt: skip


if __name__ == "__main__":
    main()
