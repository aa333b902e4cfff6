"""The page's pins and notes, each a slide of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from glassformer.errors import DataError
from glassformer.slides.deck import BOTTOM, TOP, Slide
from glassformer.slides.figures import number
from glassformer.slides.measure import LEADING, wrapped
from glassformer.slides.sheet import ACROSS, Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said

VERSIONS, MOST, LONGEST = (1, 2), 1000, 10_000  # as the page writes and reads them
LARGEST = 40 * 2**20  # bytes
CHANGED = ("changes", "snapshot", "training", "pad", "ids")  # a run that is not the plain one


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
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"could not read {path}: {error.strerror}") from error
    except ValueError as error:
        raise DataError(f"{path} is no file of notes: {error}") from error
    if not isinstance(content, dict) or content.get("glassformer") != "notes":
        raise DataError(f"{path} is no file of notes: save one on the page, Pins, Save")
    version = content.get("version")
    if version not in VERSIONS:
        known = " and ".join(map(str, VERSIONS))
        raise DataError(f"{path} has notes of version {version!r}; this program reads {known}")
    notes = content.get("notes")
    if not isinstance(notes, list) or len(notes) > MOST:
        raise DataError(f"{path} needs a list of at most {MOST} notes")
    return [checked(one, f"{path}: note {i}") for i, one in enumerate(notes, 1)]


def checked(note: Any, where: str) -> Pin:
    """A pin, all of whose parts are what they should be."""
    if not isinstance(note, dict):
        raise DataError(f"{where} is no object")
    texts = [note.get(name) for name in ("path", "value", "title", "text")]
    flat, place = note.get("flat"), note.get("place")
    for name, text in zip(("path", "value", "title", "text"), texts, strict=True):
        if not isinstance(text, str) or len(text) > LONGEST:
            raise DataError(f"{where}: {name} must be a text of at most {LONGEST} characters")
    if not isinstance(flat, int) or isinstance(flat, bool) or flat < 0:
        raise DataError(f"{where}: flat must be a whole number from 0")
    if not isinstance(place, dict) or not all(isinstance(v, str) for v in place.values()):
        raise DataError(f"{where}: place must be an object of texts")
    path, value, title, text = (str(one) for one in texts)
    return Pin(path, flat, value, title, text, {str(k): v for k, v in place.items()})


def pinned(walk: Walk, pin: Pin, count: int, total: int) -> list[Slide]:
    """A pin's slides: more than one where the note is long."""
    title = pin.title.strip() or pin.path or said("pin.title", count=count)
    sheet = Sheet(title, "", said("pin.shows", count=count, total=total))
    rows = [[said("pin.pinned"), pin.path or said("pin.page")]]
    if pin.path:
        rows.append([said("pin.then"), shortened(pin.value)])
    sentence = pin.place.get("text", "")
    if sentence:
        rows.append([said("pin.sentence"), sentence])
    here = value_here(walk, pin.path, pin.flat, pin.place)
    if here is not None:
        rows.append([said("tour.value"), here])
    sheet.table(rows, said("pin.alt", what=rows[0][1]), header=0)
    notes = said("pin.notes", address=address(pin.place))
    slides: list[Slide] = []
    for part in pages(pin.text.strip(), sheet.left_below):
        if slides:
            sheet = Sheet(
                said("pin.continued", title=title), "", said("pin.shows", count=count, total=total)
            )
        if part:
            sheet.say(part)
        slides.append(sheet.finished(notes))
    return slides


def pages(text: str, room: float, size: float = 20) -> list[str]:
    """The text in parts that each have room: the first as many inches as are given, others a
    slide's."""
    lines = [
        (number, line)
        for number, paragraph in enumerate(text.split("\n"))
        for line in wrapped(paragraph, size, ACROSS)
    ]
    parts: list[str] = []
    while lines or not parts:
        most = max(int((room - 0.02) / (size * LEADING / 72)), 1)
        here, lines, room = lines[:most], lines[most:], BOTTOM - TOP
        together = groupby(here, key=lambda one: one[0])
        parts.append("\n".join(" ".join(line for _, line in group) for _, group in together))
    return parts


def value_here(walk: Walk, path: str, flat: int, place: Mapping[str, str]) -> str | None:
    """What stands at a place of the page in this recording; None where the run there is another."""
    same = place.get("text", walk.about["text"]) == walk.about["text"]
    same = same and not any(place.get(name) for name in CHANGED)
    if not same or not walk.has(path):
        return None
    value = walk.tape[path]
    return number(float(value.flatten()[flat]), 4) if flat < value.numel() else None


def chosen_cell(walk: Walk, place: Mapping[str, str], sentence: str) -> tuple[str, str] | None:
    """Path and value of the cell that an address of the page chooses, if it does on this run."""
    path, _, flat = place.get("cell", "").rpartition(":")
    if not flat.isdecimal():
        return None
    here = value_here(walk, path, int(flat), {"text": sentence or walk.about["text"], **place})
    return None if here is None else (path, here)


def shortened(value: str) -> str:
    """The pinned value with four digits after the point."""
    try:
        return number(float(value), 4)
    except ValueError:
        return value


def address(place: Mapping[str, str]) -> str:
    """The page's own address of a place."""
    return "#" + urlencode(place)
