"""What snapshots cost and lose: python benchmarks/snapshots.py [--updates N] [--run RUN]

Trains the demo's recipe for N updates with its snapshots and without, in turn, on one thread; the
slowdown is that of the median over the rounds. A short training has its 20 snapshots as a long one
has, so the longer one loses less. With --run, the parameters of a trained run go through fp16 and
through bf16, and the change of its probabilities is measured.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from common import keep

import glassformer as gf
from glassformer.data import petit
from glassformer.training.loop import Trainer

FIGURES = {"slowdown": 0.05}


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--run", type=Path, help="a trained run of the built-in pair")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    times: dict[int, list[float]] = {20: [], 0: []}
    for _ in range(arguments.rounds):
        for snapshots, found in times.items():
            found.append(training_seconds(arguments.updates, snapshots))
            print(f"{snapshots} snapshots: {found[-1]:.2f} s", flush=True)
    with_them, without = (statistics.median(found) for found in times.values())
    keep("snapshots", {
        "what": "the updates of petit-demo with 20 snapshots and without, in turn, one thread",
        "updates": arguments.updates,
        "rounds": arguments.rounds,
        "seconds_with": round(with_them, 3),
        "seconds_without": round(without, 3),
        "slowdown": round(with_them / without - 1, 4),
        **({"lost": lost_in_16_bit(arguments.run)} if arguments.run else {}),
        "figures": FIGURES,
    })  # fmt: skip


def training_seconds(updates: int, snapshots: int) -> float:
    """Seconds of all updates, without what is prepared before them."""
    recipe = gf.load_recipe("petit-demo", [
        f"training.updates={updates}", f"training.snapshots={snapshots}", "data.size=4000",
        "training.checkpoint_every=1000000", "training.evaluate_every=1000000",
    ])  # fmt: skip
    seconds: list[float] = []
    whole = Trainer.run_updates

    def timed(self: Trainer) -> bool:
        start = time.perf_counter()
        done = whole(self)
        seconds.append(time.perf_counter() - start)
        return done

    Trainer.run_updates = timed  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            gf.train(recipe, Path(folder) / "run")
    finally:
        Trainer.run_updates = whole  # type: ignore[method-assign]
    return seconds[0]


def lost_in_16_bit(run: Path) -> dict[str, dict[str, float]]:
    """How far probabilities move, at most and on average, when parameters are kept in 16 bit."""
    model = gf.load(run)
    exact = {name: value.clone() for name, value in model.model.state_dict().items()}
    sentences = list(petit.split("new", 1, 50))

    def probabilities() -> torch.Tensor:
        tapes = (model.trace(s.english, s.french) for s in sentences)
        return torch.cat([tape["probabilities"][0] for tape in tapes])

    before = probabilities()
    found = {}
    for name, kind in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
        model.model.load_state_dict({key: v.to(kind).float() for key, v in exact.items()})
        change = (probabilities() - before).abs()
        found[name] = {"most": change.max().item(), "mean": change.sum(-1).mean().item() / 2}
    return found


if __name__ == "__main__":
    main()
