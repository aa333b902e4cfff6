"""No invented number: what the page shows is what the model computed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from rig import Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
# Cells of every kind of value, by path and flat place.
CELLS = [
    ("probabilities", 1500), ("logits", 77), ("decoder.1.cross_attention.weights", 23),
    ("decoder.0.self_attention.masked", 1), ("encoder.0.self_attention.scores", 59),
    ("encoder.1.feedforward.active", 101), ("encoder.0.after_self.normalised", 41),
    ("decoder.1.feedforward.output", 3), ("source_embedding.placed", 131),
]  # fmt: skip


def test_every_number_on_the_first_screen_is_the_models(explorer: Open, models: Models) -> None:
    tab = explorer()
    tab.open()
    assert_true(tab, models, OPENING)


@pytest.mark.parametrize(("path", "flat"), CELLS)
def test_a_cell_is_the_models_and_is_computed_again(
    explorer: Open, models: Models, path: str, flat: int
) -> None:
    tab = explorer()
    tab.open(model="petit", view="network", cell=f"{path}:{flat}")
    card = tab.page.locator("[data-testid=pinned-value]")
    value = models["petit"].trace(OPENING)[path].flatten()[flat].item()
    shown = float((card.get_attribute("data-value") or "").replace("−", "-"))
    assert shown == pytest.approx(value, rel=1e-6) or (math.isinf(value) and math.isinf(shown))
    again = tab.page.locator("[data-testid=recomputed]")
    assert float(again.get_attribute("data-difference") or "nan") <= 1e-5 * max(1.0, abs(value))


def assert_true(tab: Explorer, models: Models, text: str) -> None:
    """Every number that says which cell it is of is that cell's."""
    tape = models["petit"].trace(text)
    for path, flat, shown in tab.shown():
        assert path in tape, path
        assert shown == pytest.approx(tape[path].flatten()[flat].item(), rel=1e-6), (path, flat)
