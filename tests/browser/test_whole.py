"""A whole view is saved as it stands: its tables as CSV, its look as one SVG."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from rig import Explorer

from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING

Open = Callable[..., Explorer]


def saved(tab: Explorer, button: str) -> Path:
    with tab.page.expect_download() as coming:
        tab.page.get_by_role("button", name=button).click()
    return Path(coming.value.path())


def test_tables_keep_their_numbers(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view="writing")
    rows = list(csv.reader(saved(tab, "save tables (CSV)").read_text("utf-8").splitlines()))
    first = next(row for row in rows if row and row[0] == "parce")
    tape = families["petit"].trace(OPENING)
    assert float(first[1]) == pytest.approx(tape["logits"][0, 0].max().item(), rel=1e-6)


@pytest.mark.parametrize("view", ["network", "writing", "learning", "attention"])
def test_a_view_is_one_picture(explorer: Open, view: str) -> None:
    tab = explorer()
    tab.open(model="petit", text=OPENING, view=view)
    root = ET.fromstring(saved(tab, "save view (SVG)").read_text("utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    inside = root.find("{http://www.w3.org/2000/svg}foreignObject")
    assert inside is not None and "elle" in "".join(inside.itertext())
