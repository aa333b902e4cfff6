"""No invented number: what the page shows is what the model computed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig import Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]
# Cells of every kind of value, by path and flat place; of each family one run.
CELLS = {
    "petit": [
        ("probabilities", 1500), ("logits", 77), ("decoder.1.cross_attention.weights", 23),
        ("decoder.0.self_attention.masked", 1), ("encoder.0.self_attention.scores", 59),
        ("encoder.1.feedforward.active", 101), ("encoder.0.after_self.normalised", 41),
        ("decoder.1.feedforward.output", 3), ("source_embedding.placed", 131),
    ],
    "predictor": [
        ("probabilities", 31), ("decoder.1.self_attention.weights", 17),
        ("decoder.0.self_attention.masked", 1), ("decoder.0.feedforward.hidden", 43),
    ],
    "reader": [
        ("probabilities", 31), ("encoder.1.self_attention.weights", 17),
        ("encoder.0.feedforward.active", 43), ("encoder.0.after_self.normalised", 5),
    ],
}  # fmt: skip
CASES = [(model, *cell) for model, cells in CELLS.items() for cell in cells]


@pytest.mark.parametrize("model", CELLS)
def test_every_number_on_the_first_screen_is_the_models(
    explorer: Open, families: Models, model: str
) -> None:
    tab = explorer()
    tab.open(model=model, text=OPENING)
    assert tab.untrue(families[model].trace(OPENING)) == []


@pytest.mark.parametrize(("model", "path", "flat"), CASES)
def test_a_cell_is_the_models_and_is_computed_again(
    explorer: Open, families: Models, model: str, path: str, flat: int
) -> None:
    tab = explorer()
    tab.open(model=model, text=OPENING, view="network", cell=f"{path}:{flat}")
    tape = families[model].trace(OPENING)
    value = tape[path].flatten()[flat].item()
    card = tab.page.locator("[data-testid=pinned-value]")
    shown = float((card.get_attribute("data-value") or "").replace("−", "-"))
    assert shown == pytest.approx(value, rel=1e-6)  # where both are -inf too
    again = tab.page.locator("[data-testid=recomputed]").get_attribute("data-difference")
    assert float(again or "nan") <= 1e-5 * max(1.0, abs(value))
    assert tab.untrue(tape) == []
