"""How wide a text gets, near enough and never less: type differs from machine to machine.

The widths are those of DejaVu Sans, which is wider than what a presentation program takes.
"""

from __future__ import annotations

from glassformer.slides.deck import BOLD, ITALIC

LEADING = 1.25  # a line's height, of its size
HEAVIER = 1.16  # bold type
# Of a line's size, by kind of character.
WIDTHS = {
    **dict.fromkeys("iljI.,:;'’‘|!()[]·/ ", 0.4),
    "\u00a0": 0.4,  # and the narrow one, between a word and its mark
    "\u202f": 0.3,
    **dict.fromkeys("frt-_", 0.45),
    **dict.fromkeys("“”?*TFL", 0.6),
    **dict.fromkeys("wOQGDN+=<>~^#×÷−&", 0.84),
    **dict.fromkeys("mM%@W…—→←∞œæ", 1.02),
    **dict.fromkeys(BOLD + ITALIC, 0.0),
}
CAPITAL, OTHER, FOREIGN = 0.75, 0.65, 1.08  # others of Latin, and what is of another script
LATIN = 0x370


def width(text: str, size: float, bold: bool = False) -> float:
    """The inches that a line takes."""
    total = sum(WIDTHS[one] if one in WIDTHS else of_kind(one) for one in text)
    return total * size / 72 * (HEAVIER if bold else 1)


def of_kind(character: str) -> float:
    """The width of a character that has none of its own in the table."""
    if ord(character) >= LATIN and character.isalpha():
        return FOREIGN
    return CAPITAL if character.isupper() or not character.isalnum() else OTHER


def wrapped(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """The lines of a text in a box of so many inches; a word that is too long is cut."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer, size, bold) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while width(line, size, bold) > room and len(line) > 1:
                kept = len(line) - 1
                while kept > 1 and width(line[:kept], size, bold) > room:
                    kept -= 1
                lines.append(line[:kept])
                line = line[kept:]
        lines.append(line)
    return lines


def height(text: str, size: float, room: float, bold: bool = False) -> float:
    """The inches that the text takes down the page."""
    return len(wrapped(text, size, room, bold)) * size * LEADING / 72


def clipped(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text on one line, its end cut off where it is too long."""
    if width(text, size, bold) <= room:
        return text
    while text and width(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"
