"""A slide while it is filled from top to bottom: texts, tables, bars and shaded grids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from glassformer.slides.deck import (
    BOTTOM,
    INK,
    MARGIN,
    PAPER,
    QUERY,
    QUIET,
    SMALLEST,
    SOFT,
    TITLE,
    TITLE_SIZE,
    TOP,
    WIDTH,
    Bar,
    Box,
    Cell,
    Drawing,
    Part,
    Side,
    Slide,
    Stroke,
    Table,
    Text,
)
from glassformer.slides.measure import clipped, height, width
from glassformer.slides.words import decimal, said

ROW = 0.34  # a row of a table in the smallest type
GAP = 0.2
AROUND = 0.32  # of a cell's text, both sides together
ACROSS = WIDTH - 2 * MARGIN
CLEAR = 0.08  # between a word and the lines from it
LONGEST = 2.2  # inches, of a word's name in a grid
SIZES = (24, 22, 20, SMALLEST)  # of type in tables
NUMERIC = re.compile(r"[−\d., \u00a0%<>]*|…|NaN|−?∞")


class Sheet:
    """What is put on a slide comes under what is there."""

    def __init__(self, title: str, paper: str = "", shows: str = "", code: str = ""):
        self.title = clipped(title, TITLE_SIZE, TITLE.width, bold=True)
        self.paper, self.shows, self.code = paper, shows, code
        self.parts: list[Part] = []
        self.top = TOP

    def finished(self, notes: str) -> Slide:
        """The slide."""
        assert self.top <= BOTTOM + GAP + 1e-6, (self.title, self.top)
        return Slide(
            title=self.title, parts=tuple(self.parts), notes=notes, paper=self.paper,
            shows=self.shows, code=self.code,
        )  # fmt: skip

    @property
    def left_below(self) -> float:
        """The inches that are free."""
        return BOTTOM - self.top

    @property
    def rows_left(self) -> int:
        """How many rows of a table have room."""
        return int((BOTTOM - self.top) / ROW + 1e-6)

    def say(
        self, text: str, size: float = 20, *, bold: bool = False, colour: str = INK,
        across: float = ACROSS, align: Side = "left",
    ) -> Sheet:  # fmt: skip
        """Paragraphs over the whole width."""
        high = height(text, size, across, bold) + 0.02
        box = Box(MARGIN, self.top, across, high)
        self.parts.append(
            Text(box=box, text=text, size=size, bold=bold, colour=colour, align=align)
        )
        self.top += high + GAP
        return self

    def formula(self, text: str) -> Sheet:
        """A line of mathematics."""
        return self.say(text, 22, colour=QUERY)

    def table(
        self, rows: Sequence[Sequence[str | Cell]], alt: str, *, header: int = 1,
        strong: Sequence[int] = (), left: float = MARGIN, room: float = ACROSS, below: float = 0,
    ) -> Table:  # fmt: skip
        """A table as wide as its texts, in the largest type for which there is room.

        ``strong`` are rows that stand out, counted with the header's; ``below`` are the inches that
        are wanted under it.
        """
        cells = named(rows, header, strong)
        high = BOTTOM - self.top - below
        size = next(
            size for size in SIZES
            if size == SMALLEST
            or (sum(natural(cells, size)) <= room and len(cells) * row(size) <= high)
        )  # fmt: skip
        widths = columns(cells, size, room)
        found = Table(
            left=left, top=self.top, widths=widths, heights=(row(size),) * len(cells),
            rows=fitted(cells, widths, size), alt=alt, size=size,
        )  # fmt: skip
        self.parts.append(found)
        self.top += found.box.height + GAP
        return found

    def bars(self, beside: Table, shares: Sequence[float], colour: str, alt: str) -> Sheet:
        """A bar to the right of each of the table's last rows, as long as its share of 1."""
        start = beside.box.right + GAP
        room = WIDTH - MARGIN - start
        first, high = len(beside.rows) - len(shares), beside.heights[-1]
        tops = [beside.top + sum(beside.heights[: first + i]) for i in range(len(shares))]
        marks = tuple(
            Bar(Box(start, top + 0.07, max(share * room, 0.01), high - 0.14), colour)
            for top, share in zip(tops, shares, strict=True)
        )
        box = Box(start, tops[0], room, high * len(shares))
        self.parts.append(Drawing(box=box, alt=alt, marks=marks))
        return self

    def grid(
        self, rows: Sequence[str], keys: Sequence[str], shares: Sequence[Sequence[float | None]],
        alt: str, strong: int | None = None,
    ) -> Table:  # fmt: skip
        """A shaded grid of shares from 0 to 1, None where a mask hides; numbers where they fit."""
        names = [clipped(row, SMALLEST, LONGEST) for row in rows]
        label = max(width(name, SMALLEST, bold=True) for name in names) + AROUND / 2
        each = min((ACROSS - label) / len(keys), 0.85)
        numbers = each >= width("0.00", SMALLEST)
        head = [Cell(), *(Cell(text=key, turned=True, align="left") for key in map(upright, keys))]
        body = []
        for r, (name, line) in enumerate(zip(names, shares, strict=True)):
            first = Cell(text=name, align="left", bold=r == strong)
            body.append([first, *(shaded(share, numbers) for share in line)])
        found = Table(
            left=MARGIN, top=self.top, widths=(label, *[each] * len(keys)),
            heights=(headroom(keys), *[ROW] * len(body)), rows=tuple(map(tuple, [head, *body])),
            alt=alt,
        )  # fmt: skip
        self.parts.append(found)
        self.top += found.box.height + GAP
        return found

    def grid_rows(self, keys: Sequence[str]) -> int:
        """How many rows of a grid under these keys have room."""
        return int((BOTTOM - self.top - headroom(keys)) / ROW + 1e-6)

    def ribbons(
        self, above: Sequence[str], below: Sequence[str], shares: Sequence[Sequence[float]],
        colours: Sequence[str], alt: str,
    ) -> Sheet:  # fmt: skip
        """A line from each word above to each word below, the stronger the greater its share."""
        upper = [clipped(word, SMALLEST, 1.3) for word in above]
        lower = [clipped(word, SMALLEST, 1.3) for word in below]
        high = max(width(word, SMALLEST) for word in upper + lower) + 0.1
        start, end = self.top + high + CLEAR, BOTTOM - high - CLEAR
        self.words(upper, self.top, high, "left")
        self.words(lower, end + CLEAR, high, "right")
        faintest = 0.03
        found = [
            (share, (place(q, len(upper)), start), (place(k, len(lower)), end), colours[q])
            for q, row in enumerate(shares)
            for k, share in enumerate(row)
            if share >= faintest
        ]
        marks = tuple(
            Stroke(a, b, 0.75 + 7 * share, mixed(colour, 0.25 + 0.75 * share))
            for share, a, b, colour in sorted(found)
        )
        box = Box(MARGIN, start, ACROSS, end - start)
        self.parts.append(Drawing(box=box, alt=alt, marks=marks))
        self.top = BOTTOM + GAP
        return self

    def words(self, words: Sequence[str], top: float, high: float, align: Side) -> None:
        """Words side by side, each upright."""
        each = 0.36
        for i, word in enumerate(words):
            box = Box(place(i, len(words)) - each / 2, top, each, high)
            self.parts.append(Text(box=box, text=word, size=SMALLEST, turned=True, align=align))


def place(number: int, count: int) -> float:
    """The middle of one of so many places across the slide."""
    each = min(ACROSS / count, 0.9)
    return WIDTH / 2 + each * (number - (count - 1) / 2)


def upright(key: str) -> str:
    """The name of a column, cut to what stands upright."""
    return clipped(key, SMALLEST, 1.25)


def headroom(keys: Sequence[str]) -> float:
    """How high the upright names of columns are."""
    return max(width(upright(key), SMALLEST) for key in keys) + 0.16


def row(size: float) -> float:
    """The height of a row of this type."""
    return size * ROW / SMALLEST


def named(
    rows: Sequence[Sequence[str | Cell]], header: int, strong: Sequence[int]
) -> list[list[Cell]]:
    """The cells of a table: numbers stand to the right, words to the left."""
    texts = [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in rows]
    sides: list[Side] = [
        "right"
        if c
        and all(NUMERIC.fullmatch(row[c]) or row[c] == said("hidden") for row in texts[header:])
        else "left"
        for c in range(len(texts[0]))
    ]
    return [
        [
            one if isinstance(one, Cell) else
            Cell(text=one, fill=SOFT if r < header else None, bold=r in strong,
                 colour=QUIET if r < header else INK, align=side)
            for one, side in zip(row, sides, strict=True)
        ]
        for r, row in enumerate(rows)
    ]  # fmt: skip


def around(cell: Cell) -> float:
    """The room beside a cell's text: hardly any where cells are shaded."""
    return 0.06 if cell.align == "center" else AROUND


def natural(cells: Sequence[Sequence[Cell]], size: float) -> list[float]:
    """The widths that the texts of the columns need."""
    return [
        max(width(row[c].text, size, row[c].bold) + around(row[c]) for row in cells)
        for c in range(len(cells[0]))
    ]


def columns(cells: Sequence[Sequence[Cell]], size: float, room: float) -> tuple[float, ...]:
    """The widths of columns: the widest get less until all of them have room."""
    wanted = natural(cells, size)
    while sum(wanted) > room + 1e-6:
        first, second = sorted(wanted)[-1], max((w for w in wanted if w < max(wanted)), default=0)
        widest = [c for c, w in enumerate(wanted) if w == first]
        less = max(second, first - (sum(wanted) - room) / len(widest))
        for c in widest:
            wanted[c] = less
    return tuple(wanted)


def fitted(
    cells: Sequence[Sequence[Cell]], widths: Sequence[float], size: float
) -> tuple[tuple[Cell, ...], ...]:
    """The same cells, each text cut to its column."""
    return tuple(
        tuple(
            replace(cell, text=clipped(cell.text, size, wide - around(cell) + 1e-6, cell.bold))
            for cell, wide in zip(row, widths, strict=True)
        )
        for row in cells
    )


def shaded(share: float | None, numbers: bool) -> Cell:
    """A cell as dark as its share; what a mask hides is grey with a dot."""
    if share is None:
        return Cell(text="·", fill=SOFT, colour=QUIET, align="center")
    text = decimal(f"{share:.2f}") if numbers else ""
    ink = PAPER if share > 0.5 else INK
    return Cell(text=text, fill=mixed(QUERY, share), colour=ink, align="center")


def mixed(colour: str, strength: float) -> str:
    """The colour on white paper, as strong as a share from 0 to 1."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 + (part - 255) * min(strength, 1.0)):02x}" for part in parts)
