"""What one sees first: a sentence, its translation, and a line between two words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from rig import WIDTHS, Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]


RIBBON = ":is(svg.ribbons path, [data-ribbon])"


def split(sentence: str) -> list[str]:
    return re.findall(r"\w+['’]?|[^\w\s]", sentence)


def test_a_sentence_its_translation_and_ribbons(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open()
    assert [word.lower() for word in tab.words("source")] == split(OPENING)
    assert tab.words("target") == split(families["petit"].translate(OPENING, beam=1))
    assert "elle" in tab.words("target")
    assert tab.page.locator(RIBBON).count() > 0
    expect(tab.page.get_by_text("change me")).to_be_visible()


def test_tired_turns_elle_into_il(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open()
    tab.page.get_by_role("button", name="wide").click()
    tab.page.get_by_role("option", name="tired").click()
    expect(tab.page.locator("[data-side=target]", has_text="elle")).to_have_count(0)
    tab.idle()
    wanted = families["petit"].translate(OPENING.replace("wide", "tired"), beam=1)
    assert tab.words("target") == split(wanted)
    assert "il" in tab.words("target")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_its_window(explorer: Open, width: int, dark: bool) -> None:
    tab = explorer(width=width, dark=dark)
    tab.open()
    assert tab.overflow() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_serious_is_found_by_axe(explorer: Open, dark: bool) -> None:
    tab = explorer(dark=dark)
    tab.open()
    assert tab.findings() == []


def test_the_page_asks_this_server_alone(explorer: Open) -> None:
    tab = explorer()
    tab.context.route(lambda url: not url.startswith(tab.address), lambda route: route.abort())
    tab.open()
    assert all(url.startswith(tab.address) for url in tab.requests)
    assert any("/api/trace" in url for url in tab.requests)


def test_code_from_elsewhere_does_not_run(explorer: Open) -> None:
    tab = explorer()
    tab.open()
    ran = tab.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.head.append(script);
        return window.ran ?? false;
    }""")
    assert ran is False
    assert "Content Security Policy" in tab.problems.pop()


def test_a_wrong_text_is_said_and_loses_nothing(explorer: Open) -> None:
    tab = explorer()
    tab.open(text="the girl sleeps")
    before = tab.words("target")
    tab.page.get_by_role("button", name="type a sentence").click()
    box = tab.page.locator("main input").first
    box.fill(" ")
    expect(tab.page.get_by_role("status").first).to_contain_text("no word")
    assert tab.words("target") == before
    box.fill("the boy sleeps")
    expect(tab.page.locator("[data-side=target]", has_text="garçon")).to_be_visible()
    assert all("422" in problem for problem in tab.problems)
    tab.problems.clear()
