"""The measurement of a GPU: that it says so where there is none, and that every part of it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import gpu
import pytest
import torch

SCRIPT = Path(gpu.__file__)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_without_a_gpu_it_says_so_in_one_line(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    done = run("--output", str(tmp_path / "gpu.json"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "sees no GPU here" in done.stderr
    assert not (tmp_path / "gpu.json").exists()


def test_every_part_runs_at_tiny_sizes(tmp_path: Path) -> None:
    output = tmp_path / "gpu.json"
    done = run("--device", "cpu", "--quick", "--output", str(output))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(output.read_text())
    assert list(found["parts"]) == list(gpu.PARTS)
    for part, figures in gpu.FIGURES.items():
        for name in figures:
            measured = [v for key, v in found["parts"].items() if key.split()[0] == part]
            assert measured and all(row[name] >= 0 for row in measured), (part, name)
    assert found["parts"]["base"]["eager"]["choices"][0]["dtype"] == "bf16"
    assert found["quick"] and len(done.stdout.splitlines()) == len(gpu.PARTS)


def test_a_part_that_fails_is_named_and_loses_no_other() -> None:
    words = ["--device", "cpu"]
    found = gpu.in_a_process("multi30k 2", words, 60)
    assert found == {"failed": "needs the corpus: give --data FOLDER"}
    assert gpu.told("multi30k 2", found).startswith("multi30k 2   FAILED: needs the corpus")
    assert gpu.in_a_process("limits", words, 1) == {"failed": "no time was left"}
