"""The pictures that the book's chapters draw, in the type and colours of the paper's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from glassformer.paper.attention import STEP, UP, draw_lines, draw_words, longest
from glassformer.paper.pens import COLOURS, Canvas, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def grid(
    values: Tensor, rows: Sequence[str] = (), columns: Sequence[str] = (), *,
    names: tuple[str, str] = ("", ""), signed: bool = False,
) -> Figure:  # fmt: skip
    """A matrix as shades: [row, column]; red and blue around 0 where it has both signs."""
    size = 0.3 * values.size(1) + 1.6, 0.3 * values.size(0) + 1.2
    sheet = page(min(size[0], 7.5), min(size[1], 5.5))
    axes = sheet.add_subplot()
    most = float(values.abs().max())
    shades = axes.imshow(values.tolist(), cmap="RdBu_r" if signed else "Blues", aspect="auto",
                         vmin=-most if signed else 0, vmax=most)  # fmt: skip
    if rows:
        axes.set_yticks(range(len(rows)), rows)
    if columns:
        axes.set_xticks(range(len(columns)), columns, rotation=90)
    axes.set(ylabel=names[0], xlabel=names[1])
    sheet.colorbar(shades, fraction=0.04, pad=0.02)
    return sheet


def curves(
    given: dict[str, Sequence[float]], *, names: tuple[str, str], x: Sequence[float] | None = None
) -> Figure:
    """Lines over a common axis, each with its name."""
    sheet = page(5.6, 2.8)
    axes = sheet.add_subplot()
    for number, (name, values) in enumerate(given.items()):
        axes.plot(range(len(values)) if x is None else x, values, label=name, color=COLOURS[number])
    axes.set(xlabel=names[0], ylabel=names[1])
    if len(given) > 1:
        axes.legend(frameon=False)
    return sheet


def bars(given: dict[str, float], *, name: str) -> Figure:
    """A bar for each value, the first on top."""
    sheet = page(5.2, 0.3 * len(given) + 0.7)
    axes = sheet.add_subplot()
    axes.barh(list(given), list(given.values()), color=COLOURS[0])
    axes.invert_yaxis()
    axes.set_xlabel(name)
    return sheet


def looks(weights: Tensor, words: Sequence[str], colour: str = COLOURS[0]) -> Figure:
    """A line from each word to each that it attends to, as strong as the attention [query, key]."""
    canvas, room = Canvas(), longest(words)
    draw_words(canvas, words, 0.0)
    draw_lines(canvas, weights, 0.0, colour)
    return canvas.fit(-0.2, STEP * len(words) + 0.2, -UP - room, room)


def pieces(tokens: Sequence[dict[str, object]]) -> list[str]:
    """The pieces of a trace's tokens as a person reads them."""
    return [str(token["piece"]).replace("▁", "") or "␣" for token in tokens]
