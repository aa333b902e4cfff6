"""A hand-out opens from the disk, without network or program, and computes every number itself."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import rig
import torch
from playwright.sync_api import Browser
from rig import Explorer
from test_inspect import inspect

from glassformer import handouts
from glassformer.explorer.handout import Handout
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING
from glassformer.handouts import Contents
from glassformer.inspection.tape import Tape

SENTENCES = [OPENING, OPENING.replace("wide", "tired"), "the girl who sees the cats sleeps"]
CELL = "decoder.1.cross_attention.weights:5"
NOTE = {
    "path": "decoder.1.cross_attention.weights", "flat": 5, "value": "0.5", "title": "a look",
    "text": "said aloud", "place": {"view": "attention", "text": OPENING, "cell": CELL},
}  # fmt: skip
SEED = 11


@dataclass
class Lesson:
    """A hand-out on the disk, and what it was made of."""

    path: Path
    contents: Contents


@pytest.fixture(scope="module")
def lesson(families: Models, built: None, tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """A hand-out of three sentences, with a note."""
    notes = json.dumps({"glassformer": "notes", "version": 1, "model": "petit", "notes": [NOTE]})
    handout = Handout(model=families["petit"], sentences=SENTENCES, notes=notes)
    made: list[Contents] = []
    page = handouts.fitting(lambda bits: made.append(handout.contents(bits)) or made[-1])  # type: ignore[func-returns-value]
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    path.write_bytes(handouts.encoded(page))
    return Lesson(path, made[-1])


def opened(browser: Browser, path: Path, width: int = 1280, place: str = "") -> Explorer:
    """A tab that opened the file, without a network."""
    tab = Explorer(
        browser, "file://", viewport={"width": width, "height": rig.WIDTHS[width]},
        has_touch=width < 720, reduced_motion="reduce", accept_downloads=True,
    )  # fmt: skip
    tab.context.set_offline(True)
    tab.page.goto(path.as_uri() + place)
    tab.page.locator("[data-side]:visible").first.wait_for()
    tab.idle()
    return tab


@pytest.fixture
def tab(browser: Browser, lesson: Lesson) -> Iterator[Explorer]:
    """The hand-out in a tab, in which nothing may go wrong."""
    tab = opened(browser, lesson.path)
    yield tab
    problems = list(tab.problems)
    tab.close()
    assert problems == []


def test_three_sentences_with_all_their_numbers_are_two_megabytes(lesson: Lesson) -> None:
    assert lesson.path.stat().st_size <= 2_000_000
    assert 0 < lesson.contents.moved < 0.02


@pytest.mark.parametrize("width", [360, 1280])
def test_the_reader_chooses_among_its_sentences(
    browser: Browser, lesson: Lesson, width: int
) -> None:
    tab = opened(browser, lesson.path, width)
    assert tab.words("source")[3:5] == ["too", "wide"]
    assert "elle" in tab.words("target")
    assert tab.overflow() == []
    assert width > 720 or tab.small_targets() == []
    assert tab.findings() == []
    tab.page.get_by_role("button", name="wide").click()  # differs from another in this word alone
    tab.page.get_by_role("option", name="tired", exact=True).click()
    tab.page.locator("[data-side=source]:visible", has_text="tired").wait_for()
    tab.idle()
    assert "il" in tab.words("target")
    tab.page.locator(".choose select").select_option(SENTENCES[2])
    tab.page.locator("[data-side=source]:visible", has_text="sees").wait_for()
    said = tab.page.locator(".says").inner_text()
    assert "3 sentences" in said
    assert f"{lesson.contents.moved:.4f}" in said
    assert tab.requests == [lesson.path.as_uri()]
    problems = list(tab.problems)
    tab.close()
    assert problems == []


def test_a_cell_of_every_operator_explains_and_recomputes_itself(
    tab: Explorer, lesson: Lesson
) -> None:
    one, chance = lesson.contents.recorded[0], random.Random(SEED)
    kinds: dict[str, str] = {}
    for entry in one.graph["entries"]:
        if entry["kind"] == "value":
            kinds.setdefault(entry["operator"], entry["path"])
    assert len(kinds) > 12
    wrong = []
    for operator, path in kinds.items():
        value = one.values[path].flatten().float()
        flat = chance.randrange(len(value))
        said = inspect(tab, path, flat)
        if said["value"] != pytest.approx(float(value[flat]), abs=1e-4):
            wrong.append(f"{path}[{flat}] is {value[flat]}, {said['value']} is shown")
        if said["again"] is None or said["again"] > 1e-5 * max(said["magnitude"], 1e-30):
            wrong.append(f"{operator} is not computed again: {said}")
        if not said["marked"]:
            wrong.append(f"{path} names no line of code")
    assert wrong == []


def test_all_numbers_are_pythons(tab: Explorer, lesson: Lesson, tmp_path: Path) -> None:
    tab.page.get_by_label("more").click()
    with tab.page.expect_download() as saving:
        tab.page.get_by_role("menuitem", name="Save this recording").click()
    saving.value.save_as(tmp_path / "saved.safetensors")
    tape, one = Tape.load(tmp_path / "saved.safetensors"), lesson.contents.recorded[0]
    assert [entry.path for entry in tape] == [entry["path"] for entry in one.graph["entries"]]
    for entry in tape:
        expected = one.values[entry.path].float()
        assert torch.allclose(entry.value.float(), expected, rtol=1e-4, atol=1e-4), entry.path
    rounded = [entry.path for entry in tape if entry.kind == "parameter"]
    assert all(torch.equal(tape[path], one.values[path]) for path in rounded)


def test_what_needs_the_model_is_grey_and_says_so(tab: Explorer) -> None:
    tab.page.get_by_label("more").click()
    grey = tab.page.locator("[role=menu] .grey").all_inner_texts()
    assert "Change it" in grey
    assert "Who looks at whom" not in grey
    tab.page.get_by_role("menuitem", name="Change it").click()
    assert "glassformer explore" in tab.page.locator(".needs").inner_text()


def test_every_other_view_opens_without_a_complaint(tab: Explorer) -> None:
    for view in rig.VIEWS:
        tab.page.evaluate(f"location.hash = 'view={view}'")
        tab.page.locator(".below > .view, .below > .needs").first.wait_for()
        tab.idle()
        assert tab.page.locator(".problem").count() == 0, view
        assert tab.problems == [], view


def test_its_notes_come_with_it(tab: Explorer) -> None:
    tab.page.evaluate("location.hash = 'view=pins'")
    tab.page.get_by_role("button", name="a look", exact=True).click()
    tab.page.locator("[data-testid=pinned-value][data-flat='5']").wait_for()
    assert tab.page.get_by_text("said aloud").count() or "attention" in tab.page.url


def test_an_address_of_a_sentence_that_it_has_not_shows_the_first(
    browser: Browser, lesson: Lesson
) -> None:
    tab = opened(browser, lesson.path, place="#text=a+dog+runs&view=network")
    assert tab.words("source")[4] == "wide"
    assert tab.problems == []
    tab.close()


def test_a_trace_saves_itself_as_a_page(
    browser: Browser, built: None, families: Models, tmp_path: Path
) -> None:
    for name in ("predictor", "reader"):
        path = tmp_path / f"{name}.html"
        families[name].trace("3 1 4 15 9").save(path)
        tab = opened(browser, path, place="#view=attention")
        said = inspect(tab, "probabilities", 7)
        assert said["again"] <= 1e-5 * said["magnitude"]
        assert said["marked"]
        assert tab.problems == []
        tab.close()
