"""Notes that the page saved: what it could not read is named."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from glassformer.errors import DataError
from glassformer.tours.notes import Pin, pins_of, read_pins

PIN: dict[str, Any] = {
    "path": "logits", "flat": 3, "value": "-1.5", "title": "A logit", "text": "Why so low?",
    "place": {"view": "network", "cell": "logits:3"},
}  # fmt: skip


def notes(**changes: Any) -> str:
    """The text of such a file."""
    content = {"glassformer": "notes", "version": 2, "model": "petit", "notes": [PIN]} | changes
    return json.dumps(content)


@pytest.mark.parametrize("version", [1, 2])
def test_notes_are_read_as_they_were_written(version: int) -> None:
    assert pins_of(notes(version=version), "here") == [Pin(**PIN)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "here is no file of notes: Expecting value"),
        ("[]", "is no file of notes"),
        ('{"glassformer": "tour"}', "is no file of notes"),
        ('{"notes": []}', "is no file of notes"),
        (notes(glassformer="else"), "is no file of notes"),
        (notes(version=3), "version 3; this program reads 1 and 2"),
        (notes(version=[]), r"version \[\]; this program"),
        (notes(notes=3), "needs a list of at most 1000 notes"),
        (notes(notes=[PIN] * 1001), "needs a list of at most 1000 notes"),
        (notes(notes=[PIN, 5]), "here: note 2 is no object"),
    ],
)
def test_what_are_no_notes_is_told(text: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        pins_of(text, "here")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"flat": -1}, "flat must be a whole number"),
        ({"flat": "1"}, "flat must be a whole number"),
        ({"flat": True}, "flat must be a whole number"),
        ({"text": None}, "text must be a text of at most 10000"),
        ({"text": "x" * 10_001}, "text must be a text of at most 10000"),
        ({"place": [1]}, "place must be an object of texts"),
        ({"place": {"a": 1}}, "place must be an object of texts"),
        ({"place": {"a": "x" * 10_001}}, "place must be an object of texts"),
    ],
)
def test_a_note_that_the_page_could_not_read_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=f"here: note 2: {says}"):
        pins_of(notes(notes=[PIN, PIN | change]), "here")


STROKE: dict[str, Any] = {"tool": "pen", "at": "main", "wide": 110.5, "points": [0, 1.5, -3, 7]}


def drawn(**changes: Any) -> str:
    """The text of a file with a drawing, whose second stroke has these changes."""
    return notes(drawings={"view=network": [STROKE, STROKE | changes]})


def test_drawings_are_read() -> None:
    assert pins_of(drawn(tool="marker", tall=7), "here") == [Pin(**PIN)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (notes(drawings=[]), "here: drawings must be an object of at most 200"),
        (notes(drawings={str(i): [] for i in range(201)}), "of at most 200 places"),
        (notes(drawings={"x" * 10_001: []}), "here: the drawing at 'x{60}'…: its place is longer"),
        (notes(drawings={"a": {}}), "here: the drawing at 'a' needs a list of at most 500"),
        (notes(drawings={"a": [STROKE] * 501}), "needs a list of at most 500 strokes"),
        (notes(drawings={"a": [STROKE, 3]}), "the drawing at 'a', stroke 2 is no object"),
        (drawn(tool="axe"), "stroke 2: tool must be pen or marker, and is 'axe'"),
        (drawn(tool=[]), r"tool must be pen or marker, and is \[\]"),
        (drawn(at=3), "at must be a text of at most 300"),
        (drawn(at="x" * 301), "at must be a text of at most 300"),
        (drawn(wide=True), "wide must be a number"),
        (drawn(tall=None), "tall must be a number"),
        (drawn(wide=math.nan), "wide must be a number"),
        (drawn(points=[1, 2, 3]), "points must be pairs of numbers, at most 4000"),
        (drawn(points=[0] * 8002), "points must be pairs"),
        (drawn(points=[]), "points must be pairs"),
        (drawn(points=[0, math.inf]), "number 2 of points is inf, no finite number"),
        (drawn(points=[0, 10**400]), "number 2 of points is 1000.*, no finite number"),
        (drawn(points=["0", 1]), "number 1 of points is '0', no finite number"),
        ("[" * 100_000, "too much within another"),
    ],
)
def test_a_drawing_that_the_page_could_not_read_is_named(text: str, says: str) -> None:
    with pytest.raises(DataError, match=f"here.*{says.removeprefix('here')}"):
        pins_of(text, "here")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    with pytest.raises(DataError, match="could not read"):
        read_pins(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="is no file of notes"):
        read_pins(file)
    file.write_text(notes(), encoding="utf-8")
    assert read_pins(file) == [Pin(**PIN)]
