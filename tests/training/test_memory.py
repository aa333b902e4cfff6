"""Memory that really runs out: a process with a limit on its address space."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import TrainingError, out_of_memory
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.memory import within_memory

SHARED = """
import json, resource, sys
from pathlib import Path
import torch
from glassformer.data.batching import Position, updates
from glassformer.data.corpus import EncodedCorpus
from glassformer.model import ModelConfig, build
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.config import TrainingConfig
from glassformer.training.loop import Trainer
from glassformer.training.train import restore
from glassformer.training.watch import Silent
from glassformer.translation import TranslationConfig, translate

torch.set_num_threads(1)
folder = Path(sys.argv[1])
tokenizers, corpus = TokenizerPair.load(folder), EncodedCorpus.open(folder / "corpus")
size = tokenizers.source.size

class Listen(Silent):
    def __init__(self): self.notices = []
    def on_notice(self, text): self.notices.append(text)

def limit(mebibytes):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    room = used + mebibytes * 2**20 if mebibytes else resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
"""

TRAIN = (
    SHARED
    + """
def trainer(name, dropout=0.1, updates=3):
    config = TrainingConfig(updates=updates, tokens_per_update=20_000, tokens_per_batch=20_000,
                            warmup=5, checkpoint_every=2, evaluate_every=3, average=1, keep=9,
                            dtype="fp32", seed=5, snapshots=0)
    path = folder / name
    run = Run(path) if path.exists() else Run.create(path, recipe="")
    model = build(ModelConfig(source_vocabulary=size, target_vocabulary=size, d_model=62, d_ff=113,
                              n_heads=2, n_layers=2, dropout=dropout), seed=3)
    model.randomness.reseed(config.seed)
    corpora = {"train": corpus, "dev": corpus}
    return Trainer(run, config, model, tokenizers, corpora, watcher=Listen())

def losses(one):
    return [row["loss"] for row in one.run.metrics() if "loss" in row]

def gradient(one):
    rows, _ = next(updates(corpus, one.batching, Position(0, 0, 0)))
    one.gather(rows, one.count_tokens(rows)[1])
    return torch.cat([p.grad.flatten() for p in one.model.parameters()])

whole = trainer("plain", dropout=0.0)
wide = gradient(whole)
limit(64)
narrow_trainer = trainer("narrow", dropout=0.0)
narrow = gradient(narrow_trainer)
limited = trainer("limited")
assert limited.run_updates()
limit(None)
first = trainer("again", updates=2)  # in the rooms that the other had, and without a limit
first.chosen.begin()
for row in limited.chosen.rows:  # memory may have run out more than once
    if "room" in row:
        first.chosen.choose(row["from"], room=row["room"])
room = limited.chosen.at(3).room
first.run_updates()
second = trainer("again")
restore(second, second.watcher)
second.run_updates()
print(json.dumps({
    "apart": (wide - narrow).abs().max().item(), "size": wide.abs().max().item(),
    "rooms": [narrow_trainer.chosen.at(1).room, room],
    "notices": limited.watcher.notices, "losses": losses(limited), "again": losses(second),
    "kept": json.loads((limited.run.checkpoints()[-1] / "state.json").read_text())["choices"],
}))
"""
)

TRANSLATE = (
    SHARED
    + """
model = build(ModelConfig(source_vocabulary=size, target_vocabulary=size, d_model=62, d_ff=113,
                          n_heads=2, n_layers=2, dropout=0.1), seed=3).eval()
lines = [tokenizers.source.decode(corpus.source(i).tolist()) for i in range(1800)]
config, notices, done = TranslationConfig(beam=5, extra_length=2), [], []
whole = translate(model, tokenizers, lines, config, notice=notices.append)
assert not notices
limit(24)
cut = translate(model, tokenizers, lines, config, notice=notices.append, progress=done.append)
limit(None)
print(json.dumps({
    "notices": notices, "done": sum(done),
    "other": sum(a[0].text != b[0].text and not (a[0].tied or b[0].tied)
                 for a, b in zip(whole, cut, strict=True)),
    "apart": max(abs(a[0].score - b[0].score) for a, b in zip(whole, cut, strict=True)),
}))
"""
)


def run_limited(script: str, folder: Path, corpus: EncodedCorpus, pair: TokenizerPair) -> Any:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux limits a process's address space as this test does")
    pair.save(folder)
    rows = [(corpus.source(i % 211).tolist(), corpus.target(i % 211).tolist()) for i in range(2200)]
    EncodedCorpus.build(folder / "corpus", rows)
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        # Blocks come from the system one by one, so that none are left over from before.
        env=os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_training_goes_on_with_smaller_batches(
    tmp_path: Path, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    found = run_limited(TRAIN, tmp_path, corpus, tokenizers)
    assert found["apart"] < 1e-6 < 1e-3 < found["size"]
    assert all(16 < room <= 10_000 for room in found["rooms"]), found["rooms"]
    assert "memory ran out at update 1 with batches of up to 20000" in found["notices"][0]
    assert found["losses"] == found["again"] and len(found["losses"]) == 3
    assert found["kept"][-1]["room"] == found["rooms"][1]


def test_translation_goes_on_with_fewer_lines(
    tmp_path: Path, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    found = run_limited(TRANSLATE, tmp_path, corpus, tokenizers)
    assert "memory ran out with" in found["notices"][0]
    assert found["done"] == 1800 and found["other"] == 0
    assert found["apart"] < 1e-4


def test_other_errors_are_not_taken_for_it() -> None:
    def work(room: int) -> int:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="do not fit"):
        within_memory(work, 4096)


def test_what_no_halving_saves() -> None:
    undone: list[int] = []

    def work(room: int) -> bytearray:
        return bytearray(1 << 62)

    with pytest.raises(TrainingError, match="one sentence at a time.*smaller model"):
        within_memory(work, 100, lambda: undone.append(1))
    assert len(undone) == 2  # 50 and 25


def test_which_errors_say_that_memory_ran_out() -> None:
    import torch

    with pytest.raises((RuntimeError, MemoryError)) as caught:
        torch.empty(1 << 58)
    assert out_of_memory(caught.value)
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert not out_of_memory(RuntimeError("CUDA error: device-side assert triggered"))
