"""The page in French: none of it stays English, the choice is kept, numbers have a comma."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect
from rig import ROOT, VIEWS, Explorer

from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
STRINGS = ROOT / "web" / "src" / "strings"
VISIBLE = """
() => {
  const named = [...document.querySelectorAll('[aria-label], [title]')];
  const said = named.flatMap((one) => [one.getAttribute('aria-label'), one.getAttribute('title')]);
  return [document.body.innerText, ...said.filter(Boolean)].join('\\n');
}
"""


def phrases(language: str) -> set[str]:
    """What a language's file says in three words or more, up to what is put in while it runs."""
    text = (STRINGS / f"{language}.ts").read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(True) if not line.startswith(("//", "import")))
    literals = re.findall(r"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", text)
    parts = [part for one in literals for part in re.split(r"\$\{[^}]*\}", one[0] or one[1])]
    return {part.strip() for part in parts if re.search(r"[^\W\d]{2,} [^\W\d]+ [^\W\d]{2,}", part)}


ENGLISH = phrases("en") - phrases("fr")


def english(tab: Explorer) -> list[str]:
    """What of English is on the page."""
    seen = " ".join(tab.page.evaluate(VISIBLE).split())
    return sorted(phrase for phrase in ENGLISH if " ".join(phrase.split()) in seen)


def test_the_test_knows_english_when_it_sees_it(explorer: Open) -> None:
    tab = explorer()
    tab.open()
    assert "learned numbers made this choice. Follow one of them" in ENGLISH
    assert len(english(tab)) > 3


def test_nothing_stays_english(explorer: Open) -> None:
    tab = explorer(locale="fr-CA")
    tab.open()
    assert tab.page.locator("html").get_attribute("lang") == "fr"
    left = {"": english(tab)}
    for view in VIEWS:
        tab.open(text=OPENING, view=view, cell="decoder.0.cross_attention.scores:0")
        left[view] = english(tab)
        tab.page.set_viewport_size({"width": 360, "height": 780})  # French words are longer
        tab.idle()
        left[f"{view} beyond 360 px"] = tab.overflow()
        tab.page.set_viewport_size({"width": 1280, "height": 800})
    tab.open(tour="five-minutes", stop="prove-it")
    expect(tab.page.get_by_role("heading", name="Prouvez-le")).to_be_visible()
    left["tour"] = english(tab)
    tab.open(card="dot")
    left["card"] = english(tab)
    trace = tab.page.locator("main").get_attribute("data-recording")
    checks = tab.context.request.get(f"{tab.address}/api/checks/{trace}").json()["findings"]
    tab.open(text=OPENING, view="checks")
    left["program"] = [
        one["sentence"] for one in checks if one["sentence"] in tab.page.inner_text("main")
    ]
    tab.page.get_by_role("button", name="Plus", exact=True).click()
    left["menu"] = english(tab)
    assert {where: found for where, found in left.items() if found} == {}
    assert re.search(r"\d,\d\d", tab.page.inner_text("main"))
    assert not re.search(r"\d\.\d\d", tab.page.inner_text("main"))


def test_a_language_is_chosen_in_the_menu_and_kept(explorer: Open) -> None:
    tab = explorer()
    tab.open(view="positions", head=1)
    tab.page.get_by_role("button", name="More").click()
    tab.page.get_by_role("menuitem", name="Français").click()
    expect(tab.page.get_by_role("button", name="Plus", exact=True)).to_be_visible()
    assert re.search(r"view=positions&head=1", tab.page.url)
    tab.open()
    assert tab.page.locator("html").get_attribute("lang") == "fr"
    tab.open(language="en")  # what a reader chose goes before what a link says
    tab.page.get_by_role("button", name="Plus", exact=True).click()
    tab.page.get_by_role("menuitem", name="English").click()
    expect(tab.page.get_by_role("button", name="More")).to_be_visible()
    tab.page.evaluate("localStorage.clear()")
    tab.open(language="fr")
    assert tab.page.locator("html").get_attribute("lang") == "fr"
    tab.open(language="xx")
    assert tab.page.locator("html").get_attribute("lang") == "en"
