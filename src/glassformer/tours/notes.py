"""Pins and notes, as the page saves them in a file: read and checked as the page does it (see
web/src/core/notes.ts), for slides and for hand-outs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassformer.errors import DataError

VERSIONS, MOST, LONGEST = (1, 2), 1000, 10_000  # as the page writes and reads them
LARGEST = 40 * 2**20  # bytes
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
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"{path} is larger than {LARGEST:,} bytes: the page saves no such notes"
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"could not read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no file of notes: {error}") from error
    return pins_of(text, str(path))


def pins_of(text: str, what: str) -> list[Pin]:
    """The pins in the text of such a file; ``what`` is what an error calls it.

    Raises:
        DataError: the page could not read it.
    """
    try:
        content = json.loads(text)
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
    return [checked(one, f"{what}: note {i}") for i, one in enumerate(notes, 1)]


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
