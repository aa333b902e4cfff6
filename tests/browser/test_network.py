"""The network, drawn from the recorded run: one can walk it back by clicking alone, its edges are
the recorded inputs, and its numbers are the trace's."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rig import Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
ROW = 3
STEPS = """() => [...document.querySelectorAll('[data-step]')].map((one) => one.dataset.step)"""
OPENED = """async () => {
    const button = document.querySelector("[data-part='decoder.0.cross_attention'] button");
    const from = performance.now();
    button.click();
    while (!document.querySelector('[data-step]')) await new Promise((d) => setTimeout(d));
    return performance.now() - from;
}"""
WIRES = """() => [...document.querySelectorAll('[data-wire]')].map((one) => one.dataset.wire)"""


def crumbs(tab: Explorer) -> str:
    return str(tab.page.evaluate("() => new URLSearchParams(location.hash.slice(1)).get('open')"))


def test_from_the_probabilities_to_the_words_by_clicking_alone(
    explorer: Open, families: Models
) -> None:
    tab, tape = explorer(), families["petit"].trace(OPENING)
    tab.open(text=OPENING, view="network", row=ROW)
    tab.page.click("[data-part=probabilities]", position={"x": 20, "y": 16})
    seen, checked = [], 0
    for _ in range(200):
        tab.idle()
        steps = tab.page.evaluate(STEPS)
        seen += steps
        shown = tab.shown()
        assert tab.untrue(tape) == []
        checked += len(shown)
        if "target" in steps:
            break
        # Back along the first value that is not aside: in the residual stream it is what came in.
        ports = tab.page.locator("[data-port]")
        names = [ports.nth(i).get_attribute("data-port") for i in range(ports.count())]
        wanted = [name for name in names if name and not re.search(r"mask|matrix", name)]
        tab.page.locator(f'[data-port="{wanted[0]}"]').click()
    assert {"probabilities", "logits", "hidden", "target_embedding.placed", "target"} <= set(seen)
    assert any(re.match(r"decoder\.1\..*added", step) for step in seen)
    assert any(re.match(r"decoder\.0\..*added", step) for step in seen)
    assert checked >= 5


@pytest.mark.parametrize("model", ["petit", "predictor", "reader"])
def test_every_line_is_an_input_of_the_run(explorer: Open, families: Models, model: str) -> None:
    tab, tape = explorer(), families[model].trace(OPENING)
    parts = {
        match[0] for entry in tape
        if (match := re.match(r"(en|de)coder\.0\.\w+|(source|target)_\w+|logits", entry.path))
        and entry.kind == "value"
    }  # fmt: skip
    assert len(parts) >= 6
    for part in sorted(parts):
        tab.open(model=model, text=OPENING, view="network", open=part)
        steps = [tape.index[step] for step in tab.page.evaluate(STEPS)]
        recorded = {f"{i}:{k}" for i in steps for k in range(len(tape.entries[i].inputs))}
        drawn = tab.page.evaluate(WIRES)
        assert steps and set(drawn) == recorded and len(drawn) == len(recorded), part


@pytest.mark.parametrize("model", ["petit", "predictor", "reader"])
def test_the_whole_has_every_part_and_every_edge_between(
    explorer: Open, families: Models, model: str
) -> None:
    tab, tape = explorer(), families[model].trace(OPENING)
    tab.open(model=model, text=OPENING, view="network")
    parts = tab.page.eval_on_selector_all("[data-part]", "all => all.map((o) => o.dataset.part)")
    lines = tab.page.eval_on_selector_all(
        "path[data-from]", "all => all.map((o) => [o.dataset.from, o.dataset.to])"
    )
    layers = {match[0] for entry in tape if (match := re.match(r"\w+\.1\b", entry.path))}
    assert layers <= set(parts) and {"logits", "probabilities"} <= set(parts)
    assert ["logits", "probabilities"] in lines
    if model == "petit":
        assert {to for start, to in lines if start == "memory"} == {
            "decoder.0.cross_attention", "decoder.1",
        }  # fmt: skip


def test_levels_by_keyboard_and_by_the_browser(explorer: Open) -> None:
    tab = explorer()
    tab.open(text=OPENING, view="network")
    tab.page.locator("[data-part='decoder.1']").focus()
    tab.page.keyboard.press("Enter")  # unfolds it
    tab.page.get_by_role("button", name="open decoder layer 2").press("Enter")
    tab.idle()
    assert crumbs(tab) == "decoder.1"
    tab.page.locator("[data-part='decoder.1.cross_attention'] button.title").press("Enter")
    tab.idle()
    assert crumbs(tab) == "decoder.1.cross_attention"
    tab.page.keyboard.press("Escape")
    assert crumbs(tab) == "decoder.1"
    tab.page.go_back()
    tab.idle()
    assert crumbs(tab) == "decoder.1.cross_attention"
    tab.page.keyboard.press("Backspace")
    tab.page.keyboard.press("Escape")
    assert crumbs(tab) == "None"


def test_parameters_are_summed_to_the_total(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open(text=OPENING, view="network")
    tab.page.get_by_role("button", name="parameters", exact=True).click()
    total = tab.page.locator("[data-testid=parameters-sum]").get_attribute("data-value")
    assert total == str(sum(p.numel() for p in families["petit"].model.parameters()))


def test_a_level_opens_at_once(explorer: Open) -> None:
    tab = explorer()
    tab.open(text=OPENING, view="network", open="decoder.0")
    spent = []
    for _ in range(5):  # the quickest: what else this machine does is not the page's
        spent.append(tab.page.evaluate(OPENED))
        tab.page.go_back()
        tab.idle()
    assert min(spent) < 3 * 50


@pytest.mark.parametrize("open_", ["decoder.0", "decoder.0.cross_attention", "target_embedding"])
def test_the_levels_keep_the_rules(explorer: Open, families: Models, open_: str) -> None:
    tab = explorer()
    tab.open(text=OPENING, view="network", open=open_, row=ROW)
    assert tab.findings() == []
    for width, height in ((360, 780), (1280, 800), (1920, 1080)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.idle()
        assert tab.overflow()[:4] == []
        assert tab.untrue(families["petit"].trace(OPENING)) == []
    assert not re.search(r"\bweights?\b", tab.page.inner_text("body"), re.IGNORECASE)
