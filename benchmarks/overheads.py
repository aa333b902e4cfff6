"""What a training costs beside its speed: python benchmarks/overheads.py [--data MULTI30K]

Memory: the most that a process holds while it makes three updates, above what it holds when its
packages are imported; a process for each. The time from starting the program to its first update:
of each, with the text encoded already; of ours by ``glassformer train`` too, from the text as it
is. And how much faster than training consumes it text becomes tokens, and tokens batches.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import torch
from common import glassformer, keep
from corpus import batches, text
from peers import PEERS, Sizes
from rounds import spread
from training import COLUMNS, OURS, SETTINGS, Work, contender, work_of

from glassformer.data.batching import BatchingConfig, Position, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair

UPDATES = 3
PACKAGES = {OURS: [], "torch.nn.Transformer": [], "HuggingFace Marian": ["transformers"],
            "x-transformers": ["x_transformers"], "JoeyNMT": ["joeynmt.model"]}  # fmt: skip


def child(folder: Path) -> None:
    """The updates of one contender, told line by line."""
    task = json.loads(sys.stdin.readline())
    for package in PACKAGES[task["who"]]:
        __import__(package)
    before = psutil.Process().memory_info().rss
    tokenizers = TokenizerPair.load(folder)
    corpus = EncodedCorpus.open(folder / f"corpus-{task['sizes']['vocabulary']}")
    rows = batches(corpus, task["tokens"], UPDATES)
    work = Work(Sizes(**task["sizes"]), tokenizers, corpus, task["tokens"], rows)
    with tempfile.TemporaryDirectory() as runs:
        update = contender(task["who"], task["column"], work, Path(runs))
        for number in range(UPDATES):
            update(number)
            print(json.dumps(peak() - before), flush=True)


def peak() -> int:
    """The most bytes that this process has held so far (Linux keeps count)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").split("\n")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def alone(who: str, column: str, work: Work, folder: Path) -> tuple[float, int]:
    """Seconds to the first update, and the peak above the imports, of a process of its own."""
    task = {"who": who, "column": column, "sizes": vars(work.sizes), "tokens": work.tokens}
    command = [sys.executable, __file__, "--child", str(folder)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as at:
        assert at.stdin and at.stdout
        at.stdin.write(json.dumps(task) + "\n")
        at.stdin.flush()
        at.stdout.readline()
        first = time.perf_counter() - began
        told = at.stdout.read().split()
    if not told:
        raise SystemExit(f"{who} did not get to its last update")
    return first, int(told[-1])


def costs(work: Work, folder: Path, rounds: int, chosen: list[tuple[str, str]]) -> list[Any]:
    """Time to the first update and peak memory of each, in turns."""
    work.tokenizers.save(folder)
    found: dict[tuple[str, str], list[tuple[float, int]]] = {key: [] for key in chosen}
    for _ in range(rounds):
        for key in chosen:
            found[key].append(alone(*key, work, folder))
    rows = []
    for (who, column), values in found.items():
        first, most = zip(*values, strict=True)
        rows.append({"who": who, "column": column, "seconds_to_first_update": spread(first),
                     "peak_bytes": spread(most)})  # fmt: skip
        print(f"{who:<22}{column:<9}{statistics.median(first):>7.1f} s"
              f"{statistics.median(most) / 2**20:>9,.0f} MB")  # fmt: skip
    return rows


def by_command(pairs: list[tuple[str, str]], folder: Path, tokens: int) -> float:
    """Seconds from ``glassformer train`` on plain text to its first update, all included."""
    for name, lines in (("train", pairs), ("dev", pairs[:100])):
        for side, which in (("source", 0), ("target", 1)):
            content = "".join(pair[which] + "\n" for pair in lines)
            (folder / f"{name}.{side}").write_text(content, encoding="utf-8")
    sizes = SETTINGS["small"]
    settings = ["data.source=files"] + [
        f"data.{name}_{side}={folder / f'{name}.{side}'}"
        for name in ("train", "dev") for side in ("source", "target")
    ]  # fmt: skip
    settings += [
        f"model.d_model={sizes.d_model}", f"model.d_ff={sizes.d_ff}", "tokenizer.size=8000",
        f"model.n_heads={sizes.n_heads}", f"model.n_layers={sizes.n_layers}", "model.norm=post",
        f"training.tokens_per_batch={tokens}", f"training.tokens_per_update={tokens}",
        "training.dtype=auto", "model.dropout=0.1",
    ]  # fmt: skip
    run = folder / "run"
    command = glassformer("train", "petit", *settings, "--run", str(run))
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while not (run / "metrics.jsonl").is_file() or not Run.open(run).metrics():
            if process.poll() is not None:
                assert process.stderr
                raise SystemExit(process.stderr.read().decode())
            time.sleep(0.01)
        took = time.perf_counter() - began
        process.kill()
    return took


def supply(work: Work, pairs: list[tuple[str, str]], folder: Path) -> dict[str, float]:
    """Tokens a second, of both sides: from text, into batches, and through our training."""
    began = time.perf_counter()
    sides = ([pair[which] for pair in pairs] for which in (0, 1))
    made = sum(len(ids) + 1 for side in sides for ids in work.tokenizers.source.encode_batch(side))
    encoding = made / (time.perf_counter() - began)
    config = BatchingConfig(tokens_per_batch=work.tokens, tokens_per_update=work.tokens, seed=1)
    began, batched = time.perf_counter(), 0
    numbers = Work(work.sizes, work.tokenizers, work.corpus, work.tokens, [])
    for (rows,), position in updates(work.corpus, config, Position(0, 0, 0)):
        numbers.rows = [rows]
        batch = numbers.batch(0)
        batched += batch.source_tokens + batch.target_tokens
        if position.epoch > 0:
            break
    batching = batched / (time.perf_counter() - began)
    update, rates = contender(OURS, "default", work, folder), []
    for number in range(len(work.rows)):
        before = time.perf_counter()
        update(number)
        took = time.perf_counter() - before
        batch = work.batch(number)
        rates.append((batch.source_tokens + batch.target_tokens) / took)
    training = statistics.median(rates[1:])
    return {"encoding": encoding, "batching": batching, "training": training,
            "encoding_over_training": encoding / training,
            "batching_share_of_a_step": training / batching}  # fmt: skip


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of Multi30k; without it invented text")
    parser.add_argument("--setting", choices=SETTINGS, action="append")
    parser.add_argument("--tokens", type=int, default=4096, help="a batch and side, with padding")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="ours and one peer; keep nothing")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child)
        return
    pairs = text(asked.data)
    everyone = (OURS, "torch.nn.Transformer") if asked.quick else (OURS, *PEERS)
    chosen = [(who, column) for column in COLUMNS for who in everyone]
    found: dict[str, Any] = {}
    for name in asked.setting or (["small"] if asked.quick else SETTINGS):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            work = work_of(SETTINGS[name], pairs, asked.tokens, 6, folder)
            rows = costs(work, folder, 1 if asked.quick else asked.rounds, chosen)
            found[name] = {"rows": rows}
            if name == "small":
                found["supply"] = supply(work, pairs, folder)
                found["seconds_by_command"] = by_command(pairs, folder, asked.tokens)
                print(found["supply"], found["seconds_by_command"])
    if not asked.quick:
        keep("overheads", {
            "what": "bytes above the imports, seconds to the first update, tokens a second",
            "threads": torch.get_num_threads(), "tokens_per_batch": asked.tokens, **found,
        })  # fmt: skip


if __name__ == "__main__":
    main()
