"""What tests of slides share: is all of a deck readable and in its place, and what does it say."""

from __future__ import annotations

from itertools import combinations

from glassformer.slides.deck import (
    FOOTER,
    HEIGHT,
    NUMBER,
    OPENING,
    OPENING_SIZE,
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
)
from glassformer.slides.measure import height, width


def boxes(slide: Slide) -> list[Box]:
    """The places that may not lie on one another; lines may run beside words."""
    found = [OPENING if slide.opening else TITLE, NUMBER]
    found += [FOOTER] if slide.footer else []
    for part in slide.parts:
        if isinstance(part, Drawing):
            found += [mark.box for mark in part.marks if isinstance(mark, Bar)]
        else:
            found.append(part.box)
    return found


def check_layout(deck: Deck) -> None:
    """All is on the page, apart, in type that a room can read, and no text is larger than its
    place."""
    for slide in deck.slides:
        size, box = (OPENING_SIZE, OPENING) if slide.opening else (TITLE_SIZE, TITLE)
        assert width(slide.title, size, bold=True) <= box.width
        assert width(slide.footer, SMALLEST) <= FOOTER.width
        assert slide.title and slide.notes
        for one in boxes(slide):
            assert one.left >= 0 and one.top >= 0, slide.title
            assert one.right <= WIDTH + 1e-6 and one.bottom <= HEIGHT, slide.title
        for a, b in combinations(boxes(slide), 2):
            across = min(a.right, b.right) - max(a.left, b.left)
            down = min(a.bottom, b.bottom) - max(a.top, b.top)
            assert across <= 1e-6 or down <= 1e-6, (slide.title, a, b)
        for part in slide.parts:
            if isinstance(part, Text):
                assert part.size >= SMALLEST
                room = part.box.height if part.turned else part.box.width
                across = part.box.width if part.turned else part.box.height
                assert height(part.text, part.size, room, part.bold) <= across + 0.03, slide.title
            else:
                assert part.alt
            if isinstance(part, Table):
                assert part.size >= SMALLEST
                for cells in part.rows:
                    for cell, wide in zip(cells, part.widths, strict=True):
                        assert cell.turned or width(cell.text, part.size, cell.bold) <= wide + 1e-6


def words_of(deck: Deck) -> str:
    """All that can be read."""
    texts = []
    for slide in deck.slides:
        texts += [slide.title, slide.footer, slide.notes]
        for part in slide.parts:
            if isinstance(part, Text):
                texts.append(part.text)
            elif isinstance(part, Table):
                texts += [cell.text for row in part.rows for cell in row]
    return "\n".join(texts)
