"""The .pptx: native, editable, told to who cannot see it; pins, notes and tours as slides."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from looked import check_layout, words_of

import glassformer as gf
from glassformer.cli import glassformer
from glassformer.errors import GlassformerError
from glassformer.slides import walk_deck, write
from glassformer.slides.deck import BOLD, ITALIC, Deck, Table
from glassformer.tours import parse
from glassformer.tours.notes import read_pins

pptx = pytest.importorskip("pptx", reason="needs the extra 'slides'")

SENTENCE = "the cat did not sleep because it was tired"
PIN: dict[str, Any] = {
    "path": "logits", "flat": 3, "value": "-1.5", "title": "A logit", "text": "Why so low?",
    "place": {"view": "network", "text": SENTENCE, "cell": "logits:3"},
}  # fmt: skip
TOUR = """---
title: Ours
---

## What is written?
Ask: What will **{model}** make of *this sentence* “{sentence}”, and how sure is [it](card:softmax)?
- Something in French. [translates]
- Nothing. [untrained]

Tell if translates: It wrote “{output}”, a *short line* and **{model}**’s own.

Tell if not trained and layers < 2.5: `So` it goes.

Tell: No *mark* is seen in {layers} layers, {heads} heads.

## A place
at: view=network&cell=logits:5
Tell: Look at this number.
"""


def notes_file(folder: Path, **changes: Any) -> Path:
    """A file of notes as the page saves it."""
    file = folder / "notes.json"
    content = {"glassformer": "notes", "version": 2, "model": "petit", "notes": [PIN]} | changes
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    pins = read_pins(notes_file(tmp_path_factory.mktemp("notes"), notes=[
        PIN, PIN | {"text": "A long thought, again and again. " * 70, "title": "Long"},
        PIN | {"place": {"text": "the dog runs"}, "title": "Elsewhere"},
        PIN | {"path": "", "flat": 0, "value": "", "title": "A page"},
    ]))  # fmt: skip
    return walk_deck(gf.load(), SENTENCE, pins, parse(TOUR, "ours.md"))


@pytest.fixture(scope="module")
def slides(deck: Deck, tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("slides") / "walk.pptx"
    write(deck, file)
    return pptx.Presentation(file)


def test_all_is_native_and_can_be_edited(deck: Deck, slides: Any) -> None:
    assert len(slides.slides) == len(deck.slides)
    assert slides.slide_width / slides.slide_height == pytest.approx(16 / 9, abs=1e-3)
    for made, slide in zip(slides.slides, deck.slides, strict=True):
        assert made.shapes.title.text == slide.title
        assert made.notes_slide.notes_text_frame.text == slide.notes
        kinds = [shape.shape_type.name for shape in made.shapes]
        assert "PICTURE" not in kinds
        tables = [shape for shape in made.shapes if shape.has_table]
        for shape, part in zip(
            tables, (p for p in slide.parts if isinstance(p, Table)), strict=True
        ):
            texts = [[cell.text for cell in row.cells] for row in shape.table.rows]
            assert texts == [[cell.text for cell in row] for row in part.rows]
        for shape in made.shapes:
            if kinds[list(made.shapes).index(shape)] in ("TABLE", "GROUP"):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_every_slide_has_the_master_s_title_foot_and_number(slides: Any) -> None:
    assert sorted(layout.name for layout in slides.slide_layouts) == ["Title Only", "Title Slide"]
    for made in slides.slides:
        assert {"TITLE", "CENTER_TITLE"} & {
            p.placeholder_format.type.name for p in made.placeholders
        }
        assert "slidenum" in made.shapes._spTree.xml
    for shape in slides.slide_master.placeholders:
        assert shape.left >= 0 and shape.left + shape.width <= slides.slide_width
        assert shape.top >= 0 and shape.top + shape.height <= slides.slide_height


def test_no_type_is_too_small_and_nothing_leaves_the_page(slides: Any) -> None:
    for made in slides.slides:
        for run in made.shapes._spTree.iter(
            "{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"
        ):
            assert run.get("sz") is None or int(run.get("sz")) >= 1800
        for shape in made.shapes:
            assert shape.left >= 0 and shape.top >= 0
            assert shape.left + shape.width <= slides.slide_width + 2
            assert shape.top + shape.height <= slides.slide_height + 2


def test_pins_and_notes_are_slides(deck: Deck) -> None:
    check_layout(deck)
    by_title = {slide.title: slide for slide in deck.slides}
    walk = gf.load().trace(SENTENCE)
    here = float(walk["logits"].flatten()[3])
    cells = [cell.text for row in by_title["A logit"].parts[0].rows for cell in row]  # type: ignore[union-attr]
    assert cells[:4] == ["pinned", "logits", "its value then", "−1.5000"]
    assert f"{abs(here):.4f}" in cells[-1]
    assert "Long (continued)" in by_title
    elsewhere = [cell.text for row in by_title["Elsewhere"].parts[0].rows for cell in row]  # type: ignore[union-attr]
    assert "its value here" not in elsewhere  # that run was another sentence's
    assert "Why so low?" in words_of(deck)


def test_a_tour_s_questions_are_slides(deck: Deck) -> None:
    slide = next(slide for slide in deck.slides if slide.title == "What is written?")
    said = words_of(Deck("", (slide,)))
    plain = said.replace(BOLD, "").replace(ITALIC, "")
    assert f"What will petit make of this sentence “{SENTENCE}”, and how sure is it?" in plain
    assert f"{BOLD}petit{BOLD}" in said and f"{ITALIC}this{ITALIC} {ITALIC}sentence" in said
    assert "▫ Something in French." in said and slide.footer == "Ours, step 1 of 2"
    assert "If it translates: It wrote “le chat n'a pas dormi" in slide.notes
    assert (
        "a short line and petit’s own" in slide.notes
        and "No mark is seen in 4 layers, 24 heads." in slide.notes
    )
    assert "If the model is not trained and layers < 2.5: So it goes." in slide.notes
    assert not re.search(f"[*`{BOLD}{ITALIC}]", slide.notes)
    place = next(slide for slide in deck.slides if slide.title == "A place")
    walk = gf.load().trace(SENTENCE)
    assert f"{float(walk['logits'].flatten()[5]):.4f}".lstrip("-") in words_of(Deck("", (place,)))


def test_emphasis_is_native_type(slides: Any) -> None:
    slide = next(one for one in slides.slides if one.shapes.title.text == "What is written?")
    found = [
        (run.text, run.font.bold, run.font.italic)
        for shape in slide.shapes if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs for run in paragraph.runs
    ]  # fmt: skip
    assert ("petit", True, None) in found and ("this", False, True) in found
    assert (" make of ", False, None) in found
    assert not any(re.search(f"[*{BOLD}{ITALIC}]", text) for text, _, _ in found)


def test_a_pin_of_a_page_has_no_number(deck: Deck) -> None:
    slide = next(slide for slide in deck.slides if slide.title == "A page")
    (table,) = (part for part in slide.parts if isinstance(part, Table))
    assert [cell.text for cell in table.rows[0]] == ["pinned", "the page"]
    assert "its value" not in words_of(Deck("", (slide,)))


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*words: str) -> Result:
        asked = ["slides", "--sentence", "the girl sleeps", *words]
        return CliRunner().invoke(glassformer, asked)

    monkeypatch.chdir(tmp_path)
    done = run("--tour", "five-minutes", "--json")
    told = json.loads(done.stdout)
    assert told["file"] == "walk.pptx" and "Prove it" in told["slides"]
    assert (tmp_path / "walk.pptx").read_bytes().startswith(b"PK")
    for words, says in (
        (["--notes", "none.json"], "could not read none.json"),
        (["--tour", "six-minutes"], "there is no tour 'six-minutes'"),
        (["-o", "walk.doc"], "end it in .pptx or .pdf"),
    ):
        failed = run(*words).exception
        assert isinstance(failed, GlassformerError) and says in str(failed)
    monkeypatch.setitem(sys.modules, "pptx", None)
    monkeypatch.delitem(sys.modules, "glassformer.slides.pptx_file")
    asked = "writing a .pptx needs the package 'python-pptx': pip install 'glassformer[slides]'"
    assert str(run().exception) == asked
