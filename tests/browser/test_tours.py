"""Every step of every tour, walked with the keyboard on three models: the trained one, an untrained
one and a foreign one. Where a model has no such thing the step says so, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from foreign_models import made
from playwright.sync_api import Browser, expect
from rig import ROOT, WIDTHS, Explorer, serving

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING
from glassformer.loaded import wrap
from glassformer.tours import Step, Tour, parse, shared_steps, shipped

Tabs = Callable[[str], Explorer]
TEXTS = {"petit": OPENING, "untrained": OPENING, "marian": "5 17 29 3 5"}
TOURS = shipped()
EXAMPLE = re.search(r"```markdown\n(.*?)```", (ROOT / "docs/tours.md").read_text("utf-8"), re.S)

# What is not on these models: that these steps say so, and no others, is what is known.
NOT_ON = {
    "petit": set(),
    "untrained": {"where-did-it-look", "prove-it", "how-it-learned", "b15", "c04", "c09"},
    "marian": {
        "change-one-word",
        "where-did-it-look",
        "prove-it",
        "how-it-learned",
        "b15",
        "c04",
        "c09",
    },
}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The three models, and the example of the guide for teachers."""
    assert EXAMPLE
    petit = gf.load()
    models = Models([petit], tours=[parse(EXAMPLE[1], "example.md", shared_steps())])
    untrained = wrap(gf.build(petit.config, seed=3), petit.tokenizers, built_in=True)
    models.add(untrained, "untrained")
    folder: Path = tmp_path_factory.mktemp("foreign") / "marian"
    made("marian").save_pretrained(folder)
    models.add(gf.load(folder), "marian")
    return models


@pytest.fixture(scope="module")
def tabs(browser: Browser, built: None, three: Models) -> Iterator[Tabs]:
    """A tab for each model, kept open."""
    opened: dict[str, Explorer] = {}
    with serving(three) as address:

        def tab(model: str, width: int = 1280) -> Explorer:
            if model not in opened:
                view = {"width": width, "height": WIDTHS[width]}
                opened[model] = Explorer(browser, address, viewport=view, reduced_motion="reduce")
            return opened[model]

        yield tab
        for one in opened.values():
            one.close()


def enter(tab: Explorer, model: str, tour: Tour, step: Step) -> None:
    tab.open(model=model, text=TEXTS[model], tour=tour.id, stop=step.id)
    settled(tab, step)


def settled(tab: Explorer, step: Step) -> None:
    """Wait until the step is there and all is known that it says."""
    here = tab.page.locator(f"section.tour[data-step={step.id}][data-possible]")
    here.wait_for()
    expect(tab.page.get_by_text("The model is being run")).to_have_count(0)
    tab.idle()


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.id)
@pytest.mark.parametrize("model", TEXTS)
def test_a_tour_is_walked_to_its_end(tabs: Tabs, model: str, tour: Tour) -> None:
    tab = tabs(model)
    tab.problems.clear()
    enter(tab, model, tour, tour.steps[0])
    wrong, absent = [], set()
    for step in tour.steps:
        settled(tab, step)
        dock = tab.page.locator("section.tour")
        if dock.get_attribute("data-possible") == "false":
            absent.add(step.id)
            said = tab.page.locator("[data-testid=otherwise]").inner_text()
            assert said.strip(), step.id
            if step.otherwise:
                assert said.strip() == plain(step.otherwise), step.id
        else:
            if step.idea:  # nothing is told before it was asked
                expect(dock.locator(".next")).to_have_text("Tell me ›")
            in_sight(tab, step)
            right = asked(tab, step)
            told = dock.locator(".inside").inner_text()
            if re.search(r"[{}]|undefined|NaN", told) or not right:
                wrong.append(f"{step.id}: {told}")
        tab.page.keyboard.press("ArrowRight")
    expect(tab.page.locator("section.tour")).to_have_count(0)
    assert wrong == []
    ids = {step.id for step in tour.steps}
    assert absent == ids & (NOT_ON[model] | lacking(model))
    assert tab.problems == []


def in_sight(tab: Explorer, step: Step) -> None:
    """What a step says it is about is on the screen, above the tour."""
    spot = re.search(r"[#&]spot=(\w+)", tab.page.url)
    if spot is None or not tab.page.locator(f"[data-spot={spot[1]}]").count():
        return
    seen = """(spot) => {
        const top = document.querySelector(`[data-spot=${spot}]`).getBoundingClientRect().top;
        return top >= -1 && top < document.querySelector('section.tour')
            .getBoundingClientRect().top - 20;
    }"""
    tab.page.wait_for_function(seen, arg=spot[1])


def asked(tab: Explorer, step: Step) -> bool:
    """Answer the step's question, if it has one; whether exactly one choice is right."""
    tab.page.evaluate("() => document.activeElement?.blur()")
    choices = tab.page.locator("section.tour .choices button")
    if not choices.count():
        if tab.page.locator("section.tour .next").inner_text().startswith("Tell"):
            tab.page.keyboard.press("ArrowRight")
            settled(tab, step)
        return True
    assert not step.idea or step.ask
    tab.page.keyboard.press("1")
    settled(tab, step)
    return tab.page.locator("section.tour .choices [data-right=true]").count() == 1


def plain(text: str) -> str:
    """A text without its little Markdown."""
    return re.sub(r"[*`]|\[|\]\([^)]*\)", "", text)


def lacking(model: str) -> set[str]:
    """Ideas of the index that a family cannot show: none of these two."""
    return set()


def test_one_word_is_changed_and_the_look_is_proved(tabs: Tabs) -> None:
    tab, tour = tabs("petit"), TOURS[0]
    enter(tab, "petit", tour, tour.steps[0])
    tab.page.locator("section.tour .choices button", has_text="elle").click()
    expect(tab.page.locator(".verdict")).to_have_text("Yes.")
    expect(tab.page.locator("section.tour")).to_contain_text("“elle” became “il”")
    assert "tired" in tab.words("source")
    tab.page.locator("section.tour .next").click()
    settled(tab, tour.steps[1])
    assert "wide" in " ".join(tab.words("source"))
    assert tab.page.locator(".share").count() == 0  # the ribbons would tell
    tab.page.locator("[data-side=source]", has_text="street").click()  # the word itself
    expect(tab.page.locator(".verdict")).to_have_text("Yes.")
    tab.page.locator("section.tour .next").click()
    settled(tab, tour.steps[2])
    tab.page.locator("section.tour .choices button").first.click()
    expect(tab.page.locator("section.tour")).to_contain_text(
        re.compile(r"P\(elle\) (fell|went) from")
    )
    assert "changes=" in tab.page.url
    tab.page.get_by_role("button", name="undo the cut").click()
    tab.idle()
    assert "changes=" not in tab.page.url


def test_what_a_step_cut_is_mended_when_it_is_left(tabs: Tabs) -> None:
    tab, tour = tabs("petit"), TOURS[0]
    enter(tab, "petit", tour, tour.steps[2])
    tab.page.locator("section.tour .choices button").first.click()
    tab.idle()
    assert "changes=" in tab.page.url
    tab.page.locator("section.tour .next").click()
    settled(tab, tour.steps[3])
    assert "changes=" not in tab.page.url


def test_a_step_has_an_address_and_back_leads_back(tabs: Tabs) -> None:
    tab, tour = tabs("petit"), TOURS[0]
    enter(tab, "petit", tour, tour.steps[5])
    assert "view=network" in tab.page.url
    tab.page.locator("section.tour .choices button").first.click()
    settled(tab, tour.steps[5])
    tab.page.locator("section.tour .next").click()
    settled(tab, tour.steps[6])
    tab.page.go_back()
    settled(tab, tour.steps[5])
    assert f"stop={tour.steps[5].id}" in tab.page.url
    tab.page.reload()
    settled(tab, tour.steps[5])
    tab.page.get_by_role("button", name="leave the tour").click()
    expect(tab.page.locator("section.tour")).to_have_count(0)
    assert "tour=" not in tab.page.url


@pytest.mark.parametrize("width", [360, 1280])
def test_a_card_opens_from_a_step_and_closing_it_leads_back(
    browser: Browser, three: Models, built: None, width: int
) -> None:
    cards = {step.id: name for step in TOURS[1].steps for one in step.tell
             for name in re.findall(r"\(card:(\w+)\)", one.text)}  # fmt: skip
    assert len(cards) == 5
    with serving(three) as address:
        tab = Explorer(browser, address, viewport={"width": width, "height": WIDTHS[width]},
                       reduced_motion="reduce")  # fmt: skip
        for step in (step for step in TOURS[1].steps if step.id in cards):
            enter(tab, "petit", TOURS[1], step)
            tab.page.locator("section.tour .next").click()
            settled(tab, step)
            word = tab.page.locator("section.tour p button.link").first
            word.click()
            card = tab.page.locator(f"[data-card={cards[step.id]}]")
            handle = card.get_by_role("slider").first
            before = handle.get_attribute("aria-valuetext") or handle.get_attribute("aria-valuenow")
            handle.press("ArrowUp")
            after = handle.get_attribute("aria-valuetext") or handle.get_attribute("aria-valuenow")
            assert before != after, step.id
            tab.page.keyboard.press("Escape")
            expect(card).to_have_count(0)
            settled(tab, step)
            expect(word).to_be_focused()
            assert f"stop={step.id}" in tab.page.url
        assert tab.problems == []
        tab.close()


def test_words_and_numbers_show_where_they_stand(tabs: Tabs) -> None:
    tab, tour = tabs("petit"), TOURS[0]
    enter(tab, "petit", tour, tour.steps[3])
    tab.page.locator("section.tour .choices button").first.click()
    settled(tab, tour.steps[3])
    word = tab.page.locator("section.tour button", has_text=re.compile(r"^\w+$")).last
    tab.page.locator("section.tour p button:not(.number)").first.hover()
    assert tab.page.locator(".pointed").count() == 1, word.inner_text()
    tab.page.locator("section.tour p button.number").first.click()
    expect(tab.page.locator("[data-testid=pinned-value]")).to_be_visible()
    assert tab.untrue(gf.load().trace(OPENING)) == []


def test_a_number_shows_its_formula_on_a_tour_when_it_is_asked_for(tabs: Tabs) -> None:
    tab, tour = tabs("petit"), TOURS[0]
    last = tour.steps[-1]
    assert last.id == "one-number" and last.show and last.show.query == "cell"
    enter(tab, "petit", tour, last)
    panel = tab.page.get_by_role("complementary", name="one number")
    expect(panel.get_by_test_id("pinned-value")).to_be_visible()
    assert panel.locator(".katex:visible").count() == 0
    panel.get_by_text("as a formula", exact=True).click()
    expect(panel.get_by_test_id("filled")).to_be_visible()
    tab.page.get_by_role("button", name="leave the tour").click()
    expect(panel.get_by_text("as a formula", exact=True)).to_have_count(0)
    expect(panel.get_by_test_id("filled")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_player_fits_and_is_accessible(browser: Browser, three: Models, built: None,
                                           width: int) -> None:  # fmt: skip
    tour = TOURS[0]
    with serving(three) as address:
        view = {"width": width, "height": WIDTHS[width]}
        tab = Explorer(browser, address, viewport=view, has_touch=width < 720,
                       reduced_motion="reduce")  # fmt: skip
        tab.open()
        tab.page.get_by_role("button", name="Five-minute tour").click()
        for step in tour.steps[:3]:
            settled(tab, step)
            if tab.page.locator("section.tour .choices button").count():
                tab.page.locator("section.tour .choices button").first.click()
                settled(tab, step)
            wide = "(one) => one.scrollWidth > one.clientWidth"
            assert not tab.page.eval_on_selector("section.tour .inside", wide)
            assert set(tab.text_sizes()) <= {13, 15, 18, 22, 28}
            assert (
                width > 720
                or tab.page.eval_on_selector_all(
                    "section.tour button, section.tour summary",
                    "(all) => all.map((one) => [one.innerText, one.getBoundingClientRect()])"
                    ".filter(([, box]) => box.width && (box.height < 44 || box.width < 24))",
                )
                == []
            )
            assert tab.findings() == []
            tab.page.locator("section.tour .next").click()
        assert tab.problems == []
        tab.close()


HIDDEN = """(all) => all.filter((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return ![top + 2, top + height - 2].every((y) =>
        one.contains(document.elementFromPoint(left + width / 2, y)));
}).map((one) => one.innerText)"""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_on_a_small_phone_all_choices_are_seen_at_once(
    browser: Browser, three: Models, built: None, language: str
) -> None:
    with serving(three) as address:
        tab = Explorer(browser, address, viewport={"width": 375, "height": 667}, has_touch=True,
                       reduced_motion="reduce", locale=language)  # fmt: skip
        tab.open(tour="five-minutes", stop="prove-it")
        expect(tab.page.locator("section.tour .choices button:enabled")).to_have_count(3)
        tab.idle()
        assert tab.page.eval_on_selector_all("section.tour .choices button", HIDDEN) == []
        tab.close()
