"""Figure 3: all heads' attention from one word, the one that reads most from far away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, arange

from glassformer.paper.attention import (
    STEP,
    UP,
    Attention,
    cost,
    draw_from,
    draw_words,
    legend,
    longest,
    look,
    reasons,
)
from glassformer.paper.exhibit import Exhibit, Request
from glassformer.paper.pens import Canvas, in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PETIT = "the friend of the women will close the umbrella that the bakers found"
PAPER = (
    "It is in this spirit that a majority of American governments have passed new laws since 2009 "
    "making the registration or voting process more difficult ."
)

__all__ = ["cost", "make"]


@in_style
def make(request: Request) -> Exhibit:
    """The word that reads most from far away, and what each head reads there."""
    seen = look(request, PETIT, PAPER)
    word, far = furthest(seen)
    weights = seen.weights[:, word, far].tolist()
    said = ", ".join(f"head {head + 1} {weight:.0%}" for head, weight in enumerate(weights))
    body = (
        f"Self-attention in {seen.where()}, from the word “{seen.words[word]}” alone, each head in "
        f"its colour. It reads “{seen.words[far]}”, {abs(far - word)} words away: {said}. Of all "
        "pairs of words in the sentence it is the one with the greatest weight (the mean of the "
        "heads) times distance.\n\n"
        "The paper's figure has the verb “making”, many of whose heads read the distant “more "
        "difficult”, which complete its phrase.\n\n"
    )
    return Exhibit(
        name="fig3", title="Figure 3: attention over long distances",
        body=body + reasons(seen, PAPER),
        data=seen.to_json() | {"word": word, "reads": far}, pictures={"": draw(seen, word)},
    )  # fmt: skip


def furthest(seen: Attention) -> tuple[int, int]:
    """The query and the key with the greatest mean weight times distance, the ends left out."""
    places = arange(len(seen.words))
    value: Tensor = seen.weights.float().mean(0).cpu() * (places[:, None] - places).abs()
    value[sorted(seen.ends)] = 0
    value[:, sorted(seen.ends)] = 0
    query, key = divmod(int(value.argmax()), len(seen.words))
    return query, key


def draw(seen: Attention, word: int) -> Figure:
    """The sentence twice, and the lines from the word."""
    canvas, room = Canvas(), longest(seen.words)
    heads = range(seen.weights.size(0))
    draw_words(canvas, seen.words, 0.0, strong=word)
    draw_from(canvas, seen.weights, word, 0.0, heads)
    legend(canvas, heads, (0.1, room + 0.3))
    right = max(STEP * len(seen.words), 1.4 * len(heads))
    return canvas.fit(-0.2, right + 0.2, -UP - room, room + 0.6)
