"""The page in a notebook: run by a kernel, kept as a file, seen later without network or kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import rig
from nbclient import NotebookClient
from playwright.sync_api import Browser, Frame
from rig import Explorer

CELLS = [
    "import torch, glassformer as gf\ngf.explore(gf.load(), 'the girl sleeps', 'the girls sleep')",
    "gf.explore(gf.load(), 'the dog runs')",
    "torch.manual_seed(3)\n"
    "own = torch.nn.TransformerEncoderLayer(20, 4, 28, batch_first=True).eval()\n"
    "gf.explore(own, torch.randn(1, 5, 20))",
    "gf.explore(gf.load(), gf.load())",
]
NUMBER = "[data-testid=pinned-value]"


@pytest.fixture(scope="module")
def kept(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook as a file, executed."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in CELLS])
    NotebookClient(made, timeout=200, allow_errors=True).execute()
    path = tmp_path_factory.mktemp("notebook") / "lesson.ipynb"
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="module")
def shown(browser: Browser, kept: Path) -> Iterator[Explorer]:
    """Its outputs in one page, as a notebook shows them, without a network."""
    cells = nbformat.read(kept, as_version=4).cells
    parts = [o.data["text/html"] for one in cells for o in one.outputs if "data" in o]
    path = kept.with_suffix(".html")
    path.write_text("<!doctype html><meta charset=latin1>" + "\n".join(parts), encoding="utf-8")
    tab = Explorer(browser, "file://", viewport={"width": 1280, "height": 800})
    tab.context.set_offline(True)
    tab.page.goto(path.as_uri())
    yield tab
    tab.close()


def frame(tab: Explorer, number: int, ready: str = "[data-side=source]:visible") -> Frame:
    """One of the pages, when it stands."""
    tab.page.locator("iframe").nth(number).scroll_into_view_if_needed()
    found = tab.page.frames[1 + number]
    found.locator(ready).first.wait_for()
    return found


def explain(page: Frame, cell: str) -> float:
    """Select a number; by how much it differs when it is computed again, as a share."""
    page.evaluate("(cell) => { location.hash = `view=network&cell=${cell}`; }", cell)
    path, flat = cell.split(":")
    page.locator(f"{NUMBER}[data-path='{path}'][data-flat='{flat}']").wait_for()
    found = page.get_by_test_id("recomputed").first
    difference = float(found.get_attribute("data-difference") or "nan")
    return difference / float(found.get_attribute("data-magnitude") or "nan")


def test_it_says_in_words_what_it_is_where_no_page_can_be_shown(kept: Path) -> None:
    first, *_, last = nbformat.read(kept, as_version=4).cells
    assert first.outputs[0].data["text/plain"].startswith("the explorer on petit")
    assert len(first.outputs[0].data["text/html"]) < 2_400_000
    assert "one model, and these are 2" in last.outputs[0].evalue


def test_pages_of_one_notebook_are_used_and_do_not_disturb_one_another(shown: Explorer) -> None:
    first, second = frame(shown, 0), frame(shown, 1)
    assert explain(first, "encoder.0.self_attention.weights:3") < 1e-5
    first.locator(".choose select").select_option("the girls sleep")
    first.locator("[data-side=source]:visible", has_text="girls").wait_for()
    first.get_by_label("more").click()
    first.get_by_role("menuitem", name="Français").click()
    first.locator("html[lang=fr]").wait_for()
    first.locator("[data-side=source]:visible").first.wait_for()
    assert second.locator("html").get_attribute("lang") == "en"
    assert second.evaluate("location.href") == "about:srcdoc"
    assert second.locator("[data-side=source]:visible").all_inner_texts()[1] == "dog"
    assert shown.page.url.endswith("lesson.html")
    assert shown.problems == []
    assert shown.requests == [shown.page.url]


def test_a_module_of_anybodys_explains_itself_too(shown: Explorer) -> None:
    third = frame(shown, 2, ".view")
    assert explain(third, "linear1.linear:7") < 1e-5
    assert shown.problems == []


def test_a_reader_on_a_narrow_screen_sees_all_of_it(browser: Browser, kept: Path) -> None:
    tab = Explorer(
        browser, "file://", viewport={"width": 360, "height": rig.WIDTHS[360]}, has_touch=True
    )
    tab.page.goto(kept.with_suffix(".html").as_uri())
    page = frame(tab, 0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()
