"""What this machine can do at most: python benchmarks/limits.py

The rate of matrix products for each number format, and of reading and copying memory, with as many
threads as torch uses. Whoever measures a speed measures these in the same run, in the same rounds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from common import keep
from rounds import alternate, rate, say

SIDE = 2048  # of the square matrices: the largest rate that was found lies here, in each format
BYTES = 256 * 2**20  # read and copied: more than any cache holds
FLOP = 2 * SIDE**3


def products() -> dict[str, Callable[[int], object]]:
    """For each number format a square matrix product of ``FLOP`` operations."""
    wide = torch.randn(SIDE, SIDE)
    low = wide.bfloat16()
    small = torch.randint(-100, 100, (SIDE, SIDE), dtype=torch.int8)
    return {
        "fp32": lambda _: F.linear(wide, wide),
        "bf16": lambda _: F.linear(low, low),
        "int8": lambda _: torch._int_mm(small, small),
    }


def memory() -> dict[str, Callable[[int], object]]:
    """Reading ``BYTES`` once, and copying them, which moves twice as many."""
    there = torch.zeros(BYTES // 4)
    elsewhere = torch.empty_like(there)
    return {"read": lambda _: there.sum(), "copy": lambda _: elsewhere.copy_(there)}


def measured(rounds: int = 7) -> dict[str, Any]:
    """Operations a second by format, and bytes a second, each with its spread."""
    found = alternate(products() | memory(), rounds, warm=2)
    work = {"read": BYTES, "copy": 2 * BYTES}
    return {name: rate([work.get(name, FLOP)] * rounds, found[name]) for name in found}


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds; keep nothing")
    quick = parser.parse_args().quick
    found = measured(3 if quick else 21)
    for name, figure in found.items():
        print(f"{name:<6}{say(figure, 1e9)} G/s")
    if not quick:
        keep("limits", {"threads": torch.get_num_threads(), "limits": found})


if __name__ == "__main__":
    main()
