"""How long ``glassformer --help`` takes: python benchmarks/startup.py (figure: 0.3 s)."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time

from common import keep

RUNS = 21


def main() -> None:
    """Time the installed command, the first run not counted."""
    command = shutil.which("glassformer")
    assert command, "install the package first: make setup"
    seconds = []
    for _ in range(RUNS + 1):
        before = time.perf_counter()
        subprocess.run([command, "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - before)
    counted = sorted(seconds[1:])
    keep("startup", {
        "what": "glassformer --help, wall-clock seconds",
        "median": round(statistics.median(counted), 4),
        "slowest": round(counted[-1], 4),
        "figure": 0.3,
    })  # fmt: skip


if __name__ == "__main__":
    main()
