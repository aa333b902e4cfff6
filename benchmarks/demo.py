"""How soon the demo's page answers, and how quick it stays: python benchmarks/demo.py

Starts `glassformer explore` and `glassformer demo`, each in a terminal of its own, and counts the
seconds to the first trace (figure: 10). Then it asks for traces of new sentences, alone and while
the visitor's model learns beside the page (figure: median 0.1 s), and counts that training's speed.
"""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from common import glassformer, keep

from glassformer.data import petit
from glassformer.explorer.words import OPENING

TRACES = 60
FIGURES = {"seconds_to_first_trace": 10, "trace_median": 0.1, "trace_95th": 0.25}


def main() -> None:
    """Measure both, and keep the figures."""
    with tempfile.TemporaryDirectory() as folder:
        alone = measured(Path(folder), "explore")
        beside = measured(Path(folder), "demo", "--run", str(Path(folder) / "run"))
    keep("demo", {
        "what": "the page's first trace after starting, and traces of new sentences after that",
        "explore": alone,
        "demo_while_training": beside,
        "traces": TRACES,
        "figures": FIGURES,
    })  # fmt: skip


def measured(folder: Path, *words: str) -> dict[str, Any]:
    """Start the verb, ask, stop it."""
    output, started = folder / words[0], time.perf_counter()
    keyboard, end = pty.openpty()
    with output.open("wb") as file:
        process = subprocess.Popen(
            glassformer(*words, "--no-browser"), stdin=end, stdout=file, stderr=file
        )
    os.close(end)
    try:
        while not (found := re.search(r"http://[\d.:]+\d", output.read_text(encoding="utf-8"))):
            assert process.poll() is None, output.read_text(encoding="utf-8")
            time.sleep(0.02)
        address = found[0]
        while True:
            try:
                ask(address, OPENING)
                break
            except OSError:
                time.sleep(0.02)
        first = time.perf_counter() - started
        figures = {"seconds_to_first_trace": round(first, 2)} | quickness(address)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        os.close(keyboard)
    return figures


def quickness(address: str) -> dict[str, Any]:
    """Seconds of a trace; while a model learns, once it does, its updates a second too."""
    while (demo := state(address)) and demo["step"] < 5:
        time.sleep(0.1)
    begun, seconds = time.perf_counter(), []
    for sentence in petit.split("new", 11, TRACES):
        before = time.perf_counter()
        ask(address, sentence.english)
        seconds.append(time.perf_counter() - before)
        time.sleep(0.1)  # a person types
    figures: dict[str, Any] = {
        "trace_median": round(statistics.median(seconds), 4),
        "trace_95th": round(sorted(seconds)[int(0.95 * TRACES)], 4),
    }
    if demo:
        later = state(address)
        passed = time.perf_counter() - begun
        figures["updates_per_second"] = round((later["step"] - demo["step"]) / passed, 2)
    return figures


def ask(address: str, text: str) -> bytes:
    """A trace with the values that a first picture needs."""
    names = [f"decoder.{i}.cross_attention.weights" for i in (0, 1)]
    asked = {"model": "petit", "text": text, "values": ["probabilities", *names]}
    content = {"Content-Type": "application/json"}
    request = urllib.request.Request(address + "/api/trace", json.dumps(asked).encode(), content)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: bytes = answer.read()
    return found


def state(address: str) -> Any:
    """What the page knows of the visitor's training; None where there is none."""
    with urllib.request.urlopen(address + "/api/demo", timeout=30) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
