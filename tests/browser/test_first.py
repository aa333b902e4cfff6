"""The first screen: a word's ribbon, other words, and what happens when things fail."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from rig import Explorer, serving

import glassformer as gf
from glassformer.explorer.demo import Demo
from glassformer.explorer.models import YOURS, Models
from glassformer.explorer.serve import prepare
from glassformer.explorer.words import OPENING
from glassformer.inspection.push import pushes
from glassformer.inspection.tape import Tape
from glassformer.local import free_port

Open = Callable[..., Explorer]
TIRED = OPENING.replace("wide", "tired")


def followed(tab: Explorer) -> tuple[str, str]:
    """The word that is followed, and that at which the ribbon with the number ends."""
    tab.idle()
    note = tab.page.locator(".notes p").first.inner_text()
    found = re.match(r"A look at “(.+)” did most for “(.+)” \(", note)
    assert found, note
    return found[2], found[1]


def exchange(tab: Explorer, word: str, by: str) -> None:
    tab.page.get_by_role("button", name=word, exact=False).first.click()
    tab.page.get_by_role("option", name=by, exact=True).click()


def test_elle_comes_from_street_and_il_from_animal(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open()
    assert followed(tab) == ("elle", "street")
    exchange(tab, "wide", "tired")
    expect(tab.page.locator("[aria-pressed=true]", has_text="il")).to_be_visible()
    assert followed(tab) == ("il", "animal")
    assert f"text={TIRED.replace(' ', '+').replace(',', '%2C')}" in tab.page.url
    marked = tab.page.locator(".fresh").all_inner_texts()
    assert [one.split("\n")[0] for one in marked] == ["il", "fatigué"]


@pytest.mark.parametrize("text", [OPENING, TIRED])
def test_the_number_is_the_share_of_the_head_that_did_most(
    explorer: Open, families: Models, text: str
) -> None:
    tab = explorer()
    tab.open(text=text)
    tape = families["petit"].trace(text)
    row = next(i for i, t in enumerate(tape.about["next"]) if t["piece"] in ("il", "elle"))
    nouns = [i for i, t in enumerate(tape.about["source"]) if t["piece"] in ("▁animal", "▁street")]
    path, head, query, key, _ = next(
        one for one in pushes(tape, row).strongest(200)
        if "cross" in one[0] and one[2] == row and one[3] in nouns
    )  # fmt: skip
    share = tape[path][0, head, query, key].item()
    number = tab.page.locator(f".share[data-path='{path}']").first
    assert float(number.get_attribute("data-value") or "nan") == pytest.approx(share, rel=1e-6)
    assert number.inner_text() == f"{share:.2f}"
    number.click()
    shown = tab.page.locator("[data-testid=pinned-value]").get_attribute("data-value") or ""
    assert float(shown) == pytest.approx(share, rel=1e-6)


def test_another_word_can_be_followed_and_back_leads_back(explorer: Open) -> None:
    tab = explorer()
    tab.open()
    tab.page.locator("[data-side=target]", has_text="rue").click()
    assert followed(tab)[0] == "rue"
    tab.page.get_by_role("button", name="reads").click()
    assert "view=network" in tab.page.url
    tab.page.go_back()
    expect(tab.page.get_by_role("button", name="reads")).to_be_visible()
    tab.page.reload()
    assert followed(tab)[0] == "rue"


def test_known_words_complete_and_unknown_ones_are_named(explorer: Open) -> None:
    tab = explorer()
    tab.open(text="the girl sleeps")
    tab.page.keyboard.press("/")
    box = tab.page.get_by_role("combobox", name="type a sentence")
    expect(box).to_be_focused()
    box.press("End")
    tab.page.keyboard.type(" and the bo")
    tab.page.keyboard.press("ArrowDown")
    chosen = tab.page.locator("[role=option][aria-selected=true]").inner_text()
    tab.page.keyboard.press("Enter")
    expect(box).to_have_value(f"the girl sleeps and the {chosen} ")
    tab.page.keyboard.type("eats the pizza")
    expect(tab.page.get_by_text("“pizza” is not among the")).to_be_visible()
    tab.idle()
    underlined = tab.page.locator(".unknown").all_inner_texts()
    assert [one.strip() for one in underlined] == ["pizza"]
    tab.page.keyboard.press("Escape")
    expect(box).to_have_count(0)


def test_a_word_is_exchanged_with_the_keyboard_alone(explorer: Open) -> None:
    tab = explorer()
    tab.open()
    word = tab.page.get_by_role("button", name="wide")
    word.focus()
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.type("na")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("button", name="narrow")).to_be_focused()
    assert followed(tab)[0] == "elle"


def test_the_menu_is_used_with_the_keyboard(explorer: Open) -> None:
    tab = explorer()
    tab.open()
    dots = tab.page.get_by_role("button", name="More")
    dots.focus()
    tab.page.keyboard.press("ArrowDown")
    expect(tab.page.get_by_role("menuitem").first).to_be_focused()
    tab.page.keyboard.press("End")
    expect(tab.page.get_by_role("menuitem", name="Français")).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(dots).to_be_focused()
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("menuitem", name="Keys").press("Enter")
    expect(tab.page.get_by_role("dialog")).to_be_visible()


def test_a_recording_is_saved_and_opened(explorer: Open, tmp_path: Path) -> None:
    tab = explorer()
    tab.open(text=TIRED)
    tab.page.get_by_role("button", name="More").click()
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("menuitem", name="Save this recording").click()
    file = tmp_path / "x.safetensors"
    waiting.value.save_as(file)
    assert Tape.load(file).about["text"] == TIRED
    tab.open()
    tab.page.locator("input[type=file]").set_input_files(file)
    expect(tab.page.get_by_text("Recorded. Typing needs the program")).to_be_visible()
    assert "il" in tab.words("target")
    expect(tab.page.get_by_role("button", name="type a sentence")).to_have_count(0)
    assert tab.page.locator(".share").count() > 0
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_text("this is no recording")
    tab.page.locator("input[type=file]").set_input_files(wrong)
    expect(tab.page.get_by_role("status").first).to_contain_text("no recording")
    tab.page.get_by_role("button", name="More").click()
    tab.page.get_by_role("menuitem", name="Back to the program").click()
    expect(tab.page.get_by_role("button", name="type a sentence")).to_be_visible()


def test_the_picture_is_saved(explorer: Open, tmp_path: Path) -> None:
    tab = explorer()
    tab.open()
    tab.page.get_by_role("button", name="More").click()
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("menuitem", name="Save the picture").click()
    file = tmp_path / "sentence.svg"
    waiting.value.save_as(file)
    drawn = file.read_text(encoding="utf-8")
    assert drawn.startswith("<svg") and "<path" in drawn
    assert {"Because", "elle", "street"} <= set(re.findall(r">([^<>]+)</text>", drawn))


def test_the_first_tokens_are_drawn_and_the_rest_counted(explorer: Open) -> None:
    tab = explorer()
    tab.open(text=" ".join(["the girl sees the boy and"] * 13))
    assert len(tab.words("source")) == 64
    expect(tab.page.get_by_text("and 14 more tokens")).to_be_visible()


def test_on_a_phone_tokens_are_rows_and_targets_are_large(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open()
    assert tab.overflow() == []
    assert tab.small_targets() == []
    left = tab.page.locator("[data-side=source]").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().y)"
    )
    assert all(b - a >= 44 for a, b in pairwise(left))
    tab.page.locator("[data-side=target]", has_text="rue").tap()
    assert followed(tab)[0] == "rue"


@pytest.mark.parametrize("model", ["predictor", "reader"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_model_of_one_line_has_arcs(
    explorer: Open, families: Models, model: str, width: int
) -> None:
    tab = explorer(width=width)
    tab.open(model=model, text="the girl sleeps")
    tab.page.locator("[data-side=target]", has_text="e").last.click()
    tab.idle()
    assert tab.overflow() == []
    assert tab.words("source") == []
    assert tab.page.locator(".share").count() > 0
    assert tab.untrue(families[model].trace("the girl sleeps")) == []


@contextmanager
def running(models: Models, port: int) -> Iterator[str]:
    """A server at this port, for a while."""
    server, address = prepare(models, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield address
    server.should_exit = server.force_exit = True
    thread.join(20)


def test_the_page_waits_for_a_program_that_has_gone(
    browser: Browser, built: None, families: Models
) -> None:
    port = free_port()
    with running(families, port) as address:
        tab = Explorer(browser, address)
        tab.open()
        before = tab.words("target")
    exchange(tab, "wide", "tired")
    expect(tab.page.get_by_role("status").first).to_contain_text("The program has ended")
    assert tab.words("target") == before
    with running(families, port):
        expect(tab.page.locator("[data-side=target]", has_text="fatigué")).to_be_visible()
        expect(tab.page.get_by_text("The program has ended")).to_have_count(0)
        tab.close()


def test_ones_own_model_is_followed_and_taken_over(
    browser: Browser, built: None, tiny_model: gf.LoadedModel
) -> None:
    models = Models([gf.load()], demo=Demo(tiny_model.run, 30))
    with serving(models) as address:
        tab = Explorer(browser, address)
        tab.open()
        expect(tab.page.locator("[data-testid=demo]")).to_have_text("Your own model is trained.")
        sample = tiny_model.run.metrics()[-1].get("translation") or next(
            row["translation"] for row in reversed(tiny_model.run.metrics()) if "translation" in row
        )
        assert " ".join(tab.page.locator(".demo .sample").inner_text().split()) == sample.strip()
        tab.page.get_by_role("button", name="use it").click()
        expect(tab.page.get_by_role("combobox", name="Model")).to_have_value(YOURS)
        expect(tab.page.locator("[data-testid=demo]")).to_have_count(0)
        assert f"model={YOURS}" in tab.page.url
        assert tab.problems == []
        tab.close()
