"""What a training would take: sizes by formula, times from updates that are really run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import glassformer as gf
from glassformer.training.plan import make_plan, peak_memory
from glassformer.training.recipe import load_recipe
from tests.conftest import TINY


def test_a_plan_is_of_the_run_that_follows(tiny_run: Path) -> None:
    plan = make_plan(load_recipe("petit-demo", TINY), device="cpu")
    model = gf.load(tiny_run).model
    assert plan.parameters == sum(p.numel() for p in model.parameters())
    assert plan.sentences == 1500 and plan.updates == 30
    assert plan.hours == pytest.approx(plan.seconds_per_update * 30 / 3600)
    rows = [row for row in gf.load(tiny_run).run.metrics() if "tokens" in row]
    tokens = sum(row["tokens"] for row in rows) / len(rows)
    assert plan.tokens_per_second * plan.seconds_per_update == pytest.approx(tokens, rel=0.25)
    used = sum(f.stat().st_size for f in tiny_run.rglob("*") if f.is_file())
    assert 0.5 < plan.disk / used < 4
    assert plan.peak_memory > 10**8
    assert (plan.device, plan.dtype) == ("cpu", "float32")
    assert any(f"{plan.parameters:,}" in line for line in plan.lines())


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    make_plan(load_recipe("petit-demo", [*TINY, "data.size=200"]), device="cpu")
    assert not list(tmp_path.iterdir())


def test_the_peak_of_memory_is_seen() -> None:
    with peak_memory(torch.device("cpu")) as before:
        torch.ones(10).sum()
    with peak_memory(torch.device("cpu")) as after:
        big = torch.ones(50_000_000)
        for _ in range(20):
            big.add_(1)
    assert after[0] - before[0] > 1.5e8
