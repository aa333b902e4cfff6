"""Attention at every grain, changes and what they do, checks, and one word in two sentences."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from rig import Explorer

from glassformer.explorer.changes import Change, as_patch
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
GRAINS = ("head", "steps", "two", "heads", "wall", "together", "who")
WEIGHTS = "decoder.1.cross_attention.weights"


@pytest.mark.parametrize("model", ["petit", "predictor", "reader"])
@pytest.mark.parametrize("grain", GRAINS)
def test_every_grain_of_every_family_shows_its_numbers(
    explorer: Open, families: Models, model: str, grain: str
) -> None:
    tab = explorer()
    tab.open(model=model, text=OPENING, view="attention", grain=grain)
    assert tab.page.locator(".attention canvas, .attention ol li").count() > 0
    assert tab.untrue(families[model].trace(OPENING)) == []
    assert tab.findings() == []


@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize(
    "place",
    [
        *({"view": "attention", "grain": grain} for grain in GRAINS),
        *({"view": view} for view in ("changes", "compare", "checks")),
    ],
    ids=lambda place: place.get("grain", place["view"]),
)
def test_nothing_is_wider_than_the_window(
    explorer: Open, place: dict[str, str], width: int
) -> None:
    tab = explorer(width=width, dark=width == 1920)
    tab.open(model="petit", **place)
    tab.page.locator("h2").last.wait_for()
    assert tab.overflow() == []
    assert tab.findings() == []


def test_the_table_holds_every_share(explorer: Open, families: Models) -> None:
    tab = explorer()
    where = {"part": "cross", "layer": 1, "head": 2}
    tab.open(model="petit", text=OPENING, view="attention", **where, **{"as": "table"})
    weights = families["petit"].trace(OPENING)[WEIGHTS]
    shown = {flat: value for _, path, flat, value in tab.shown() if path == WEIGHTS}
    rows = weights[0, 2].flatten()
    first = 2 * rows.numel()
    assert [shown[first + i] for i in range(rows.numel())] == pytest.approx(rows.tolist())
    assert tab.page.locator(".attention tbody td").count() == rows.numel()


def test_another_head_or_layer_asks_nothing(explorer: Open) -> None:
    tab = explorer()
    tab.open(model="petit", view="attention", grain="head")
    asked, drawn = len(tab.requests), set()
    for label in ("head", "layer", "head"):
        for button in tab.page.get_by_role("group", name=label, exact=True).locator("button").all():
            button.click()
            tab.idle()
            drawn.add(tab.page.locator(".attention canvas").first.evaluate("c => c.toDataURL()"))
    assert len(drawn) > 4  # of four heads and two layers
    assert [one for one in tab.requests[asked:] if "/api/" in one and "checks" not in one] == []


def test_the_heads_add_up_to_what_was_recorded(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="attention", grain="together", part="cross", layer=1)
    found = tab.page.get_by_test_id("added-up").get_attribute("data-difference")
    size = families["petit"].trace(OPENING)["decoder.1.cross_attention.output"].abs().max().item()
    assert found is not None and float(found) <= 1e-5 * size


def test_a_ribbon_is_cut_in_two_clicks_and_mended_in_one(explorer: Open, families: Models) -> None:
    model = families["petit"]
    plain = model.trace(OPENING)
    row = next(i for i, t in enumerate(plain.about["next"]) if t["piece"].lstrip("▁") == "elle")
    token = plain.about["next"][row]["id"]
    head, column = divmod(int(plain[WEIGHTS][0, :, row].argmax()), plain[WEIGHTS].size(-1))
    tab = explorer()
    place = {"part": "cross", "layer": 1, "head": head, "row": row, "as": "heat"}
    tab.open(model="petit", text=OPENING, view="attention", **place)
    canvas = tab.page.locator(".attention canvas").first
    canvas.focus()
    for _ in range(column + 1):  # the first step chooses the first word
        tab.page.keyboard.press("ArrowRight")
    tab.page.get_by_role("button", name="cut this ribbon").click()
    tab.idle()
    change = Change(WEIGHTS, (head, row, column), scale=0.0)
    patch = as_patch([change], model)
    cut = model.trace(OPENING, patch=patch)
    held = model.trace(OPENING, plain.about["output"], patch=patch)
    said = tab.page.get_by_test_id("changed-output").inner_text()
    assert said.replace(" ", "") == cut.about["output"].replace(" ", "")
    after = tab.page.locator(".effect tbody tr").first.locator("td[data-value]")
    values = [float(after.nth(i).get_attribute("data-value") or "nan") for i in range(2)]
    expected = [one["probabilities"][0, row, token].item() for one in (plain, held)]
    assert values == pytest.approx(expected, rel=1e-4)
    assert expected[1] < expected[0]
    tab.page.get_by_role("button", name="mend this ribbon").click()
    tab.idle()
    assert "changes" not in tab.page.url


def test_what_is_proved_is_what_cutting_does(explorer: Open, families: Models) -> None:
    model = families["petit"]
    plain = model.trace(OPENING)
    row = next(i for i, t in enumerate(plain.about["next"]) if t["piece"].lstrip("▁") == "elle")
    token = plain.about["next"][row]["id"]
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="attention", grain="who")
    tab.page.get_by_role("button", name="Cut each of them and see").click()
    rows = tab.page.locator(".attention tbody tr")
    rows.first.wait_for()
    shown = float(tab.page.get_by_test_id("after").first.get_attribute("data-value") or "nan")
    rows.first.get_by_role("button").click()  # keep this cut
    tab.idle()
    changes = tab.page.evaluate(
        "JSON.parse(new URLSearchParams(location.hash.slice(1)).get('changes'))"
    )
    asked = [Change(one["path"], tuple(one["where"]), scale=one["scale"]) for one in changes]
    held = model.trace(OPENING, plain.about["output"], patch=as_patch(asked, model))
    assert shown == pytest.approx(held["probabilities"][0, row, token].item(), rel=1e-4)
    assert shown < plain["probabilities"][0, row, token].item() / 2
    assert tab.page.locator(".verdict").inner_text().startswith("Proved")


def test_gold_pairs_can_be_laid_over_only_where_they_are_known(explorer: Open) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="attention")
    switch = tab.page.get_by_label("true pairs of words")
    switch.check()
    assert "gold=1" in tab.page.url
    tab.open(model="petit", text="street the the because", view="attention")
    assert switch.count() == 0


def test_each_switch_is_one_click_and_one_click_undoes_it(explorer: Open) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="changes")
    switches = tab.page.locator(".changes .square, .changes .pill")
    names = switches.all_inner_texts()
    assert "feed-forward" in names and "÷ √d_k" in names and "mask of words to come" in names
    for i in (0, 2, 3, 5, names.index("÷ √d_k"), names.index("feed-forward")):
        switches.nth(i).click()
        tab.idle()
        assert switches.nth(i).get_attribute("aria-pressed") == "false"
        assert tab.page.get_by_label("what is changed").locator("li").count() == 1
        switches.nth(i).click()
        tab.idle()
        assert switches.nth(i).get_attribute("aria-pressed") == "true"
        assert "changes=" not in tab.page.url


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ({"view": "attention", "grain": "steps", "part": "decoder"}, "this mask"),
        ({"view": "attention", "grain": "steps", "part": "decoder"}, "÷ √d_k"),
        ({"view": "network", "open": "encoder.0.feedforward"}, "feed-forward"),
        ({"view": "network", "open": "source_embedding"}, "positions"),
    ],
)
def test_a_part_is_switched_off_where_it_is_shown(
    explorer: Open, place: dict[str, str], name: str
) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, **place)
    tab.page.get_by_role("button", name=f"{name} off").click()
    tab.idle()
    assert "changes=" in tab.page.url
    tab.page.get_by_role("button", name=f"{name} on again").click()
    tab.idle()
    assert "changes=" not in tab.page.url


def test_a_value_of_another_sentence_can_be_put_in(explorer: Open, families: Models) -> None:
    other = "because it was too tired, the animal did not cross the street"
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="changes", swap="memory")
    tab.page.get_by_label("the other sentence").fill(other)
    tab.page.get_by_role("button", name="swap", exact=True).click()
    tab.idle()
    said = tab.page.get_by_test_id("changed-output").inner_text()
    assert said.replace(" ", "") == families["petit"].trace(other).about["output"].replace(" ", "")


def test_the_checks_speak_up(explorer: Open) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="checks")
    assert tab.page.locator(".verdict").inner_text() == "Nothing found."
    unmasked = '[{"path":"target_mask","where":[],"value":1}]'
    tab.open(model="petit", text=OPENING, view="checks", changes=unmasked)
    wrong = tab.page.locator(".wrong li", has_text=re.compile("later", re.IGNORECASE))
    wrong.first.get_by_role("button").click()
    tab.page.get_by_test_id("pinned-value").wait_for()


def test_one_word_drifts_apart_in_two_sentences(explorer: Open, families: Models) -> None:
    other = "because it was too tired, the animal did not cross the street"
    tab = explorer()
    place = {"second": other, "side": "decoder", "token": "qu'"}
    tab.open(model="petit", text=OPENING, view="compare", **place)
    tab.page.locator("[data-alike]").first.wait_for()
    here, there = (families["petit"].trace(text) for text in (OPENING, other))
    places = [
        [token["piece"].lstrip("▁") for token in tape.about["target"]].index("qu'")
        for tape in (here, there)
    ]
    found = tab.page.locator("[data-alike]")
    assert found.count() >= 3
    for i in range(found.count()):
        path = found.nth(i).get_attribute("data-alike") or ""
        a, b = here[path][0, places[0]], there[path][0, places[1]]
        alike = torch.nn.functional.cosine_similarity(a, b, dim=0).item()
        assert float(found.nth(i).get_attribute("data-value") or "nan") == pytest.approx(
            alike, abs=1e-4
        )
