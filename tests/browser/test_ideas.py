"""Every idea of the Transformer can be brought onto the page, on the loaded model and in true
numbers; where a family cannot show one, the page says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from rig import ROOT, Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
IDS = [
    f"{group}{n:02}" for group, count in (("a", 40), ("b", 30), ("c", 13))
    for n in range(1, count + 1)
]  # fmt: skip
FAMILIES = ["petit", "predictor", "reader"]
# What the page must show of an idea, as a selector; of those not named here what DATA finds.
DATA = "section [data-path][data-value], section [data-path] [data-value], section canvas"
PARTS = "[data-part^=encoder], [data-part^=decoder]"
SHOWN = {
    **dict.fromkeys(["a02", "a03", "a28", "b09"], PARTS),
    **dict.fromkeys(["a04", "a05", "a07", "a08"], "[data-part$=self_attention]"),
    **dict.fromkeys(["a06", "a10", "a14", "a16", "a19", "a26", "a27", "b29"], "[data-step]"),
    "a01": "[data-side]:visible",
    "a23": "[data-scheme] td[data-value]",
    "a24": "[data-scheme=sinusoids-concatenated] td[data-value]",
    "a25": "[data-scheme=sinusoids] td[data-value]",
    "a32": "[data-testid=rest]",
    "a33": "[data-testid=targets] [data-path=smoothed]",
    "a39": "[data-node]",
    "a40": "[data-path=loss]",
    "b01": "[data-testid=rest]",
    "b02": "td[data-temperature='0.5']",
    "b03": "[data-path=losses]",
    "b04": "[data-testid=one-by-one]",
    "b05": "[data-kind]",
    "b06": "[data-kind]",
    "b07": "[data-testid=total]",
    "b10": "[data-testid=context]",
    "b12": "main th button",
    "b13": "[data-direction], form",
    "b14": "[data-testid=dot-sum]",
    "b21": "[data-testid=cells]",
    "b23": "[data-testid=rank]",
    "b26": "path[data-curve=gelu]",
    "b28": "[data-testid=answers] td, main canvas",
    "b30": "[data-testid=crowd]",
    "c01": "[data-size=scaled]",
    "c03": "[data-testid=targets] [data-path=smoothed]",
    "c06": "[data-testid=mean-loss]",
    "c07": "[data-id]",
    "c08": "[data-node]",
    "c09": "[data-testid=averaged]",
    "c10": "[data-testid=bleu]",
    "c11": "[data-norm=post] td[data-value]",
    "c12": "[data-testid=cache]",
    "c13": "[data-family=decoder-only] canvas",
}
# What a family cannot show: it has no such part, or has learned nothing.
LACKING = {
    "petit": set(),
    "predictor": {"a02", "a03", "a04", "a38", "b15", "c02", "c04", "c06", "c09", "c10"},
    "reader": {
        "a02", "a03", "a05", "a09", "a29", "a30", "a31", "a32", "a37", "a38", "a39", "b01", "b02",
        "b04", "b15", "b16", "c04", "c06", "c08", "c09", "c10", "c12",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def tabs(browser: Browser, address: str) -> Iterator[Callable[[str], Explorer]]:
    """A tab for each family, kept open: to go to an idea is to change the address."""
    opened: dict[str, Explorer] = {}

    def tab(model: str) -> Explorer:
        if model not in opened:
            opened[model] = Explorer(browser, address, viewport={"width": 1280, "height": 900})
        return opened[model]

    yield tab
    for one in opened.values():
        one.close()


def test_the_index_is_whole() -> None:
    source = (ROOT / "web" / "src" / "core" / "ideas.ts").read_text(encoding="utf-8")
    assert re.findall(r"^  ([abc]\d\d):", source, re.MULTILINE) == IDS


@pytest.mark.parametrize("model", FAMILIES)
def test_what_a_family_lacks_is_said(tabs: Callable[[str], Explorer], model: str) -> None:
    tab = tabs(model)
    tab.open(model=model, text=OPENING, view="ideas")
    offered = tab.page.eval_on_selector_all(
        "button[data-idea]", "(all) => all.map((one) => one.dataset.idea)"
    )
    assert set(offered) == set(IDS) - LACKING[model]
    assert tab.page.locator(".lacks .label").count() == len(LACKING[model])


CASES = [(model, one) for model in FAMILIES for one in IDS if one not in LACKING[model]]


@pytest.mark.parametrize(("model", "idea"), CASES)
def test_an_idea_is_on_the_page(
    tabs: Callable[[str], Explorer], families: Models, model: str, idea: str
) -> None:
    tab = tabs(model)
    tab.problems.clear()
    index = tab.page.get_by_role("button", name="all ideas")
    if index.count():
        index.click()
    else:
        tab.open(model=model, text=OPENING, view="ideas")
    tab.page.locator(f"button[data-idea={idea}]").click()
    expect(tab.page.locator(f"aside[data-idea={idea}]")).to_be_visible()
    expect(tab.page.locator(SHOWN.get(idea, DATA)).first).to_be_visible()
    tab.idle()
    pad = 2 if "pad=2" in tab.page.url else 0
    assert tab.untrue(families[model].trace(OPENING, pad=pad)) == []
    assert tab.problems == []
