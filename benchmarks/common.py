"""What every benchmark shares: the machine, the commit, and where results are kept."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def machine() -> dict[str, Any]:
    """The processor, the cores that this process may use, and the versions that matter."""
    model = platform.processor()
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().split("\n")
        model = next(
            (x.partition(":")[2].strip() for x in lines if x.startswith("model name")), model
        )
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": model,
        "cores_used": usable,
        "python": platform.python_version(),
        "torch": version("torch"),
        "glassformer": version("glassformer"),
    }


def commit() -> str:
    """The commit that is checked out, with a mark when files differ from it."""

    def git(*words: str) -> str:
        found = subprocess.run(
            ["git", *words], cwd=HERE, capture_output=True, text=True, check=False
        )
        return found.stdout.strip()

    changed = bool(git("status", "--porcelain", "--untracked-files=no"))
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def keep(name: str, figures: dict[str, Any]) -> None:
    """Print the figures, and write them to results/NAME.json with commit and machine."""
    content = {"commit": commit(), "machine": machine(), **figures}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def glassformer(*words: str) -> list[str]:
    """The command line of this environment."""
    return [sys.executable, "-m", "glassformer", *words]
