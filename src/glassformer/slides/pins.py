"""The page's pins and notes, each a slide of its own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from urllib.parse import urlencode

from glassformer.slides.deck import BOTTOM, TOP, Slide
from glassformer.slides.figures import number
from glassformer.slides.measure import LEADING, wrapped
from glassformer.slides.sheet import ACROSS, Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said
from glassformer.tours.notes import Pin

CHANGED = ("changes", "snapshot", "training", "pad", "ids")  # a run that is not the plain one


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
