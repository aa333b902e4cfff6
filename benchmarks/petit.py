"""The built-in pair, from nothing to a report: python benchmarks/petit.py [petit-demo|petit]

petit-demo is what `make demo` runs after installing. Times and memory are of the whole command, on
the cores that this process may use (taskset -c 0,1 for two).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil
from common import glassformer, keep

FIGURES = {
    "petit-demo": {"training_seconds": 180, "whole_seconds": 240, "peak_gib": 1.5, "new": 0.95,
                   "combinations": 0.90, "it_pairs": 0.98},
    "petit": {"training_seconds": 900, "new": 0.995, "combinations": 0.98, "it_pairs": 0.995},
}  # fmt: skip


def main() -> None:
    """Train, evaluate, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", nargs="?", choices=list(FIGURES), default="petit-demo")
    parser.add_argument("--run", type=Path, help="where to leave the run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = arguments.run or Path(folder) / "petit"
        words = ("demo", "--no-input", "--run", str(run))
        if arguments.recipe == "petit":
            words = ("train", "petit", "--run", str(run))
        seconds, peak = watched(glassformer(*words))
        out = subprocess.run(
            glassformer("evaluate", str(run), "--json"), check=True, capture_output=True
        )
        report = json.loads(out.stdout)
        rows = [json.loads(row) for row in (run / "metrics.jsonl").read_text().split("\n")[:-1]]
        updates = [row for row in rows if "loss" in row]
        shares = {name: found["exact"]["share"] for name, found in report["splits"].items()}
        name = "demo" if arguments.recipe == "petit-demo" else "train petit"
        keep(arguments.recipe, {
            "what": f"glassformer {name}, then its report on held-out sentences",
            "recipe": (run / "recipe.toml").read_text(encoding="utf-8"),
            "seed": 1,
            "updates": len(updates),
            "training_seconds": updates[-1]["seconds"],
            "whole_seconds": round(seconds, 1),
            "peak_gib": round(peak / 2**30, 2),
            "tokens_per_second": round(sum(r["tokens"] for r in updates) / updates[-1]["seconds"]),
            **shares,
            "it_pairs": report["pairs"]["pronoun"]["share"],
            "it_pairs_whole_sentences": report["pairs"]["sentence"]["share"],
            "sentences": report["sentences"],
            "figures": FIGURES[arguments.recipe],
        })  # fmt: skip


def watched(command: list[str]) -> tuple[float, int]:
    """Run a command; return its seconds and the peak of its memory (resident, with children)."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            try:
                top = psutil.Process(process.pid)
                family = [top, *top.children(recursive=True)]
                peak[0] = max(peak[0], sum(one.memory_info().rss for one in family))
            except psutil.NoSuchProcess:
                return

    threading.Thread(target=look, daemon=True).start()
    code = process.wait()
    done.set()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - start, peak[0]


if __name__ == "__main__":
    main()
