"""What one GPU does: python benchmarks/gpu.py [--data MULTI30K]

In one call of under ten minutes: the card's limits, training base and big, attention's two ways,
beam search with base, and Multi30k tiny with three seeds. Each part runs in a process of its own,
and results/gpu.json is written after each: one that fails or runs out of time is named with its
reason and loses no other. Without CUDA it says so and ends with 2; ``--device cpu --quick`` runs
every part at tiny sizes, to see that it runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from common import HERE, RESULTS, commit, machine
from gpu_parts import attention, base, big, decoding, limits, multi30k

WHOLE = 570.0  # seconds for all parts
SEEDS = (1, 2, 3)
FIGURES = {
    "base": {"tokens_per_second": 600_000, "share_of_bf16": 0.35},
    "big": {"tokens_per_second": 250_000},
    "decoding": {"tokens_per_second": 30_000},
    "multi30k": {"bleu": 41.0, "seconds": 180},
}


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "limits": limits, "base": base, "big": big, "attention": attention, "decoding": decoding,
} | {f"multi30k {seed}": multi30k for seed in SEEDS}  # fmt: skip


def in_a_process(part: str, words: list[str], seconds: float) -> dict[str, Any]:
    """What a part found, or why it found nothing."""
    if seconds < 5:
        return {"failed": "no time was left"}
    command = [sys.executable, str(HERE / "gpu.py"), *words, "--part", part]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"failed": f"it was not done after {seconds:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def told(part: str, found: dict[str, Any]) -> str:
    """A part in a line, with the figure to reach."""
    if "failed" in found:
        return f"{part:<12} FAILED: {found['failed']}"
    wanted = FIGURES.get(part.split()[0], {})
    said = []
    for name, value in found.items():
        if isinstance(value, float | int):
            aim = f" (to reach: {wanted[name]:,})" if name in wanted else ""
            said.append(f"{name} {value:,.4g}{aim}")
    return f"{part:<12} " + ", ".join(said)


def measure(asked: argparse.Namespace, words: list[str]) -> int:
    """All parts, one after the other; how many of them failed."""
    began, results = time.perf_counter(), {}
    name = torch.cuda.get_device_name(asked.device) if asked.device.type == "cuda" else "cpu"
    for part in PARTS:
        left = WHOLE - (time.perf_counter() - began)
        results[part] = in_a_process(part, words, left)
        print(told(part, results[part]), flush=True)
        content = {
            "commit": commit(), "machine": machine() | {"device": name}, "quick": asked.quick,
            "seconds": time.perf_counter() - began, "figures": FIGURES, "parts": results,
        }  # fmt: skip
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return sum("failed" in found for found in results.values())


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of Multi30k; without it invented text")
    parser.add_argument("--device", type=torch.device, default=torch.device("cuda"))
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that all runs")
    parser.add_argument("--output", type=Path, default=RESULTS / "gpu.json")
    parser.add_argument("--part", choices=list(PARTS), help="this one alone, its result as JSON")
    asked = parser.parse_args()
    if asked.device.type == "cuda" and not torch.cuda.is_available():
        print("torch sees no GPU here: nothing to measure (--device cpu --quick tries the script)",
              file=sys.stderr)  # fmt: skip
        sys.exit(2)
    if asked.part is None:
        sys.exit(1 if measure(asked, sys.argv[1:]) else 0)
    seed = asked.part.partition(" ")[2]
    found = PARTS[asked.part](asked, *([int(seed)] if seed else []))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
