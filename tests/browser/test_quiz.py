"""Ten questions on the sentence, answered by touching its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from foreign_models import made
from playwright.sync_api import Browser, Locator, expect
from rig import WIDTHS, Explorer, serving

import glassformer as gf
from glassformer.explorer.models import Models


def word(tab: Explorer, side: str, at: str) -> Locator:
    return tab.page.locator(f"[data-side={side}][data-at='{at}']").first


@pytest.mark.parametrize("width", [360, 1280])
def test_ten_questions_are_answered_by_touch(browser: Browser, built: None, width: int) -> None:
    with serving(Models([gf.load()])) as address:
        view = {"width": width, "height": WIDTHS[width]}
        tab = Explorer(browser, address, viewport=view, reduced_motion="reduce")
        tab.open(view="tours")
        tab.page.get_by_role("button", name="Ten questions on this sentence").click()
        dock = tab.page.locator("section.quiz")
        for number in range(1, 11):
            expect(dock).to_contain_text(f"question {number} of 10")
            tab.idle()
            side, at = (dock.get_attribute("data-right") or "").split(":")
            if number == 3:
                word(tab, side, "1" if at != "1" else "2").click()
                expect(dock).to_contain_text("Not yet")
            word(tab, side, at).click()
            expect(dock).to_contain_text("Right.")
            if number in (1, 10):
                assert tab.findings() == []
            dock.get_by_role("button", name="Next").click()
        expect(dock).to_contain_text("9 of 10 right at the first touch")
        tab.page.reload()
        expect(dock).to_contain_text("9 of 10 right")
        dock.get_by_role("button", name="Forget").click()
        expect(dock).to_contain_text("0 of 10 right")
        assert tab.problems == []
        tab.close()


@pytest.mark.parametrize("model", ["predictor", "reader", "marian"])
def test_a_model_that_has_fewer_questions_says_so(
    browser: Browser, address: str, families: Models, tmp_path: Path, model: str
) -> None:
    if model == "marian":
        made("marian").save_pretrained(tmp_path)
        families.add(gf.load(tmp_path), "marian")
    tab = Explorer(browser, address)
    tab.open(view="tours", model=model, **({"text": "5 17 29 3 5"} if model == "marian" else {}))
    tab.page.get_by_role("button", name="Ten questions on this sentence").click()
    dock = tab.page.locator("section.quiz")
    tab.idle()
    found = re.search(r"question 1 of (\d+)", dock.inner_text())
    assert found, dock.inner_text()
    if int(found[1]) < 10:
        expect(dock).to_contain_text("this model")
    for _ in range(int(found[1])):
        side, at = (dock.get_attribute("data-right") or "").split(":")
        word(tab, side, at).click()
        expect(dock).to_contain_text("Right.")
        dock.get_by_role("button", name="Next").click()
        tab.idle()
    assert tab.problems == []
    tab.close()
