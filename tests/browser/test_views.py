"""Every view, of every family that has it: it opens, fits, can be read by all, and is true."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rig import VIEWS, WIDTHS, Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
FAMILIES = ["petit", "predictor", "reader"]
SIZES = {13, 15, 18, 22, 28}  # px


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("model", FAMILIES)
def test_a_view_keeps_the_rules(explorer: Open, families: Models, model: str, view: str) -> None:
    tab = explorer()
    tab.open(model=model, text=OPENING, view=view)
    broken = {
        "untrue": tab.untrue(families[model].trace(OPENING)),
        "sizes of text": {k: v for k, v in tab.text_sizes().items() if k not in SIZES},
        "light": tab.findings(),
    }
    tab.page.emulate_media(color_scheme="dark")
    broken["dark"] = tab.findings()
    for width, height in WIDTHS.items():
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.idle()
        broken[f"beyond {width} px"] = tab.overflow()[:4]
        if width < 720:
            broken["too small for a finger"] = tab.small_targets()[:4]
    assert {rule: found for rule, found in broken.items() if found} == {}
    assert not re.search(r"\bweights?\b", tab.page.inner_text("body"), re.IGNORECASE)
