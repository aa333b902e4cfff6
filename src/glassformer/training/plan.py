"""What a training would take, from timing some of its updates: ``train --plan``."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import psutil
import torch

from glassformer.data.batching import Position, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.data.open import open_data
from glassformer.runs.run import Run
from glassformer.runs.snapshots import snapshot_steps
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.loop import Trainer
from glassformer.training.prepare import encode, prepare_model, prepare_task, train_tokenizers
from glassformer.training.recipe import Recipe
from glassformer.training.start import settled, start_of
from glassformer.training.train import choose_device, choose_dtype

SAMPLE = 20_000  # sentence pairs that stand for the corpus
WARMING, TIMED = 2, 6  # updates
SECONDS = 60.0  # after which no further update is timed


@dataclass(frozen=True)
class Plan:
    """Sizes in bytes, speed in source and target tokens a second, times in hours."""

    parameters: int
    updates: int
    sentences: int
    epochs: float
    tokens_per_second: float
    seconds_per_update: float
    hours: float
    peak_memory: int
    disk: int
    device: str
    dtype: str

    def to_json(self) -> dict[str, object]:
        """A plain dict."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For a person."""
        return [
            f"parameters       {self.parameters:,}",
            f"computing        {self.dtype} on {self.device}",
            f"speed            {self.tokens_per_second:,.0f} source and target tokens a second, "
            f"{self.seconds_per_update:.2f} s an update",
            f"to the end       {self.hours:.2f} hours: {self.updates:,} updates, "
            f"{self.epochs:.1f} times through {self.sentences:,} sentence pairs",
            f"peak memory      {self.peak_memory / 2**30:.2f} GiB",
            f"disk             {self.disk / 2**30:.2f} GiB: checkpoints, snapshots, corpus, model",
        ]


def make_plan(
    recipe: Recipe, *, device: str | None = None, notice: Callable[[str], None] = lambda text: None
) -> Plan:
    """Time some updates of the recipe on a sample of its corpus; nothing is kept.

    The sample is the first pairs of the training split: a corpus sorted by length is misjudged.
    """
    chosen, recipe = choose_device(device), settled(recipe, notice)
    data = open_data(recipe.data)
    sample = list(islice(data.split("train"), SAMPLE))
    sentences = len(sample)
    if sentences == SAMPLE:
        notice("counting the corpus")
        sentences = sum(1 for _ in data.split("train"))
    with tempfile.TemporaryDirectory() as folder:
        notice("preparing a sample")
        pair = sample_tokenizers(recipe, sample)
        corpus, _ = encode(recipe, pair, iter(sample), Path(folder) / "sample")
        run = Run.create(Path(folder) / "run", recipe=recipe.to_toml())
        model = prepare_model(recipe, pair, notice).to(chosen)
        dtype = choose_dtype(recipe.training.dtype, model.config.d_model, chosen)
        trainer = Trainer(
            run, recipe.training, model, pair, {"train": corpus},
            dtype=dtype, task=prepare_task(recipe, pair),
        )  # fmt: skip
        notice("timing updates")
        seconds, tokens, memory = time_updates(trainer, corpus)
    parameters = sum(p.numel() for p in model.parameters())
    per_update = float((corpus.target_lengths[:] + 1).mean())
    epochs = recipe.training.updates * recipe.training.tokens_per_update / per_update / sentences
    checkpoints = parameters * 4 * (3 * (recipe.training.keep + 1) + 1)
    kept = snapshot_steps(recipe.training.updates, recipe.training.snapshots)
    snapshots = parameters * 2 * len(kept)
    disk = checkpoints + snapshots + int(sentences * per_update * 2 * 4)
    hours = seconds * recipe.training.updates / 3600
    return Plan(
        parameters, recipe.training.updates, sentences, round(epochs, 2), tokens / seconds,
        seconds, hours, memory, disk, str(chosen), str(dtype).removeprefix("torch."),
    )  # fmt: skip


def sample_tokenizers(recipe: Recipe, sample: list[tuple[str, str]]) -> TokenizerPair:
    """The recipe's tokenizers, trained on the sample alone or taken from where it says."""
    if recipe.init_from:
        return start_of(recipe.init_from, lambda text: None).tokenizers
    return train_tokenizers(recipe, lambda: sample)


def time_updates(trainer: Trainer, corpus: EncodedCorpus) -> tuple[float, float, int]:
    """Seconds and tokens (both sides) of a typical update, and the peak of memory in bytes."""
    stream = updates(corpus, trainer.batching, Position(0, 0, 0))
    seconds: list[float] = []
    tokens: list[int] = []
    start = time.perf_counter()
    with peak_memory(trainer.device) as peak:
        for batches, position in islice(stream, WARMING + TIMED):
            before = time.perf_counter()
            trainer.one_update(batches, position)
            trainer.report()
            seconds.append(time.perf_counter() - before)
            tokens.append(sum(trainer.count_tokens(batches)))
            if time.perf_counter() - start > SECONDS:
                break
    timed = slice(WARMING, None) if len(seconds) > WARMING else slice(None)
    count = len(seconds[timed])
    return sum(seconds[timed]) / count, sum(tokens[timed]) / count, peak[0]


@contextmanager
def peak_memory(device: torch.device) -> Iterator[list[int]]:
    """Watch the memory of the device, or of this process, while inside; [0] is its peak (bytes)."""
    peak = [0]
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        yield peak
        peak[0] = torch.cuda.max_memory_allocated(device)
        return
    done = threading.Event()
    process = psutil.Process()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
