"""Tests that look at the page with a real browser; where there is none they are skipped."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rig
from filelock import FileLock
from playwright.sync_api import Browser

from glassformer.explorer.models import Models

Open = Callable[..., rig.Explorer]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if rig.chromium() is None:
        skip = pytest.mark.skip(reason="no Chromium here (Debian: apt install chromium)")
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The page as its sources are now, made by the first of the test processes."""
    page = runpy.run_path(str(rig.ROOT / "web" / "page.py"))
    with FileLock(tmp_path_factory.getbasetemp().parent / "page.lock"):
        page["build"]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for each test process."""
    with rig.browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def address(families: Models, built: None) -> Iterator[str]:
    """A real server of a model of each family."""
    with rig.serving(families) as address:
        yield address


@pytest.fixture
def explorer(browser: Browser, address: str) -> Iterator[Open]:
    """Opens tabs, width=1280, dark=False, in which all moves at once; afterwards nothing may have
    gone wrong in any."""
    opened: list[rig.Explorer] = []

    def tab(*, width: int = 1280, dark: bool = False, **options: Any) -> rig.Explorer:
        options = {
            "viewport": {"width": width, "height": rig.WIDTHS.get(width, 800)},
            "color_scheme": "dark" if dark else "light",
            "has_touch": width < 720,
            "reduced_motion": "reduce",
        } | options
        opened.append(rig.Explorer(browser, address, **options))
        return opened[-1]

    yield tab
    # A request that the closing itself cuts off is no fault of the page.
    problems = [list(one.problems) for one in opened]
    for one in opened:
        one.close()
    assert problems == [[] for _ in opened]
