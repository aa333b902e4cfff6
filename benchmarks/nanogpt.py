"""An update's time of shakespeare-char beside nanoGPT's: python benchmarks/nanogpt.py DATA

nanoGPT's is that of its example for a CPU: 4 layers of 128, 4 heads, 64 letters of context, 12
pieces an update, 2000 updates. The sizes are the same, the habits each one's own: nanoGPT's are one
matrix for query, key and value, no biases, torch's causal attention, AdamW with weight decay and
clipping, a random place for each piece. Its model is written out here. In turns, one thread, fp32.

Then our recipe is trained for as many updates as it makes in the time of nanoGPT's 2000, and its
loss is measured as ``family.py`` does. DATA is the folder that has input.txt.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from common import glassformer, keep
from family import letters
from torch import Tensor, nn

import glassformer as gf

WIDTH, HEADS, LAYERS, CONTEXT, PIECES = 128, 4, 4, 64, 12
LETTERS = 65  # different ones in tiny Shakespeare
ALL = 2000  # updates of the example
UPDATES, LEFT_OUT = 200, 50  # the first updates are slower
ROUNDS = 3


class Block(nn.Module):
    """Attention and feed-forward, each after a norm and beside a residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH, bias=False), nn.LayerNorm(WIDTH, bias=False)
        self.three = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, WIDTH] -> the same shape."""
        parts = self.three(self.first(x)).chunk(3, -1)
        query, key, value = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.second(x))))


class NanoGPT(nn.Module):
    """nanoGPT's model at its CPU size, the output tied to the embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.letters = nn.Embedding(LETTERS, WIDTH)
        self.places = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        """[batch, position] -> logits [batch, position, LETTERS]."""
        x = self.letters(ids) + self.places.weight
        return F.linear(self.norm(self.blocks(x)), self.letters.weight)


def theirs(text: Tensor) -> float:
    """Seconds of an update: the median."""
    torch.manual_seed(0)
    model = NanoGPT()
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    adam = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
    seconds = []
    for _ in range(UPDATES):
        start = time.perf_counter()
        places = torch.randint(len(text) - CONTEXT, (PIECES,))
        rows = torch.stack([text[place : place + CONTEXT + 1] for place in places])
        logits = model(rows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        loss.item()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[LEFT_OUT:])


def ours(data: Path) -> float:
    """The same of the recipe, everything between two updates included: the mean."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        words = [f"data.path={data}", f"training.updates={UPDATES}", "--threads", "1"]
        command = glassformer("train", "shakespeare-char", *words, "--run", str(run))
        subprocess.run(command, check=True, capture_output=True)
        lines = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "loss" in row]
    whole = rows[-1]["seconds"] - rows[LEFT_OUT - 1]["seconds"]
    return float(whole / (len(rows) - LEFT_OUT))


def loss_after(updates: int, data: Path) -> float:
    """The loss on letters that no training saw, of the recipe with so many updates."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        words = [f"data.path={data}", f"training.updates={updates}", "--threads", "1"]
        command = glassformer("train", "shakespeare-char", *words, "--run", str(run))
        subprocess.run(command, check=True, capture_output=True)
        return float(letters(gf.load(run), 0)["validation_loss"])


def main() -> None:
    """Measure in turns and keep the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data.resolve()
    whole = (data / "input.txt").read_text(encoding="utf-8")
    ids = {letter: i for i, letter in enumerate(sorted(set(whole)))}
    text = torch.tensor([ids[letter] for letter in whole[: int(len(whole) * 0.9)]])
    torch.set_num_threads(1)
    rounds = [(theirs(text), ours(data)) for _ in range(ROUNDS)]
    their, our = (statistics.median(side) for side in zip(*rounds, strict=True))
    updates = int(ALL * their / our)
    keep("nanogpt", {
        "what": "seconds of an update at nanoGPT's size for a CPU, one thread, fp32, in turns; "
        "and the loss of what is trained in the time of its 2000",
        "nanogpt": their, "shakespeare-char": our, "ours_beside_theirs": our / their,
        "rounds": [{"nanogpt": a, "shakespeare-char": b} for a, b in rounds],
        "updates_in_the_same_time": updates, "validation_loss": loss_after(updates, data),
        "aim": 1.80,
    })  # fmt: skip


if __name__ == "__main__":
    main()
