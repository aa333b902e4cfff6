"""A reading with others: the paper as a list, pins that become a tour, presenting, drawing, and one
page that twelve people follow."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rig
from playwright.sync_api import Browser, Page, expect
from rig import Explorer

from glassformer import local, tours
from glassformer.errors import ConfigError
from glassformer.explorer.models import Models
from glassformer.explorer.serve import prepare_shared

Open = Callable[..., Explorer]
PART = "decoder.1.cross_attention"
NAMES = [*"3.1 3.2 3.2.1 3.2.2 3.2.3 3.3 3.4 3.5 4 5.1 5.2 5.3 5.4".split(), "eq1", "eq2", "eq3",
         *(f"fig{n}" for n in range(1, 6)), *(f"table{n}" for n in range(1, 4))]  # fmt: skip
LACKING = {  # of an untrained predictor, and of an untrained reader with words of petit
    "predictor": {"5.2", "5.3", "eq3", "fig1", "table2"},
    "reader": {"5.2", "5.3", "eq3", "fig1", "table2"},
}


def choose(tab: Explorer, name: str) -> None:
    """An item of the menu."""
    tab.page.get_by_role("button", name="More", exact=True).click()
    tab.page.get_by_role("menuitem", name=name, exact=True).click()
    tab.idle()


def test_every_entry_of_the_paper_opens_its_place_or_says_why_not(explorer: Open) -> None:
    tab = explorer()
    for model in ("petit", "predictor", "reader"):
        tab.open(model=model, view="paper")
        page = tab.page
        has = page.eval_on_selector_all(
            "button[data-idea]", "(all) => all.map((one) => one.dataset.idea)"
        )
        lacks = page.eval_on_selector_all(
            "[data-lacks]", "(all) => all.map((one) => one.dataset.lacks)"
        )
        assert sorted(has + lacks) == sorted(NAMES)
        wanted = LACKING.get(model, set())
        assert set(lacks) - {"fig4"} == wanted, model
        for words in page.locator("[data-lacks] .label").all_inner_texts():
            assert words.endswith(".")
        assert not tab.findings()
    tab.open(model="petit", view="paper", text="the animal slept because it was tired")
    for name in ("3.2.1", "fig3", "fig4", "fig5", "table3"):
        page.locator(f"button[data-idea='{name}']").click()
        expect(page.locator(f"aside[data-idea='{name}']")).to_be_visible()
        tab.idle()
        page.get_by_role("button", name="all of the paper").click()
    # "it" is the fifth word, and the head is the one that reads one other word there most.
    page.locator("button[data-idea=fig4]").click()
    tab.idle()
    assert "row=4" in page.evaluate("location.hash")


def test_a_number_names_its_entries(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open(view="network", open=PART, cell=f"{PART}.weights:0")
    tab.page.get_by_text("In the paper").click()
    entries = tab.page.locator("[data-entry]")
    assert [one.get_attribute("data-entry") for one in entries.all()] == ["3.2.1", "eq1"]
    entries.first.click()
    expect(tab.page.locator("li.chosen [data-idea='3.2.1']")).to_be_visible()
    assert not tab.overflow() and not tab.small_targets()


def test_pins_are_a_tour_that_the_program_reads(explorer: Open, tmp_path: Path) -> None:
    tab = explorer()
    prepare_pins(tab)
    choose(tab, "Pins")
    page = tab.page
    page.get_by_role("button", name="edit “Who looks at whom”").click()
    page.get_by_label("title").fill("Who looks {at} whom?")
    page.get_by_label("note").fill("Ask: which head?\n# and why")
    with page.expect_download() as download:
        page.get_by_role("button", name="save as a tour").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    tour = tours.read(path)
    assert tour.title == "A tour of petit" and tour.language == "en"
    cell, view = tour.steps
    assert cell.title == "attention: start → because, head 1"
    assert cell.at["cell"] == f"{PART}.weights:0" and cell.at["open"] == PART
    assert view.title == "Who looks (at) whom?" and view.at["view"] == "attention"
    assert view.tell[0].text == "· Ask: which head? · # and why"
    page.get_by_role("button", name="move “Who looks {at} whom?” up").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="save in a file").click()
    download.value.save_as(path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["version"] == 2 and [note["path"] for note in kept["notes"]] == [
        "",
        f"{PART}.weights",
    ]


def prepare_pins(tab: Explorer) -> None:
    """One pin of a number, and one of a page."""
    tab.open(view="network", open=PART, cell=f"{PART}.weights:0")
    tab.page.get_by_role("button", name="pin it").click()
    tab.open(view="attention")
    choose(tab, "Pin this page")


def test_two_entries_of_the_paper_that_show_one_place_are_two_pins(explorer: Open) -> None:
    tab = explorer()
    page = tab.page
    places = set()
    for entry in ("3.2.1", "eq1", "3.2.1"):
        tab.open(view="paper")
        page.locator(f"button[data-idea='{entry}']").click()
        tab.idle()
        places.add(page.evaluate("location.hash").replace(f"paper={entry}", ""))
        choose(tab, "Pin this page")
    assert len(places) == 1
    choose(tab, "Pins")
    expect(page.get_by_role("button", name="edit “")).to_have_count(2)
    expect(page.get_by_role("button", name="edit “§3.2.1")).to_have_count(1)
    expect(page.get_by_role("button", name="edit “Equation 1”")).to_have_count(1)


def test_presenting_is_walked_by_keys_and_read_from_afar(explorer: Open) -> None:
    tab = explorer()
    prepare_pins(tab)
    tab.open(view="paper")
    choose(tab, "Present")
    page = tab.page
    expect(page.get_by_role("banner")).to_have_count(0)
    assert min(tab.text_sizes()) >= 22
    expect(page.get_by_text("2 pins")).to_be_visible()
    page.keyboard.press("ArrowRight")
    tab.idle()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    light = page.get_by_test_id("spotlight").bounding_box()
    number = page.locator("main [data-selected]").first.bounding_box()
    assert light and number
    assert light["x"] < number["x"] and light["x"] + light["width"] > number["x"] + number["width"]
    assert (
        light["y"] < number["y"] and light["y"] + light["height"] > number["y"] + number["height"]
    )
    assert min(tab.text_sizes()) >= 22
    assert not tab.findings()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    assert "view=attention" in page.evaluate("location.hash")
    expect(page.get_by_test_id("spotlight")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    timer = page.get_by_role("timer")
    timer.click()
    page.get_by_label("minutes").fill("45")
    page.get_by_role("button", name="start anew").click()
    expect(page.get_by_text("/ 45:00")).to_be_visible()
    expect(timer).to_have_text("0:01")
    page.keyboard.press("Escape")  # the number is closed first
    page.keyboard.press("Escape")
    expect(page.get_by_role("banner")).to_be_visible()
    assert min(tab.text_sizes()) == 13


PATH_AND_HOLDER = """
(step) => {
  const box = (one) => { const at = one.getBoundingClientRect(); return [at.left, at.top]; };
  const path = box(document.querySelector('svg[data-strokes] path'));
  const holder = box(document.querySelector(`[data-step='${step}']`));
  return [path[0] - holder[0], path[1] - holder[1]];
}
"""


def test_what_is_drawn_stays_where_it_was_drawn(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open(view="network", open=PART)
    choose(tab, "Draw on the page")
    page = tab.page
    step = f"{PART}.scores"
    page.locator(f"[data-step='{step}']").scroll_into_view_if_needed()
    draw(page, step)
    expect(page.locator("svg[data-strokes='1'] path.pen")).to_have_count(1)
    before = page.evaluate(PATH_AND_HOLDER, step)
    page.get_by_role("button", name="highlighter").click()
    draw(page, step)
    expect(page.locator("path.marker")).to_have_count(1)
    page.get_by_role("button", name="undo a stroke").click()
    expect(page.locator("svg[data-strokes='1']")).to_have_count(1)
    assert not tab.small_targets() and not tab.findings()
    page.keyboard.press("Escape")
    page.mouse.wheel(0, 300)
    tab.open(view="network", open=PART, paper="3.2")  # a line more stands above
    expect(page.locator("path.pen")).to_have_count(1)
    page.wait_for_function("() => document.querySelector('path.pen').getBoundingClientRect().width")
    after = page.evaluate(PATH_AND_HOLDER, step)
    assert after == pytest.approx(before, abs=1)
    tab.open(view="network", open="encoder.0")
    expect(page.locator("path.pen")).to_have_count(0)
    tab.open(view="network", open=PART)
    choose(tab, "Draw on the page")
    page.get_by_role("button", name="clear this drawing").click()
    expect(page.locator("svg[data-strokes='0']")).to_have_count(1)


def draw(page: Page, step: str) -> None:
    """A stroke over a step, by mouse."""
    box = page.locator(f"[data-step='{step}']").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for i in range(1, 8):
        page.mouse.move(box["x"] + 20 + 9 * i, box["y"] + 20 + (7 if i % 2 else 0))
    page.mouse.up()


@pytest.fixture(scope="module")
def shared(families: Models, built: None) -> Iterator[tuple[str, str]]:
    """A shared page: the presenter's address, and the followers'."""
    try:
        local.local_addresses()
    except ConfigError:
        pytest.skip("this machine is on no local network")
    models = Models([families["petit"]])
    server, address = prepare_shared(models, None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    assert models.share
    yield address, models.share.addresses[0].rstrip("/")
    server.should_exit = True
    thread.join(10)


def test_twelve_follow_and_each_may_look_around(browser: Browser, shared: tuple[str, str]) -> None:
    address, others = shared
    host = others.split("/")[2].partition(":")[0]
    flags = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE {host}"]
    opened = browser.browser_type.launch(executable_path=rig.chromium(), args=flags)
    size = {"viewport": {"width": 360, "height": 780}, "reduced_motion": "reduce"}
    presenter = Explorer(opened, address, viewport={"width": 1280, "height": 800})
    presenter.open()
    followers = [Explorer(opened, others, **size) for _ in range(12)]
    for one in followers:
        one.open()
        expect(one.page.locator("[data-following=true]")).to_be_visible()
    expect(presenter.page.get_by_role("button", name="12 here")).to_be_visible()
    assert not followers[0].overflow() and not followers[0].findings()
    presenter.open(view="attention", text="the animal slept because it was tired")
    for one in followers:
        expect(one.page.locator("section.attention")).to_be_visible()
        expect(one.page.locator("[data-side=source]").nth(1)).to_contain_text("animal")
    alone, *rest = followers
    alone.page.get_by_role("button", name="All heads").click()
    expect(alone.page.get_by_text("You look around on your own")).to_be_visible()
    presenter.open(view="positions", text="the animal slept because it was tired")
    for one in rest:
        expect(one.page.locator("[data-scheme]").first).to_be_visible()
    assert "view=attention" in alone.page.evaluate("location.hash")
    alone.page.get_by_role("button", name="follow the presenter").click()
    expect(alone.page.locator("[data-scheme]").first).to_be_visible()
    presenter.page.get_by_role("button", name="12 here").click()
    assert presenter.page.get_by_role("img", name="the address as a code").evaluate(
        "(one) => one.naturalWidth > 0"
    )
    expect(presenter.page.get_by_text(f"{others}/", exact=True)).to_be_visible()
    assert not presenter.findings()
    presenter.page.get_by_label("Follow me").uncheck()
    expect(alone.page.get_by_text("Look around:")).to_be_visible()
    assert [one.problems for one in (presenter, *followers)] == [[]] * 13
    opened.close()
