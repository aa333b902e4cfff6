"""Figure 5: two heads that do different things."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from glassformer.errors import ConfigError
from glassformer.paper.attention import (
    STEP,
    UP,
    Attention,
    cost,
    draw_lines,
    draw_words,
    legend,
    longest,
    look,
    reasons,
)
from glassformer.paper.exhibit import Exhibit, Request
from glassformer.paper.fig4 import PAPER
from glassformer.paper.pens import COLOURS, Canvas, in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PETIT = "the princesses that the farmer saw do not work behind the church now"

__all__ = ["cost", "make"]


@in_style
def make(request: Request) -> Exhibit:
    """The two heads whose attention differs most."""
    seen = look(request, PETIT, PAPER)
    pair, apart = most_different(seen)
    body = (
        f"Self-attention in {seen.where()}: all of head {pair[0] + 1} and of head {pair[1] + 1}, "
        f"the two that differ most: on the mean over words, {apart:.0%} of their weight is on "
        "other words.\n\nThe paper's figure has two heads of its layer 5 that follow the "
        "sentence's structure in different ways.\n\n"
    )
    return Exhibit(
        name="fig5", title="Figure 5: heads with different tasks",
        body=body + reasons(seen, PAPER),
        data=seen.to_json() | {"heads": list(pair), "apart": apart},
        pictures={"": draw(seen, pair)},
    )  # fmt: skip


def most_different(seen: Attention) -> tuple[tuple[int, int], float]:
    """The two heads with the greatest total variation between them, a mean over queries.

    Raises:
        ConfigError: there is one head only.
    """
    weights = seen.weights.float()
    pairs = list(combinations(range(weights.size(0)), 2))
    if not pairs:
        raise ConfigError(f"figure 5 compares two heads, and {seen.model.name} has one in a layer")
    apart = [float((weights[a] - weights[b]).abs().sum(-1).mean()) / 2 for a, b in pairs]
    best = max(range(len(pairs)), key=apart.__getitem__)
    return pairs[best], apart[best]


def draw(seen: Attention, pair: tuple[int, int]) -> Figure:
    """One head beside the other."""
    canvas, room = Canvas(), longest(seen.words)
    beside = STEP * len(seen.words) + 0.8
    for head in pair:
        draw_words(canvas, seen.words, 0.0)
        draw_lines(canvas, seen.weights[head], 0.0, COLOURS[head % len(COLOURS)])
        legend(canvas, [head], (0.1, room + 0.3))
        canvas.shifted(beside)
    return canvas.shifted(-2 * beside).fit(
        -0.2, beside + STEP * len(seen.words) + 0.2, -UP - room, room + 0.6
    )
