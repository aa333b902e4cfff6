"""A reading with others: the paper as a list, pins that become a tour, presenting, drawing, and one
page that twelve people follow."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rig
from playwright.sync_api import Browser, Page, Route, expect
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


def press(tab: Explorer, name: str) -> None:
    """An item of the menu, without waiting for what it does."""
    tab.page.get_by_role("button", name="More", exact=True).click()
    tab.page.get_by_role("menuitem", name=name, exact=True).click()


def choose(tab: Explorer, name: str) -> None:
    """An item of the menu."""
    press(tab, name)
    tab.idle()


def choose_pen(tab: Explorer) -> None:
    """Begin to draw: when there is something to draw on."""
    choose(tab, "Draw on the page")
    expect(tab.page.locator("svg[data-strokes].active")).to_be_visible()
    expect(tab.page.get_by_role("button", name="highlighter")).to_be_visible()


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


def test_equations_2_and_3_are_opened_with_their_numbers(explorer: Open) -> None:
    tab = explorer()
    page = tab.page
    places = {}
    for entry in ("3.3", "eq2", "5.2", "5.3", "eq3"):
        tab.open(model="petit", view="paper")
        page.locator(f"button[data-idea='{entry}']").click()
        tab.idle()
        places[page.evaluate("location.hash").replace(f"paper={entry}", "")] = entry
        if entry == "eq2":
            output = "encoder.0.feedforward.output"
            expect(page.locator(f"aside [data-path='{output}'][data-flat='0']")).to_be_visible()
            expect(page.get_by_test_id("filled")).to_be_visible()
        if entry == "5.3":
            expect(page.locator("svg.meant")).to_have_attribute("data-spot", "rate")
            expect(page.get_by_test_id("rate")).to_be_hidden()
    assert len(places) == 5
    # The curve is what was recorded; the formula is computed.
    recorded = page.locator("[data-spot=rate]").get_attribute("aria-label") or ""
    made = float(page.get_by_test_id("rate").get_attribute("data-value") or "nan")
    assert float(recorded.rsplit(maxsplit=1)[1]) == pytest.approx(made, abs=5e-5)
    page.get_by_role("slider", name="step of the training").fill("1")
    tab.idle()
    early = float(page.get_by_test_id("rate").get_attribute("data-value") or "nan")
    assert 0 < early < made
    assert not tab.findings()


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
    page.get_by_label("note").fill(
        "Ask: which head?\n# and why\nAsk Anna\n\nshow: it\n\n**Tell:** on"
    )
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
    assert (
        view.tell[0].text
        == "· Ask: which head? · # and why · Ask Anna\n\n· show: it\n\n· **Tell:** on"
    )
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
    for entry in ("4", "table1", "4"):
        tab.open(view="paper")
        page.locator(f"button[data-idea='{entry}']").click()
        tab.idle()
        places.add(page.evaluate("location.hash").replace(f"paper={entry}", ""))
        choose(tab, "Pin this page")
    assert len(places) == 1
    choose(tab, "Pins")
    expect(page.get_by_role("button", name="edit “")).to_have_count(2)
    expect(page.get_by_role("button", name="edit “§4")).to_have_count(1)
    expect(page.get_by_role("button", name="edit “Table 1”")).to_have_count(1)


def test_presenting_is_walked_by_keys_and_read_from_afar(explorer: Open) -> None:
    tab = explorer()
    prepare_pins(tab)
    tab.open(view="paper")
    held: list[Route] = []
    page = tab.page
    page.route("**/Desk-*.js", lambda route: held.append(route))
    with page.expect_request("**/Desk-*.js"):
        press(tab, "Present")
    expect(page.get_by_role("banner")).to_be_visible()  # until something hears the keys
    held[0].continue_()
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
    choose_pen(tab)
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
    choose_pen(tab)
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


@pytest.fixture
def room(browser: Browser, shared: tuple[str, str]) -> Iterator[Callable[..., Explorer]]:
    """Opens tabs of the presenter's page and of followers', in a browser that finds both;
    afterwards nothing may have gone wrong in any, and all have left, whatever happened."""
    address, others = shared
    host = others.split("/")[2].partition(":")[0]
    flags = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE {host}"]
    opened = browser.browser_type.launch(executable_path=rig.chromium(), args=flags)
    tabs: list[Explorer] = []

    def tab(*, width: int, height: int = 780, follows: bool = False) -> Explorer:
        size = {"viewport": {"width": width, "height": height}}
        still = {"reduced_motion": "reduce"} if follows else {}
        tabs.append(Explorer(opened, others if follows else address, **size, **still))
        return tabs[-1]

    yield tab
    problems = [list(one.problems) for one in tabs]
    opened.close()
    assert problems == [[] for _ in tabs]


# What a script of these returns is whether it is so, and what it saw.
LIT = """
(cell) => {
  const edges = (one) => {
    const box = one?.getBoundingClientRect();
    return box && [box.top, box.bottom];
  };
  const found = document.querySelector(cell);
  const light = edges(document.querySelector('[data-testid=spotlight]')), number = edges(found);
  const window = edges(found?.closest('.scroll'));  // a picture's own, that is scrolled in
  const over = [...document.querySelectorAll('.foot, .tour, aside')].filter(
    (one) => getComputedStyle(one).position === 'fixed');
  const foot = Math.min(innerHeight, ...over.map((one) => one.getBoundingClientRect().top));
  const inside = (a, b) => a && b && a[0] > b[0] && a[1] < b[1];
  const shown = !window || (number[0] >= window[0] - 1 && number[1] <= window[1] + 1);
  return [inside(number, [0, foot]) && inside(number, light) && shown,
    { light, number, window, foot }];
}
"""
# How far a stroke's middle is from its word's, in parts of the word's size.
BESIDE = """
() => {
  const paths = document.querySelectorAll('svg[data-strokes] path.pen');
  if (paths.length !== 1) return [false, { paths: paths.length }];
  const ring = paths[0].getBoundingClientRect();
  const word = document.querySelectorAll('[data-side=source]')[9].getBoundingClientRect();
  const off = (a, b, size) => Math.abs(a + size(ring) / 2 - b - size(word) / 2) / size(word);
  const across = off(ring.left, word.left, (one) => one.width);
  const down = off(ring.top, word.top, (one) => one.height);
  return [Math.max(across, down) < 0.2, { across, down }];
}
"""
READ = """
() => [location.hash.includes('3.2.1') && scrollY > 200, { scrollY }]
"""


def until(tab: Explorer, what: str, script: str, argument: str = "") -> None:
    """Wait until ``script`` says that ``what`` is so; the page's own rules forbid to wait for one
    within it."""
    limit = time.monotonic() + 2 * rig.PATIENCE / 1000
    while not (said := tab.page.evaluate(script, argument))[0]:
        late = time.monotonic() > limit
        assert not late, f"never: {what}; but {said[1]} at {tab.page.evaluate('location.hash')}"
        time.sleep(0.05)


def test_what_is_pinned_and_drawn_is_in_sight_of_all(room: Open) -> None:
    presenter = room(width=1280, height=720)
    led, alone = (room(width=375, follows=True) for _ in range(2))
    page = presenter.page
    cells = {
        f"{PART}.weights:120": PART,
        "decoder.0.feedforward.active:900": "decoder.0.feedforward",
    }
    for cell, where in cells.items():
        presenter.open(view="network", open=where, cell=cell)
        page.get_by_role("button", name="pin it").click()
    presenter.open(view="paper")
    page.locator("button[data-idea='3.2.1']").click()
    choose(presenter, "Pin this page")
    presenter.open()
    for one in (led, alone):
        one.open()
        expect(one.page.locator("[data-following=true]")).to_be_visible()
    choose(presenter, "Present")
    expect(page.get_by_text("3 pins")).to_be_visible()
    filled = []
    for way, cell in zip(("ArrowRight", "ArrowRight", "ArrowLeft"), [*cells, *cells], strict=False):
        page.keyboard.press(way)
        path = cell.partition(":")[0]
        until(presenter, f"{cell} is lit", LIT, "main [data-selected]")
        until(led, f"{cell} is lit, led", LIT, f"[data-step='{path}'], main [data-selected]")
        presenter.idle()
        filled.append(page.get_by_test_id("filled").inner_text())
    assert filled[0] == filled[2] != filled[1]  # the formula is that of the number
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    until(presenter, "the paper's place is in sight", READ)
    until(led, "the paper's place is in sight, led", READ)

    presenter.open(text="the animal slept because it was tired and the street was wide")
    for one in (led, alone):
        expect(one.page.locator("[data-side=source]").nth(9)).to_have_text("street")
    alone.page.get_by_role("button", name="More", exact=True).click()
    alone.page.get_by_role("menuitem", name="Who looks at whom", exact=True).click()
    expect(alone.page.get_by_text("You look around on your own")).to_be_visible()
    choose_pen(presenter)
    box = page.locator("[data-side=source]").nth(9).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.7, y)
    page.mouse.down()
    for i in range(1, 26):
        across, down = box["width"] * 0.7, box["height"] * 0.7
        page.mouse.move(x + across * math.cos(i / 4), y + down * math.sin(i / 4))
    expect(led.page.locator("path.pen")).to_have_count(1)  # while it grows
    page.mouse.up()
    until(presenter, "the ring is around its word", BESIDE)
    until(led, "the ring is around its word, led", BESIDE)
    expect(alone.page.locator("path.pen")).to_have_count(0)
    alone.page.get_by_role("button", name="follow the presenter").click()
    expect(alone.page.locator("path.pen")).to_have_count(1)
    expect(led.page.locator("svg[data-strokes='0']")).to_have_count(1)  # it is not the follower's
    page.get_by_role("button", name="undo a stroke").click()
    expect(led.page.locator("path.pen")).to_have_count(0)


def test_what_is_lit_stays_in_sight_when_more_of_the_page_comes_late(room: Open) -> None:
    presenter, led = room(width=1280), room(width=375, follows=True)
    path = "decoder.0.feedforward.active"
    presenter.open(view="network", open="decoder.0.feedforward", cell=f"{path}:900")
    held: list[Route] = []
    led.page.route("**/Inspector-*.js", lambda route: held.append(route))
    led.page.goto(led.address)
    card = f"[data-step='{path}'], main [data-selected]"
    until(led, "the number is lit", LIT, card)
    led.page.wait_for_timeout(6000)
    # A change of the address that shows the same is no reason to look away.
    presenter.page.evaluate("() => { location.hash += '&head=1'; }")
    until(led, "head 2", "() => [location.hash.includes('head=1'), {}]")
    held[0].continue_()
    expect(led.page.get_by_test_id("pinned-value")).to_be_visible()
    until(led, "the number is lit above the sheet that came late", LIT, card)


def test_no_place_is_told_before_the_one_before_it_has_arrived(room: Open) -> None:
    presenter, led = room(width=1280), room(width=375, follows=True)
    for one in (presenter, led):
        one.open()
    expect(led.page.locator("[data-following=true]")).to_be_visible()
    held: list[Route] = []
    presenter.page.route("**/api/share/lead", lambda route: held.append(route))
    for view in ("attention", "positions"):
        presenter.page.evaluate("(view) => { location.hash = `view=${view}`; }", view)
        expect(presenter.page.locator("main .view")).to_be_visible()
        presenter.page.wait_for_timeout(300)
    assert len(held) == 1
    presenter.page.unroute("**/api/share/lead")  # which lets go on what was held
    expect(led.page.locator("[data-scheme]").first).to_be_visible()


def test_two_tabs_of_the_presenters_draw_on_one_page(room: Open) -> None:
    first, led = room(width=1280), room(width=1280, follows=True)
    second = first.context.new_page()
    first.open()
    second.goto(first.page.url)
    second.locator("[data-side]:visible").first.wait_for()
    led.open()
    expect(led.page.locator("[data-following=true]")).to_be_visible()
    pages = (first.page, second)
    for i, page in enumerate(pages):
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="Draw on the page", exact=True).click()
        box = page.locator("[data-side=source]").nth(2 + i).bounding_box()
        assert box
        page.mouse.move(box["x"], box["y"])
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + 9, steps=4)
        page.mouse.up()
        for one in (*pages, led.page):
            expect(one.locator("path.pen")).to_have_count(1 + i)
    first.page.reload()
    expect(first.page.locator("path.pen")).to_have_count(2)
    second.close()
    # Too much to be told: nobody sees the beginning of it.
    many = {"tool": "pen", "at": "main@0", "wide": 100, "points": [-123456.7] * 7000}
    first.page.evaluate(
        """(stroke) => {
          const key = 'glassformer.notes.petit', kept = JSON.parse(localStorage.getItem(key));
          const [spot] = Object.keys(kept.drawings);
          kept.drawings[spot].push(...Array(16).fill(stroke));
          localStorage.setItem(key, JSON.stringify(kept));
        }""",
        many,
    )
    first.page.reload()
    expect(first.page.get_by_text("too large to be shared")).to_be_visible(timeout=rig.PATIENCE)
    expect(led.page.locator("path.pen")).to_have_count(0)
    assert first.problems and all("413" in one for one in first.problems), first.problems
    first.problems.clear()


def test_twelve_follow_and_each_may_look_around(shared: tuple[str, str], room: Open) -> None:
    presenter = room(width=1280, height=800)
    presenter.open()
    followers = [room(width=360, follows=True) for _ in range(12)]
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
    expect(presenter.page.get_by_text(f"{shared[1]}/", exact=True)).to_be_visible()
    assert not presenter.findings()
    presenter.page.get_by_label("Follow me").uncheck()
    expect(alone.page.get_by_text("Look around:")).to_be_visible()
