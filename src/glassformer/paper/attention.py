"""What figures 3 to 5 share: self-attention of one layer on one sentence, and how it is drawn.

The paper shows layer 5 of the 6 of its encoder; ours is the layer at the same height. Which word or
head is shown is found by a rule that each figure states, so any sentence can be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from glassformer.loaded import LoadedModel, load
from glassformer.paper.exhibit import Cost, Request, bullets
from glassformer.paper.pens import COLOURS, INK, Canvas

PAPER_LAYER, PAPER_LAYERS = 5, 6
STEP = 0.66  # from a word to the next
UP = 2.5  # from the upper row of words to the lower one
FAINTEST = 0.02  # weights below it are not drawn


@dataclass(frozen=True)
class Attention:
    """Weights [head, query, key] of a layer (``number`` of ``layers``, from 1) over these words.

    ``ends`` are the places of tokens that are no word: beginning, end.
    """

    model: LoadedModel
    sentence: str
    words: list[str]
    ends: set[int]
    path: str
    number: int
    layers: int
    weights: Tensor

    @property
    def inner(self) -> list[int]:
        """The places of words."""
        return [i for i in range(len(self.words)) if i not in self.ends]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, weights in four digits."""
        weights = [[[round(w, 4) for w in row] for row in head] for head in self.weights.tolist()]
        return {"model": self.model.name, "sentence": self.sentence, "words": self.words,
                "path": self.path, "weights": weights}  # fmt: skip

    def where(self) -> str:
        """Which layer of what, for people."""
        stack = self.path.partition(".")[0]
        return f"layer {self.number} of {self.layers} of the {stack} of {self.model.name}"


def cost(request: Request) -> Cost:
    """One recorded pass of the model."""
    return Cost(("records one pass of the model on the sentence, and draws",))


def look(request: Request, built_in: str, paper: str) -> Attention:
    """Record the request's sentence; without one, one for petit's words, or else the paper's."""
    model = load(request.run, notice=request.notice)
    sentence = request.sentence or (built_in if model.built_in else paper)
    tape = model.trace(sentence)
    stack = "encoder" if hasattr(model.model, "encoder") else "decoder"
    tokens = tape.about["source" if stack == "encoder" else "target"]
    tokenizer = model.tokenizers.source if stack == "encoder" else model.tokenizers.target
    silent = {tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id}
    layers = model.config.n_layers
    number = max(1, round(PAPER_LAYER / PAPER_LAYERS * layers))
    path = f"{stack}.{number - 1}.self_attention.weights"
    words = [token["piece"].replace("▁", " ").strip() or "␣" for token in tokens]
    ends = {i for i, token in enumerate(tokens) if token["id"] in silent}
    return Attention(model, sentence, words, ends, path, number, layers, tape[path][0])


def reasons(seen: Attention, paper: str) -> str:
    """Why the picture is not the paper's, in Markdown."""
    found = []
    if (seen.number, seen.layers) != (PAPER_LAYER, PAPER_LAYERS):
        found.append(
            f"The paper shows layer 5 of 6; this is layer {seen.number} of {seen.layers}, the "
            f"nearest to that height, with {seen.model.config.n_heads} heads."
        )
    if seen.sentence != paper:
        found.append("The sentence is another: one that was asked for, or of words that it knows.")
    found.append("The heads are another model's: what a head does is not given, it is learned.")
    return "### Where ours differs, and why\n\n" + bullets(found)


def draw_words(canvas: Canvas, words: Sequence[str], top: float, strong: int | None = None) -> None:
    """The sentence twice, upright: its queries above ``top``, its keys below ``top`` - UP."""
    for i, word in enumerate(words):
        chosen = "bold" if i == strong else "normal"
        canvas.text((middle(i), top + 0.2), word, 10, rotation=90, va="bottom", weight=chosen)
        canvas.text((middle(i), top - UP - 0.2), word, 10, rotation=90, va="top")


def middle(place: int) -> float:
    """Where a word stands."""
    return STEP * (place + 0.5)


def draw_lines(canvas: Canvas, weights: Tensor, top: float, colour: str) -> None:
    """A line from each query to each key, as strong as its weight [query, key]."""
    for q, row in enumerate(weights.tolist()):
        for k, weight in enumerate(row):
            if weight >= FAINTEST:
                canvas.stroke((middle(q), top), (middle(k), top - UP), colour, weight)


def draw_from(
    canvas: Canvas, weights: Tensor, query: int, top: float, heads: Sequence[int]
) -> None:
    """What some heads [head, query, key] read at one word: lines, and cells over the keys."""
    wide = 0.88 * STEP / len(heads)
    for place, head in enumerate(heads):
        colour, aside = COLOURS[head % len(COLOURS)], wide * (place - len(heads) / 2)
        canvas.cell((middle(query) + aside, top), (wide, 0.14), colour, 1.0)
        for k, weight in enumerate(weights[head, query].tolist()):
            canvas.cell((middle(k) + aside, top - UP - 0.14), (wide, 0.14), colour, weight)
            if weight >= FAINTEST:
                end = (middle(k) + aside + wide / 2, top - UP)
                canvas.stroke((middle(query), top), end, colour, weight)


def longest(words: Sequence[str]) -> float:
    """How much room the longest word needs upright."""
    return 0.14 * max(map(len, words)) + 0.3


def legend(canvas: Canvas, heads: Sequence[int], at: tuple[float, float]) -> None:
    """Which colour is which head."""
    for i, head in enumerate(heads):
        x = at[0] + 1.4 * i
        canvas.cell((x, at[1] - 0.09), (0.3, 0.18), COLOURS[head % len(COLOURS)], 1.0)
        canvas.text((x + 0.4, at[1]), f"head {head + 1}", 8.5, INK, ha="left")


def strongest(weights: Tensor, keys: Sequence[int]) -> tuple[int, float]:
    """The key, of these, with the greatest weight [key], and the weight."""
    best = torch.tensor([float(weights[k]) for k in keys]).argmax().item()
    return keys[int(best)], float(weights[keys[int(best)]])
