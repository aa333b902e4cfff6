"""``glassformer demo``: from nothing to a translator, beside a page that shows one at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from glassformer.cli.common import compute_options, notice, use_threads

if TYPE_CHECKING:
    from glassformer.training.recipe import Recipe

RECIPE = "petit-demo"


@click.command(short_help="See a small translator at work while your own learns.")
@click.option("--run", "run", type=click.Path(path_type=Path), default=Path("runs/petit"))
@click.option("--no-input", is_flag=True, help="Open no page: train, report, end.")
@click.option("--port", type=click.IntRange(1, 65535), help="Of the page; a free one if left out.")
@click.option("--no-browser", is_flag=True, help="Print the page's address and open nothing.")
@compute_options(default_dtype=None)
def command(
    run: Path,
    no_input: bool,
    port: int | None,
    no_browser: bool,
    device: str | None,
    dtype: str | None,
    threads: int | None,
) -> None:
    """Open a page on the small model that the package carries, and train one like it beside it:
    the page shows both, and switches over to yours when it is done. Ctrl-C saves and ends both.

    Without a terminal, or with --no-input, there is no page: train, report, end. The run stays in
    runs/petit. Where one is there already it is continued, or used as it is.
    """
    if no_input or not sys.stdin.isatty():
        use_threads(threads)
        train_and_report(run, device, dtype)
        return
    words = [sys.executable, "-m", "glassformer", "demo", "--no-input", "--run", str(run)]
    words += ["--threads", str(threads or spare_processors())]
    for option, value in (("--device", device), ("--dtype", dtype)):
        words += [option, value] if value else []
    beside_a_page(run, words, port, browser=not no_browser)


def train_and_report(run: Path, device: str | None, dtype: str | None) -> None:
    """Train the run to its end and say in three sentences how good it is."""
    from glassformer.cli.display import TrainingDisplay
    from glassformer.cli.evaluate import evaluate_built_in
    from glassformer.cli.train import finish
    from glassformer.loaded import load
    from glassformer.runs.run import Run
    from glassformer.training.train import resume, train

    recipe, there = recipe_of(run, dtype), begun(run)
    if there and Run.open(run).finished:
        click.echo(f"{run} is trained already; delete the folder to train it anew.")
    else:
        with TrainingDisplay(recipe.training.updates) as display:
            if there:
                done = resume(run, device=device, watcher=display)
            else:
                done = train(recipe, run, device=device, watcher=display)
        if not done:
            finish(done, run, as_json=False)
    model = load(run, device=device, notice=notice)
    report = evaluate_built_in(model)
    click.echo()
    for sentence in report.sentences():
        click.echo(sentence)


def begun(run: Path) -> bool:
    """Whether something is there to go on from."""
    return run.is_dir() and any(run.iterdir())


def recipe_of(run: Path, dtype: str | None = None) -> Recipe:
    """The recipe of a run that was begun, or the demo's."""
    from glassformer.runs.run import Run
    from glassformer.training.recipe import load_recipe, parse_recipe

    if begun(run):
        return parse_recipe(Run.open(run).recipe)
    return load_recipe(RECIPE, [f"training.dtype={dtype}"] if dtype else [])


def spare_processors() -> int:
    """All but the one that the page answers with."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (usable or 1) - 1)


def beside_a_page(run: Path, words: list[str], port: int | None, *, browser: bool) -> None:
    """Serve the page of the shipped model while another process, these words, trains."""
    use_threads(1)
    from glassformer.explorer.demo import Demo
    from glassformer.explorer.models import Models
    from glassformer.explorer.serve import serving
    from glassformer.loaded import load
    from glassformer.runs.run import Run

    demo = Demo(Run(run), recipe_of(run).training.updates)
    with asked_to_stop() as stop, serving(Models([load(device="cpu")], demo), port) as address:
        click.echo(
            f"The page is at {address}. It shows a trained model; yours learns beside it, in {run}."
            "\nCtrl-C saves and ends both.\n"
        )
        if browser:
            webbrowser.open(address)
        with ended_at_last(words) as training:
            while not stop.wait(0.2) and training.poll() is None:
                pass
        if not stop.is_set():
            click.echo("\nThe page stays open. Ctrl-C ends.")
            while not stop.wait(0.2):
                pass
    if not demo.run.finished:
        sys.exit(training.returncode if training.returncode > 0 else 130)


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set; the second of them ends at once."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def ended_at_last(words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that shares this one's output, and is told to save and end when the block does.

    It has a session of its own: the terminal's Ctrl-C would reach it as well, and its second is
    an end without saving.
    """
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait()
        except KeyboardInterrupt:  # asked twice
            process.kill()
            raise
