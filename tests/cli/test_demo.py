"""The demo in a terminal: a page on the shipped model, and a training beside it, each a process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from glassformer.runs.run import Run
from glassformer.training.recipe import load_recipe
from tests.cli.test_cli import ENVIRONMENT, SLOW, wait_for
from tests.conftest import TINY

pty = pytest.importorskip("pty", reason="Windows has no such terminals")


class Terminal:
    """``glassformer demo`` as somebody sees it who typed it."""

    def __init__(self, run: Path, output: Path):
        self.run, self.output, self.started = Run(run), output, time.monotonic()
        keyboard, end = pty.openpty()
        words = ["demo", "--run", str(run), "--no-browser"]
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "glassformer", *words],
                stdin=end, stdout=file, stderr=file, env=ENVIRONMENT,
            )  # fmt: skip
        os.close(end)
        self.keyboard = keyboard
        wait_for(lambda: "http://" in self.text() or self.process.poll() is not None)
        self.address = re.findall(r"http://\S+?(?=[.]?\s)", self.text())[0]

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def ask(self, path: str, **content: Any) -> Any:
        data = json.dumps(content).encode() if content or path.endswith("adopt") else None
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
        return json.loads(raw) if raw[:1] in b"[{n" else raw

    def stop(self, number: int) -> int:
        """The exit code after this signal; nobody is left behind."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert not [one for one in family if one.is_running()]
        return code


@contextmanager
def demo(run: Path, output: Path) -> Iterator[Terminal]:
    terminal = Terminal(run, output)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            for one in psutil.Process(terminal.process.pid).children(recursive=True):
                one.kill()
            terminal.process.kill()
            terminal.process.wait()
        os.close(terminal.keyboard)


def begin(path: Path, *changes: str) -> Path:
    """A run of a recipe that is quicker, or slower, than the demo's; the demo goes on with it."""
    return Run.create(path, recipe=load_recipe("petit-demo", changes).to_toml()).path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_demo_that_is_stopped_is_saved_and_goes_on(tmp_path: Path, number: int) -> None:
    run = begin(tmp_path / "petit", *SLOW[1:])
    with demo(run, tmp_path / "first") as terminal:
        (model,) = terminal.ask("/api/models")
        assert model["name"] == "petit" and model["finished"]
        assert terminal.ask("/api/trace", model="petit", text="the girl sleeps")
        wait_for(lambda: terminal.ask("/api/demo")["step"] >= 3)
        assert terminal.ask("/api/demo")["running"]
        assert terminal.ask("/api/learning/yours")["running"]
        assert terminal.stop(number) == 130
        assert "stopped and saved" in terminal.text()
    kept = int(Run(run).checkpoints()[-1].name)
    assert kept >= 3 and not Run(run).running
    with demo(run, tmp_path / "second") as terminal:
        wait_for(lambda: terminal.ask("/api/demo")["step"] > kept + 2)
        assert terminal.stop(signal.SIGINT) == 130
    steps = [row["step"] for row in Run(run).metrics()]
    assert steps == list(range(1, len(steps) + 1))


def test_a_finished_model_is_taken_over_by_the_page(tmp_path: Path) -> None:
    run = begin(tmp_path / "petit", *TINY)
    with demo(run, tmp_path / "output") as terminal:
        wait_for(lambda: terminal.ask("/api/demo")["finished"])
        found = terminal.ask("/api/demo")
        assert found["step"] == found["updates"] == 30
        assert [one["step"] for one in found["samples"]] == [10, 20, 30]
        assert terminal.ask("/api/demo/adopt")["name"] == "yours"
        assert [one["name"] for one in terminal.ask("/api/models")] == ["petit", "yours"]
        assert terminal.ask("/api/trace", model="yours", text="the girl sleeps")
        assert "step    30/30" in terminal.text()
        assert terminal.stop(signal.SIGINT) == 0


def test_a_run_in_use_leaves_the_page_and_says_so(tmp_path: Path) -> None:
    run = Run(begin(tmp_path / "petit", *TINY))
    with run.lock(), demo(run.path, tmp_path / "output") as terminal:
        wait_for(lambda: "The page stays open" in terminal.text())
        assert f"is in use by process {os.getpid()}" in terminal.text()
        assert len(terminal.ask("/api/models")) == 1
        assert terminal.stop(signal.SIGTERM) == 2
