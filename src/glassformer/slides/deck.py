"""A deck as plain data: what stands where on each slide. Both kinds of file are written from it.

Lengths are in inches from the upper left corner of a page of 16:9, sizes of type in points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.6
SMALLEST = 18  # points, that a room can read

INK, QUIET, PAPER, SOFT = "#2b3440", "#5a6573", "#ffffff", "#eef1f5"
QUERY, KEY, VALUE, ACCENT = "#1f5fa8", "#d06a00", "#2fa084", "#b0127b"  # the page's own
COLOURS = (QUERY, KEY, VALUE, ACCENT, "#7a6fd0", "#8c6d31", "#56b4e9", "#c0392b")

Side = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """A place on the page."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends to the right."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.top + self.height


# In a text: what stands between two of the same is bold or italic, a word at a time.
BOLD, ITALIC = "\ue000", "\ue001"


@dataclass(frozen=True)
class Run:
    """Some of a line in one kind of type."""

    text: str
    bold: bool
    italic: bool


def runs(line: str, bold: bool = False) -> list[Run]:
    """A line cut where its type changes; ``bold`` is the type of all of it."""
    strong = italic = False
    found: list[Run] = []
    for part in re.split(f"([{BOLD}{ITALIC}])", line):
        strong ^= part == BOLD
        italic ^= part == ITALIC
        if part and part not in (BOLD, ITALIC):
            found.append(Run(part, bold or strong, italic))
    return found or [Run("", bold, False)]


@dataclass(frozen=True, kw_only=True)
class Text:
    """Paragraphs, one a line of ``text``, that are broken where the box ends.

    Words between two ``BOLD`` or ``ITALIC`` are set so.
    ``turned``: read from below to above. With a ``fill`` it is a block of that colour, the text in
    its middle.
    """

    box: Box
    text: str
    size: float = 20
    bold: bool = False
    colour: str = INK
    align: Side = "left"
    turned: bool = False
    fill: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table."""

    text: str = ""
    fill: str | None = None
    bold: bool = False
    colour: str = INK
    align: Side = "right"
    turned: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells; ``alt`` says what they show to who cannot see them."""

    left: float
    top: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    alt: str
    size: float = SMALLEST

    @property
    def box(self) -> Box:
        """The place that it takes."""
        return Box(self.left, self.top, sum(self.widths), sum(self.heights))


@dataclass(frozen=True)
class Bar:
    """A filled rectangle."""

    box: Box
    colour: str


@dataclass(frozen=True)
class Stroke:
    """A straight line, ``thick`` points wide, an arrow's head at its end if it is one."""

    start: tuple[float, float]
    end: tuple[float, float]
    thick: float
    colour: str
    arrow: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Bars and strokes that are one picture; later ones lie on earlier ones."""

    box: Box
    alt: str
    marks: tuple[Bar | Stroke, ...]


Part = Text | Table | Drawing


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One slide. ``notes`` are for the speaker; ``paper`` is the place in the paper, ``shows``
    what of the model is seen, ``code`` the line that computed it."""

    title: str
    parts: tuple[Part, ...]
    notes: str
    paper: str = ""
    shows: str = ""
    code: str = ""
    opening: bool = False

    @property
    def footer(self) -> str:
        """What stands at the foot."""
        return " · ".join(part for part in (self.paper, self.shows) if part)


@dataclass(frozen=True)
class Deck:
    """Slides in their order."""

    title: str
    slides: tuple[Slide, ...]


# The places that every slide has.
TITLE = Box(MARGIN, 0.3, WIDTH - 2 * MARGIN, 0.75)
TITLE_SIZE = 30
FOOTER = Box(MARGIN, 6.98, WIDTH - 2 * MARGIN - 0.9, 0.36)
NUMBER = Box(WIDTH - MARGIN - 0.8, 6.98, 0.8, 0.36)
TOP, BOTTOM = 1.2, 6.85
OPENING = Box(MARGIN, 1.2, WIDTH - 2 * MARGIN, 1.0)  # the title of the first slide
OPENING_SIZE = 34
