"""How training speed goes with length, batch, width and threads: python benchmarks/sweep.py

Ours and its peers on made-up tokens, all sentences of one length, in turns; each axis is varied
from one point: the small model, 16 tokens a sentence, 4096 tokens a batch, all threads.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from common import keep
from corpus import batches, even
from engines import tokenizers
from peers import PEERS
from rounds import say
from training import COLUMNS, OURS, SMALL, Work, compared

POINT = {"length": 16, "batch": 4096, "width": SMALL.d_model, "threads": 0}


def axes(quick: bool) -> dict[str, list[int]]:
    """The values of each axis."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if quick:
        return {"length": [8, 64], "batch": [512], "width": [64], "threads": [1]}
    counts = [2**n for n in range(12) if 2**n <= (cores or 1)]
    return {
        "length": [8, 16, 32, 64, 128, 256],
        "batch": [512, 1024, 2048, 4096, 8192],
        "width": [64, 128, 256, 512],
        "threads": counts,
    }


def at(point: dict[str, int], chosen: list[tuple[str, str]], rounds: int, folder: Path) -> Any:
    """Everyone at one point: heads are 64 wide and the inner layer four times as wide as the
    model."""
    width = point["width"]
    pair = tokenizers(SMALL.vocabulary)
    sizes = replace(
        SMALL, d_model=width, d_ff=4 * width, n_heads=width // 64, pad=pair.source.pad_id
    )
    count = (rounds + 1) * (point["batch"] // point["length"])
    corpus = even(point["length"], sizes.vocabulary, folder / "corpus", count)
    work = Work(sizes, pair, corpus, point["batch"], batches(corpus, point["batch"], rounds + 1))
    before = torch.get_num_threads()
    torch.set_num_threads(point["threads"] or before)
    try:
        return compared(work, chosen, rounds, folder)["rows"]
    finally:
        torch.set_num_threads(before)


def main() -> None:
    """Walk along each axis, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--column", choices=COLUMNS[:2], action="append")
    parser.add_argument("--quick", action="store_true", help="few points; keep nothing")
    asked = parser.parse_args()
    chosen = [(who, c) for c in asked.column or ["bf16"] for who in (OURS, *PEERS)]
    found: dict[str, list[Any]] = {}
    for axis, values in axes(asked.quick).items():
        found[axis] = []
        for value in values:
            point = POINT | ({"batch": 512} if asked.quick else {}) | {axis: value}
            with tempfile.TemporaryDirectory() as folder:
                rows = at(point, chosen, 1 if asked.quick else asked.rounds, Path(folder))
            found[axis].append({"at": value, "rows": rows})
            told = [f"{row['who']} {say(row['tokens_per_second'], digits=0)}" for row in rows]
            print(f"{axis} {value}: {', '.join(told)}", flush=True)
    if not asked.quick:
        keep("sweep", {
            "what": "source and target tokens a second in training, along one axis at a time",
            "point": POINT, "threads": torch.get_num_threads(), "axes": found,
        })  # fmt: skip


if __name__ == "__main__":
    main()
