"""The cards of foundations: opened from a text, dragged, closed; by mouse, finger and keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from rig import ROOT, Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
SOURCE = (ROOT / "web" / "src" / "core" / "cards.ts").read_text(encoding="utf-8")
CARDS = re.findall(r"'(\w+)'", SOURCE.split("export const CARDS = [")[1].split("]")[0])


def number(element: Locator) -> float:
    """What an element shows, as a number."""
    return float(element.inner_text().replace("−", "-").replace(" %", "").strip())


def at(handle: Locator) -> float:
    """The number that a handle stands at."""
    return float(handle.get_attribute("aria-valuenow") or "nan")


def drag(tab: Explorer, handle: Locator, right: float, down: float) -> None:
    """Move a handle by so many pixels, with the mouse."""
    box = handle.locator(".dot").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + right / 2, y + down / 2)
    tab.page.mouse.move(x + right, y + down)
    tab.page.mouse.up()


def test_every_card_fits_a_phone_and_can_be_read(explorer: Open) -> None:
    tab = explorer(width=360)
    broken = {}
    for card, dark in zip(CARDS, (False, True, False, True, False), strict=True):
        tab.page.emulate_media(color_scheme="dark" if dark else "light")
        tab.open(card=card)
        expect(tab.page.locator(f"[data-card={card}] [role=slider]").first).to_be_visible()
        broken[card] = tab.overflow() + tab.small_targets() + tab.findings()
    assert {card: found for card, found in broken.items() if found} == {}


@pytest.mark.parametrize("model", ["petit", "predictor", "reader"])
def test_every_card_begins_with_numbers_of_the_model(
    explorer: Open, families: Models, model: str
) -> None:
    tab = explorer()
    tape = families[model].trace(OPENING)
    tab.open(model=model, text=OPENING, card=CARDS[-1])
    for card in CARDS:
        tab.page.get_by_role("button", name="the next card").click()
        cells = tab.page.locator(f"[data-card={card}] [data-path]")
        expect(cells.nth(1)).to_be_visible()
        assert tab.untrue(tape) == [], card


def test_a_term_opens_its_card_and_escape_leads_back(explorer: Open) -> None:
    tab = explorer()
    tab.open(view="attention", grain="steps", cell="probabilities:3")
    term = tab.page.locator("a[data-term=softmax]").first
    term.focus()
    tab.page.keyboard.press("Enter")
    card = tab.page.locator("[data-card=softmax]")
    expect(card).to_be_focused()
    assert "card=softmax" in tab.page.url
    tab.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(term).to_be_focused()
    assert "card=" not in tab.page.url
    assert "cell=probabilities" in tab.page.url  # Escape closed the card alone
    term.click()
    expect(card).to_be_visible()
    tab.page.go_back()
    expect(card).to_have_count(0)


def test_the_index_opens_every_card_and_one_leads_to_the_next(explorer: Open) -> None:
    tab = explorer()
    tab.open(view="ideas")
    opens = tab.page.locator("[data-opens]")
    opens.first.wait_for()
    assert opens.evaluate_all("(all) => all.map((one) => one.dataset.opens)") == CARDS
    opens.first.click()
    for card in [*CARDS[1:], CARDS[0]]:
        tab.page.get_by_role("button", name="the next card").click()
        expect(tab.page.locator(f"[data-card={card}] [role=slider]").first).to_be_visible()


def test_numbers_follow_the_mouse_and_the_keys(explorer: Open) -> None:
    tab = explorer()
    tab.open(card="arrow")
    tip, length = tab.page.get_by_role("slider"), tab.page.get_by_test_id("length")
    model, before = tab.page.locator("[data-card] [data-path]"), at(tip)
    assert model.count() == 2
    drag(tab, tip, 30, 0)
    assert at(tip) > before
    assert model.count() == 0  # no longer the model's
    for key in ("Home", "PageDown", "PageDown", "PageDown", "PageDown"):
        tip.press(key)
    expect(tip).to_have_attribute("aria-valuetext", re.compile("^−.* to the right, −.* up"))
    assert number(length) == pytest.approx(2**0.5 * -at(tip), rel=0.01)
    tab.page.get_by_role("button", name="back to the model’s numbers").click()
    assert (at(tip), model.count()) == (before, 2)


def test_the_dot_product_is_that_of_the_drawn_arrows(explorer: Open) -> None:
    tab = explorer()
    tab.open(card="dot")
    first, second = tab.page.get_by_role("slider").all()
    drag(tab, first, -40, -25)
    second.press("ArrowUp")
    pairs = [row.locator("td").all() for row in tab.page.locator("[data-card] tbody tr").all()[:2]]
    wanted = sum(number(a) * number(b) for a, b, _ in pairs)
    assert number(tab.page.get_by_test_id("dot")) == pytest.approx(wanted, abs=1.5)
    assert number(tab.page.get_by_test_id("dot")) == pytest.approx(
        sum(number(product) for _, _, product in pairs), abs=0.11
    )


def test_shares_are_always_a_hundred(explorer: Open) -> None:
    tab = explorer()
    tab.open(card="softmax")
    scores, shares = tab.page.get_by_role("slider"), tab.page.locator("[data-share]")
    before = [float(one.get_attribute("data-share") or "nan") for one in shares.all()]
    scores.nth(0).press("PageUp")
    after = [float(one.get_attribute("data-share") or "nan") for one in shares.all()]
    assert after[0] > before[0]
    assert all(now < then for now, then in zip(after[1:], before[1:], strict=True))
    assert sum(after) == pytest.approx(1)


def test_the_desk_mixes_and_the_logarithm_adds(explorer: Open) -> None:
    tab = explorer()
    tab.open(card="matrix")
    sliders = tab.page.get_by_role("slider")
    drag(tab, sliders.nth(2), 20, 0)
    sliders.nth(5).press("ArrowLeft")
    first, second, a, b, c, d = [at(one) for one in sliders.all()]
    mixed = tab.page.locator("[data-result]").evaluate_all(
        "(all) => all.map((one) => Number(one.dataset.result))"
    )
    assert mixed == pytest.approx([a * first + b * second, c * first + d * second])
    tab.open(card="logarithm")
    drag(tab, tab.page.get_by_role("slider").nth(1), -80, 30)
    one, other = [at(handle) for handle in tab.page.get_by_role("slider").all()]
    assert other < 0.8
    assert number(tab.page.get_by_test_id("product")) == pytest.approx(one * other, abs=0.001)


def test_a_finger_drags(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open(card="arrow")
    tip = tab.page.get_by_role("slider")
    before, box = at(tip), tip.locator(".dot").bounding_box()
    assert box
    x, y = box["x"] + 8, box["y"] + 8
    touch = tab.context.new_cdp_session(tab.page)
    for kind, dx in (("touchStart", 0), ("touchMove", -20), ("touchMove", -40), ("touchEnd", -40)):
        points = [] if kind == "touchEnd" else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    tab.idle()
    assert at(tip) < before
