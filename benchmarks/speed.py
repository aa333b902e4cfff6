"""All speeds beside other implementations, the table and the plot: make bench

Runs each part in a process of its own, then makes the table and the plot of what they kept. About
an hour on two cores; nothing else should run there. The losses after 500 updates come from
``quality.py``, three seeds of each path, for they take longer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from common import HERE

TEXTS = ("training", "overheads")  # measured on text
PARTS = ("limits", *TEXTS, "decoding", "sweep")


def run(part: str, *words: str) -> None:
    """Run one of the commands of this folder."""
    print(f"\n{part}", flush=True)
    subprocess.run([sys.executable, str(HERE / f"{part}.py"), *words], check=True)


def main() -> None:
    """Run the parts, then make table and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of Multi30k; without it invented text")
    parser.add_argument("--quick", action="store_true", help="see that all runs; keep nothing")
    asked = parser.parse_args()
    quick = ["--quick"] if asked.quick else []
    for part in PARTS:
        data = ["--data", asked.data] if asked.data and part in TEXTS else []
        run(part, *quick, *data)
    if not asked.quick:
        run("tables")
        run("plots")


if __name__ == "__main__":
    main()
