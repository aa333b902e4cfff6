"""Pins, notes and drawings, as the page saves them in a file: read and checked as the page does it
(see web/src/core/notes.ts and drawing.ts), for slides and for hand-outs."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassformer.errors import DataError

VERSIONS, MOST, LONGEST = (1, 2), 1000, 10_000  # as the page writes and reads them
LARGEST = 40 * 2**20  # bytes
MOST_PLACES, MOST_STROKES, MOST_NUMBERS, LONGEST_HOLDER = 200, 500, 8000, 300  # of drawings
TOOLS = ("pen", "marker")
TEXTS = ("path", "value", "title", "text")


@dataclass(frozen=True)
class Pin:
    """A number that was marked: its place in a recording, its value then, and what was written; or,
    with an empty path, the page at ``place``."""

    path: str
    flat: int
    value: str
    title: str
    text: str
    place: dict[str, str]


def read_pins(path: Path) -> list[Pin]:
    """The pins of a file that the page saved.

    Raises:
        DataError: it is missing, too large or no such file.
    """
    return pins_of(text_of(path), str(path))


def text_of(path: Path) -> str:
    """The text of such a file, unchecked.

    Raises:
        DataError: it is missing, too large or no text.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"{path} is larger than {LARGEST:,} bytes: the page saves no such notes"
            )
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"could not read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no file of notes: {error}") from error


def pins_of(text: str, what: str) -> list[Pin]:
    """The pins in the text of such a file; ``what`` is what an error calls it. Its drawings are
    checked, too: a hand-out takes the text as it is.

    Raises:
        DataError: the page could not read it.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise DataError(f"{what} is no file of notes: too much within another") from error
    except ValueError as error:
        raise DataError(f"{what} is no file of notes: {error}") from error
    if not isinstance(content, dict) or content.get("glassformer") != "notes":
        raise DataError(f"{what} is no file of notes: save one on the page, Pins, Save")
    version = content.get("version")
    if version not in VERSIONS:
        known = " and ".join(map(str, VERSIONS))
        raise DataError(f"{what} has notes of version {version!r}; this program reads {known}")
    notes = content.get("notes")
    if not isinstance(notes, list) or len(notes) > MOST:
        raise DataError(f"{what} needs a list of at most {MOST} notes")
    check_drawings(content.get("drawings", {}), what)
    return [checked(one, f"{what}: note {i}") for i, one in enumerate(notes, 1)]


def check_drawings(drawings: Any, what: str) -> None:
    """Refuse drawings that the page could not read."""
    if not isinstance(drawings, dict) or len(drawings) > MOST_PLACES:
        raise DataError(f"{what}: drawings must be an object of at most {MOST_PLACES} places")
    for place, strokes in drawings.items():
        where = f"{what}: the drawing at {place[:60]!r}"
        if len(place) > LONGEST:
            raise DataError(f"{where}…: its place is longer than {LONGEST} characters")
        if not isinstance(strokes, list) or len(strokes) > MOST_STROKES:
            raise DataError(f"{where} needs a list of at most {MOST_STROKES} strokes")
        for number, stroke in enumerate(strokes, 1):
            check_stroke(stroke, f"{where}, stroke {number}")


def check_stroke(stroke: Any, where: str) -> None:
    """Refuse a stroke with a part that is not what it should be."""
    if not isinstance(stroke, dict):
        raise DataError(f"{where} is no object")
    tool, at, points = stroke.get("tool"), stroke.get("at"), stroke.get("points")
    if tool not in TOOLS:
        raise DataError(f"{where}: tool must be {' or '.join(TOOLS)}, and is {tool!r:.40}")
    if not isinstance(at, str) or len(at) > LONGEST_HOLDER:
        raise DataError(f"{where}: at must be a text of at most {LONGEST_HOLDER} characters")
    for name in ("wide", "tall"):  # the second is younger
        if not (is_number(stroke.get(name)) or (name == "tall" and name not in stroke)):
            raise DataError(f"{where}: {name} must be a number")
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_NUMBERS or len(points) % 2:
        raise DataError(f"{where}: points must be pairs of numbers, at most {MOST_NUMBERS // 2}")
    for number, one in enumerate(points, 1):
        if not is_number(one):
            raise DataError(f"{where}: number {number} of points is {one!r:.40}, no finite number")


def checked(note: Any, where: str) -> Pin:
    """A pin, all of whose parts are what they should be."""
    if not isinstance(note, dict):
        raise DataError(f"{where} is no object")
    for name in TEXTS:
        if not is_text(note.get(name)):
            raise DataError(f"{where}: {name} must be a text of at most {LONGEST} characters")
    flat, place = note.get("flat"), note.get("place")
    if not isinstance(flat, int) or isinstance(flat, bool) or flat < 0:
        raise DataError(f"{where}: flat must be a whole number from 0")
    if not isinstance(place, dict) or not all(map(is_text, place.values())):
        raise DataError(f"{where}: place must be an object of texts")
    return Pin(flat=flat, place=place, **{name: note[name] for name in TEXTS})


def is_text(value: Any) -> bool:
    """Whether it is a text of a length that the page reads."""
    return isinstance(value, str) and len(value) <= LONGEST


def is_number(value: Any) -> bool:
    """Whether it is a number, and a finite one as fp64 has it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
