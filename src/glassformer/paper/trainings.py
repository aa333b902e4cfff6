"""Many trainings, two at a time on one thread each; what is done is found again.

A training that was stopped goes on where its last checkpoint left it, one that is scored is not
touched again: a table that trains can be stopped and asked for again at any time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from glassformer.data.open import TREES, open_data
from glassformer.errors import GlassformerError, RunError, TrainingError
from glassformer.evaluation.brackets import BracketReport, score_trees
from glassformer.evaluation.evaluate import TextReport, evaluate_translations
from glassformer.evaluation.perplexity import perplexity, text_batches
from glassformer.loaded import LoadedModel, as_translator, load
from glassformer.paper.exhibit import Request
from glassformer.runs.files import write_atomically
from glassformer.runs.metrics import read_rows
from glassformer.runs.run import Run
from glassformer.training.recipe import Recipe, parse_recipe
from glassformer.training.train import resume, train
from glassformer.training.watch import stop_signals

AT_ONCE = 2  # on a processor; on a GPU one after the other
SCORE = "score.json"


@dataclass(frozen=True)
class Job:
    """A recipe to train into a directory, and the split that it is scored on."""

    name: str
    recipe: Recipe
    path: Path
    split: str = "dev"

    @property
    def scored(self) -> bool:
        """Whether all is done."""
        return (self.path / SCORE).is_file()

    @property
    def score(self) -> dict[str, Any]:
        """What the report's ``to_json`` gave, once it is scored."""
        found: dict[str, Any] = json.loads((self.path / SCORE).read_bytes())
        return found

    @property
    def step(self) -> int:
        """How many updates are done."""
        if self.scored:
            return self.recipe.training.updates
        rows = read_rows(self.path / "metrics.jsonl")[0]
        return int(rows[-1]["step"]) if rows else 0


def carry_out_all(jobs: Sequence[Job], request: Request) -> None:
    """Train and score all that is not done yet.

    Raises:
        RunError: a directory holds another training.
        TrainingError: a training failed.
        KeyboardInterrupt: a signal stopped it; all that was done is kept.
    """
    for job in jobs:
        check_same(job)
    todo = [job for job in jobs if not job.scored]
    if len(todo) < len(jobs):
        request.notice(f"{len(jobs) - len(todo)} of {len(jobs)} trainings are done already")
    if not todo:
        return
    context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    turn, failures = context.Value("i", 0), context.SimpleQueue()
    count = 1 if torch.cuda.is_available() else min(AT_ONCE, len(todo))
    workers = [context.Process(target=work, args=(todo, turn, failures)) for _ in range(count)]
    with stop_signals() as stop:
        for worker in workers:
            worker.start()
        watch(todo, workers, request, lambda: stop.requested or not failures.empty())
    if not failures.empty():
        raise TrainingError(failures.get())
    if stop.requested:
        request.notice("stopped and saved: the same command goes on")
        raise KeyboardInterrupt
    lost = [job.name for job in todo if not job.scored]
    if lost:
        raise TrainingError(
            f"{', '.join(lost)}: its process ended early (out of memory?); run again"
        )


def check_same(job: Job) -> None:
    """Raise RunError if the directory holds a training by another recipe."""
    if (job.path / "recipe.toml").is_file():
        there = parse_recipe(Run.open(job.path).recipe)
        settled = replace(there.training, dtype=job.recipe.training.dtype)
        if replace(there, training=settled) != job.recipe:
            raise RunError(
                f"{job.path} holds another training than this table's: give --out another folder, "
                "or delete it"
            )


def watch(
    jobs: Sequence[Job], workers: Sequence[BaseProcess], request: Request, over: Callable[[], bool]
) -> None:
    """Show how far they are until they end; once it is ``over()``, have them save and end."""
    total, done, told = sum(job.recipe.training.updates for job in jobs), 0, set()
    with request.progress("updates", total) as progress:
        while any(worker.is_alive() for worker in workers):
            if over():
                for worker in workers:
                    worker.terminate()  # once: the trainer saves at the first signal
                break
            time.sleep(0.5)
            now = sum(job.step for job in jobs)
            progress(now - done)
            done = now
            for job in jobs:
                if job.name not in told and job.scored:
                    told.add(job.name)
                    request.notice(f"{len(told)} of {len(jobs)}  {job.name}: {short(job.score)}")
    for worker in workers:
        worker.join()


def short(score: dict[str, Any]) -> str:
    """A score in a few words."""
    if "f1" in score:
        return f"F1 {score['f1']:.2f}"
    return (
        f"perplexity {score['perplexity']['perplexity']:.3f}, "
        f"BLEU {score['scores']['paper_bleu']['value']:.2f}"
    )


def work(jobs: Sequence[Job], turn: Any, failures: Any) -> None:
    """The life of a worker: one job after the other, until none is left or its parent is gone."""
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C reaches the parent alone, which asks its workers once
    if not torch.cuda.is_available():
        torch.set_num_threads(1)
    parent = multiprocessing.parent_process()
    while parent is None or parent.is_alive():
        with turn.get_lock():
            place, turn.value = turn.value, turn.value + 1
        if place >= len(jobs):
            return
        try:
            if not carry_out(jobs[place]):
                return
        except GlassformerError as error:
            failures.put(f"{jobs[place].name}: {error}")
            return


def carry_out(job: Job) -> bool:
    """Train a job to its end and score it; False when a signal stopped it (all is saved)."""
    if not (job.path / "recipe.toml").is_file():
        done = train(job.recipe, job.path)
    else:
        done = Run.open(job.path).finished or resume(job.path)
    if done:
        report = evaluate(load(job.path), job.split)
        write_atomically(job.path / SCORE, json.dumps(report.to_json(), indent=1) + "\n")
        for left in ("corpus", "checkpoints"):  # what only a training needs
            shutil.rmtree(job.path / left, ignore_errors=True)
    return done


def evaluate(
    model: LoadedModel, split: str, progress: Callable[[int], None] | None = None
) -> TextReport | BracketReport:
    """Translate a split of the run's own corpus as its recipe decodes, and score it: what are
    parse trees by their brackets."""
    data = model.recipe.data
    pairs = list(open_data(data).split(split))
    sources, references = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    outputs = [best[0].text for best in model.translations(sources, progress=progress)]
    if data.source in TREES:
        return score_trees(outputs, references)
    whole = as_translator(model).model
    return evaluate_translations(
        outputs,
        references,
        language=data.target_language or ("fr" if data.source == "petit" else "de"),
        perplexity=perplexity(whole, text_batches(model.tokenizers, sources, references)),
    )
