"""A deck as a PDF: a page a slide, all of it vectors and text, the notes as annotations."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from glassformer.errors import MissingExtraError
from glassformer.slides.deck import (
    FOOTER,
    HEIGHT,
    NUMBER,
    OPENING,
    OPENING_SIZE,
    QUIET,
    SMALLEST,
    TITLE,
    TITLE_SIZE,
    WIDTH,
    Bar,
    Box,
    Deck,
    Drawing,
    Slide,
    Table,
    Text,
    runs,
)
from glassformer.slides.measure import LEADING, wrapped

try:
    from matplotlib import font_manager, rc_context
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, Rectangle
except ImportError as error:
    raise MissingExtraError("matplotlib", "slides", "writing a .pdf") from error

# The first has Latin, Greek, Cyrillic and the signs; the others, where a machine has them, more.
FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans", "Arial Unicode MS", "Microsoft YaHei")
MADE = datetime(2017, 6, 12, tzinfo=UTC)
FINE = 1440  # dots an inch, at which a width is not rounded
ASIDE = 0.1  # inches, of a cell's text from its side
BELOW = 0.35  # of a line's size: from its middle to the foot of its letters
ANCHOR = {"left": 0.0, "center": 0.5, "right": 1.0}
OUTSIDE = [-100, -100, -80, -80]  # where a note's sign does not hide a picture


def content(deck: Deck) -> bytes:
    """The file of a deck."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    style: Any = {"font.family": [name for name in FONTS if name in there], "pdf.fonttype": 42}
    about = {"Title": deck.title, "Creator": "Glassformer", "Producer": None, "CreationDate": MADE}
    file = BytesIO()
    with rc_context(style), PdfPages(file, metadata=about) as pages:
        for number, slide in enumerate(deck.slides, 1):
            page = drawn(slide, number)
            pages.attach_note(slide.notes, OUTSIDE)
            pages.savefig(page)
    return file.getvalue()


def drawn(slide: Slide, number: int) -> Figure:
    """A page."""
    page = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
    box, size = (OPENING, OPENING_SIZE) if slide.opening else (TITLE, TITLE_SIZE)
    draw_text(page, Text(box=box, text=slide.title, size=size, bold=True), middle=True)
    for part in slide.parts:
        if isinstance(part, Text):
            draw_text(page, part)
        elif isinstance(part, Table):
            draw_table(page, part)
        else:
            draw_picture(page, part)
    foot: dict[str, Any] = {"size": SMALLEST, "colour": QUIET}
    draw_text(page, Text(box=FOOTER, text=slide.footer, **foot))
    draw_text(page, Text(box=NUMBER, text=str(number), align="right", **foot))
    return page


def letters(
    page: Figure, x: float, y: float, text: str, size: float, bold: bool, colour: str, **how: Any
) -> None:
    """A line of text whose middle line is at y, a piece for each kind of type."""
    for run in runs(text, bold):
        piece = page.text(
            x / WIDTH, 1 - y / HEIGHT, run.text, size=size, color=colour, parse_math=False,
            weight="bold" if run.bold else "normal", style="italic" if run.italic else "normal",
            **how,
        )  # fmt: skip
        if run.text != text:
            x += advance(piece)


def advance(piece: Any) -> float:
    """The inches from a piece of a line to the next; a space at its end counts."""
    text, found = piece.get_text(), []
    for one in (text + "|", "|"):
        piece.set_text(one)
        room: Any = RendererAgg(1, 1, FINE)  # type: ignore[no-untyped-call]
        found.append(piece.get_window_extent(room, FINE).width / FINE)
    piece.set_text(text)
    return found[0] - found[1]


def draw_text(page: Figure, part: Text, middle: bool = False) -> None:
    """Lines where the measure breaks them."""
    box, share = part.box, ANCHOR[part.align]
    if part.fill is not None:
        rectangle(page, box, part.fill)
    if part.turned:
        how = {"rotation": 90, "ha": "center", "va": ("bottom", "center", "top")[round(2 * share)]}
        x, y = box.left + box.width / 2, box.bottom - share * box.height
        letters(page, x, y, part.text, part.size, part.bold, part.colour, **how)
        return
    lines = wrapped(part.text, part.size, box.width + 1e-6, part.bold)
    each = part.size * LEADING / 72
    middle = middle or part.fill is not None
    top = box.top + (box.height - each * len(lines)) / 2 if middle else box.top
    for i, line in enumerate(lines):
        x, y = box.left + share * box.width, top + each * (i + 0.78)
        how = {"ha": part.align, "va": "baseline"}
        letters(page, x, y, line, part.size, part.bold, part.colour, **how)


def draw_table(page: Figure, part: Table) -> None:
    """Filled cells and their texts."""
    y = part.top
    for high, row in zip(part.heights, part.rows, strict=True):
        x = part.left
        for wide, cell in zip(part.widths, row, strict=True):
            if cell.fill is not None:
                rectangle(page, Box(x, y, wide, high), cell.fill)
            if cell.text and cell.turned:
                box = Box(x, y, wide, high - 0.08)
                draw_text(page, Text(box=box, text=cell.text, size=part.size, turned=True))
            elif cell.text:
                at = x + {"left": ASIDE, "center": wide / 2, "right": wide - ASIDE}[cell.align]
                middle = y + high / 2 + part.size * BELOW / 72
                how = {"ha": cell.align, "va": "baseline"}
                letters(page, at, middle, cell.text, part.size, cell.bold, cell.colour, **how)
            x += wide
        y += high


def rectangle(page: Figure, box: Box, colour: str) -> None:
    """A filled rectangle."""
    corner, wide, high = (box.left / WIDTH, 1 - box.bottom / HEIGHT), box.width, box.height
    place: Any = {"fc": colour, "ec": "none", "lw": 0, "transform": page.transFigure}
    page.add_artist(Rectangle(corner, wide / WIDTH, high / HEIGHT, **place))


def draw_picture(page: Figure, part: Drawing) -> None:
    """Bars and lines."""
    for mark in part.marks:
        if isinstance(mark, Bar):
            rectangle(page, mark.box, mark.colour)
            continue
        start, end = ((x / WIDTH, 1 - y / HEIGHT) for x, y in (mark.start, mark.end))
        style = "-|>,head_length=5,head_width=2.5" if mark.arrow else "-"
        line = FancyArrowPatch(
            start, end, arrowstyle=style, lw=mark.thick, ec=mark.colour, fc=mark.colour,
            mutation_scale=1, shrinkA=0, shrinkB=0, capstyle="butt", transform=page.transFigure,
        )  # fmt: skip
        page.add_artist(line)
