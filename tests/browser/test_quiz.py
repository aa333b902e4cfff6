"""Ten questions on the sentence, answered by touching what the page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from foreign_models import made
from playwright.sync_api import Browser, Locator, expect
from rig import WIDTHS, Explorer, serving
from test_handout import opened

import glassformer as gf
from glassformer.explorer.handout import Handout
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING
from glassformer.handouts import encoded
from glassformer.inspection.tape import Tape
from glassformer.tours import parse, shared_steps

SENTENCES = [
    "",
    "every woman sees the old dog",
    "my uncle did not sell the car because it was broken",
]


class Quiz:
    """The questions in a tab."""

    def __init__(self, tab: Explorer, model: Any):
        self.tab, self.model, self.dock = tab, model, tab.page.locator("section.quiz")
        tab.page.get_by_role("button", name="Ten questions on this sentence").click()
        self.dock.wait_for()
        tab.idle()
        found = re.search(r"question 1 of (\d+)", self.dock.inner_text())
        assert found, self.dock.inner_text()
        self.count = int(found[1])

    @property
    def kind(self) -> str:
        """What sort of question stands."""
        return self.dock.get_attribute("data-kind") or ""

    def thing(self, wrong: bool = False) -> Locator:
        """What is to be touched, as one can touch it; or another such thing."""
        right, page = self.dock.get_attribute("data-right") or "", self.tab.page
        names = right.rsplit(":", 1)
        if re.fullmatch(r"(source|target):\d+", right):
            all_ = f"[data-side={names[0]}]", f"[data-at='{names[1]}']"
        elif re.fullmatch(r"\w+:\d+:\d+", right):
            all_ = ".view [data-head]", f"[data-head='{right}']"
        elif len(names) == 2:
            all_ = f".view [data-path='{names[0]}']", f"[data-flat='{names[1]}']"
        else:
            part = f":is([data-part='{right}'], [data-layer='{right}'])"
            all_ = ".view :is([data-part], [data-layer])", part
        return page.locator(f"{all_[0]}:not({all_[1]})" if wrong else "".join(all_)).last

    def untrue(self, tape: Tape) -> str:
        """What is wrong with the answer that the page takes for the right one."""
        right = self.dock.get_attribute("data-right") or ""
        place = dict(parse_qsl(self.tab.page.evaluate("location.hash.slice(1)")))
        named, kind = right.rsplit(":", 1), self.kind
        if kind in ("cell", "forbidden", "second"):
            value, flat = tape[named[0]], int(named[1])
            row, column = (
                value.flatten().split(value.shape[-1])[flat // value.shape[-1]],
                flat % value.shape[-1],
            )
            if kind == "second":
                return "" if row.argsort(descending=True)[1] == column else "not the second"
            if kind == "forbidden":
                return "" if row[column:].sum() == 0 and row[column - 1] > 0 else "not the first"
            assert int(place["row"]) == flat // value.shape[-1] % value.shape[-2]
            return ""
        parts = {name for name, _ in self.model.model.named_parameters()}
        if kind == "strongest":
            path, flat = self.number()
            value = tape[path][0]
            most = value[:, int(place["row"]), flat % value.shape[-1]]
            return "" if most.argmax() == int(named[1]) else f"{most} has another maximum"
        if kind == "masked":
            shares = tape[f"{right}.weights"]
            return "" if shares.triu(1).sum() == 0 and ".self" in right else "sees what comes later"
        if kind == "largest":
            sizes: dict[str, int] = {}
            for name, value in self.model.model.named_parameters():
                if name.startswith(f"{place['open']}."):
                    part = ".".join(name.split(".")[:3])
                    sizes[part] = sizes.get(part, 0) + value.numel()
            return "" if max(sizes, key=lambda one: sizes[one]) == right else f"{sizes}"
        stack = {"memory": "encoder", "final": "decoder" if any(
            one.startswith("decoder.") for one in parts) else "encoder"}.get(kind)  # fmt: skip
        if stack:
            last = max(int(one.split(".")[1]) for one in parts if re.match(rf"{stack}\.\d", one))
            return "" if right == f"{stack}.{last}" else f"{stack}.{last} is the last"
        if kind == "across":
            return "" if right == f"{place['open']}.cross_attention" else "no cross-attention"
        return ""

    def number(self) -> tuple[str, int]:
        """The first number that the answer says."""
        shown = self.dock.locator("[data-path]").first
        return shown.get_attribute("data-path") or "", int(shown.get_attribute("data-flat") or 0)

    def next(self) -> None:
        self.dock.get_by_role("button", name="Next").click()
        self.tab.idle()


@pytest.mark.parametrize("width", [375, 1280])
def test_ten_questions_are_answered_by_touch(
    browser: Browser, address: str, families: Models, width: int
) -> None:
    view = {"width": width, "height": WIDTHS.get(width, 780)}
    tab = Explorer(browser, address, viewport=view, has_touch=True, reduced_motion="reduce")
    tab.open(view="tours")
    quiz = Quiz(tab, families["petit"])
    assert quiz.count == 10
    kinds = set()
    for number in range(1, 11):
        expect(quiz.dock).to_contain_text(f"question {number} of 10")
        fresh = quiz.kind not in kinds
        kinds.add(quiz.kind)
        wrong = number % 3 == 0
        if wrong:
            quiz.thing(wrong=True).tap()
            expect(quiz.dock).to_contain_text("Not yet")
        quiz.thing().tap()
        expect(quiz.dock).to_contain_text("Right.")
        expect(quiz.thing()).to_be_in_viewport()
        assert not fresh or tab.findings() == [], quiz.kind
        assert tab.overflow() == []
        quiz.next()
    assert {"strongest", "largest"} < kinds and len(kinds) >= 7, kinds
    expect(quiz.dock).to_contain_text("7 of 10 right at the first touch")
    tab.page.reload()
    expect(quiz.dock).to_contain_text("7 of 10 right")
    quiz.dock.get_by_role("button", name="Forget").click()
    expect(quiz.dock).to_contain_text("0 of 10 right")
    assert tab.problems == []
    tab.close()


@pytest.mark.parametrize("model", ["petit", "reader"])
def test_what_can_be_touched_can_be_reached_by_keyboard(
    browser: Browser, address: str, families: Models, model: str
) -> None:
    tab = Explorer(browser, address, reduced_motion="reduce")
    tab.open(view="tours", model=model)
    quiz = Quiz(tab, families[model])
    for _ in range(quiz.count):
        quiz.thing().evaluate("""(one) => {
            const all = 'button, [tabindex="0"]';
            (one.closest(all) ?? one.querySelector('button')).focus();
        }""")
        tab.page.keyboard.press("Enter")
        expect(quiz.dock).to_contain_text("Right.")
        quiz.next()
    expect(quiz.dock).to_contain_text(f"{quiz.count} of {quiz.count} right")
    assert tab.problems == []
    tab.close()


@pytest.mark.parametrize("model", ["petit", "predictor", "reader", "marian"])
def test_no_answer_is_false_on_any_model(
    browser: Browser, address: str, families: Models, tmp_path: Path, model: str
) -> None:
    if model == "marian":
        made("marian").save_pretrained(tmp_path)
        families.add(gf.load(tmp_path), "marian")
    tab = Explorer(browser, address)
    kinds = set()
    sentences = {"petit": SENTENCES, "marian": ["5 17 29 3 5"]}
    for sentence in sentences.get(model, SENTENCES[:1]):
        tab.open(view="tours", model=model, **({"text": sentence} if sentence else {}))
        quiz = Quiz(tab, families[model])
        tape = families[model].trace(dict(parse_qsl(tab.page.url.split("#")[1]))["text"])
        if quiz.count < 10:
            expect(quiz.dock).to_contain_text("this model and sentence have no more")
        for _ in range(quiz.count):
            kinds.add(quiz.kind)
            quiz.dock.get_by_role("button", name="Show the answer").click()
            expect(quiz.dock).to_contain_text("It is this.")
            tab.idle()
            assert quiz.untrue(tape) == "", quiz.dock.inner_text()
            assert tab.untrue(tape) == []
            expect(quiz.thing()).to_be_in_viewport()
            assert quiz.thing().evaluate("""(one) => [one, one.closest('td, li')].some(
                (that) => that && getComputedStyle(that).outlineStyle === 'solid')""")
            quiz.next()
        expect(quiz.dock).to_contain_text(f"0 of {quiz.count} right")
    alike = {"largest", "final", "cell"} if model != "marian" else {"across"}
    assert alike < kinds, kinds
    assert tab.problems == []
    tab.close()


def test_a_cell_of_a_picture_answers(browser: Browser, address: str, families: Models) -> None:
    tab = Explorer(browser, address, reduced_motion="reduce")
    tab.open(view="tours")
    quiz = Quiz(tab, families["petit"])
    while quiz.kind != "looked":
        quiz.next()
    column = int((quiz.dock.get_attribute("data-right") or "").split(":")[1])
    canvas = tab.page.locator(".view canvas[tabindex]")
    canvas.focus()
    for _ in range(column + 1):
        tab.page.keyboard.press("ArrowRight")  # to look around is no answer
    expect(quiz.dock).not_to_contain_text("Right.")
    box = canvas.bounding_box()
    assert box

    def cell(name: str) -> str | None:
        return dict(parse_qsl(tab.page.url.split("#")[1])).get(name)

    row, right, bottom = cell("row"), box["width"] - 4, int(box["height"]) - 4
    for down in range(bottom, 0, -12):  # the last column, up to the row that was asked about
        canvas.click(position={"x": right, "y": down})
        if cell("row") == row:
            break
    expect(quiz.dock).to_contain_text("Not yet")
    for across in range(int(right), 0, -12):
        canvas.click(position={"x": across, "y": down})
        if cell("column") == str(column):
            break
    expect(quiz.dock).to_contain_text("Right.")
    tab.close()


OWN = """---
title: Mine
ends: questions
---

## Look
show: sentence

Tell: This is a sentence.

Otherwise: There is none.
"""


def test_a_tour_of_ones_own_ends_in_the_questions(browser: Browser, built: None) -> None:
    plain = OWN.replace("ends: questions\n", "")
    tours = [parse(OWN, "mine.md", shared_steps()), parse(plain, "plain.md", shared_steps())]
    with serving(Models([gf.load()], tours=tours)) as address:
        tab = Explorer(browser, address, reduced_motion="reduce")
        tab.open(tour="plain", stop="look")
        expect(tab.page.locator("section.tour")).to_contain_text("This is a sentence.")
        assert tab.page.get_by_role("button", name="Ten questions").count() == 0
        tab.open(tour="mine", stop="look")
        quiz = Quiz(tab, None)
        quiz.thing().click()
        expect(quiz.dock).to_contain_text("Right.")
        assert tab.problems == []
        tab.close()


@pytest.mark.parametrize("live", [False, True])
def test_they_are_asked_in_a_hand_out_without_a_network(
    browser: Browser, families: Models, built: None, tmp_path: Path, live: bool
) -> None:
    page = Handout(model=families["petit"], sentences=[OPENING], live=live).page()
    (tmp_path / "lesson.html").write_bytes(encoded(page))
    tab = opened(browser, tmp_path / "lesson.html", place="#view=tours")
    quiz = Quiz(tab, families["petit"])
    for _ in range(quiz.count):
        quiz.thing().click()
        expect(quiz.dock).to_contain_text("Right.")
        quiz.next()
    expect(quiz.dock).to_contain_text("10 of 10 right")
    assert tab.problems == []
    tab.close()
