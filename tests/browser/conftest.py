"""Tests that look at the page with a real browser; where there is none they are skipped."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rig
import torch
from filelock import FileLock
from playwright.sync_api import Browser

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.loaded import wrap

Open = Callable[..., rig.Explorer]
FAMILIES = ["petit", "decoder-only", "encoder-only"]  # names of models, one of each family
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
def models() -> Models:
    """All that the server shows, by name: the model that the package carries, and one of each
    other family that has learned nothing."""
    return Models([gf.load(), *(untrained(family) for family in FAMILIES[1:])])


def untrained(family: str) -> gf.LoadedModel:
    """A small model of a family, named after it."""
    torch.manual_seed(13)
    vocabulary = 307
    config = gf.ModelConfig(
        family=family, source_vocabulary=vocabulary, target_vocabulary=vocabulary,
        d_model=28, d_ff=44, n_heads=4, n_layers=2,
    )  # fmt: skip
    return wrap(gf.build(config), name=family)


@pytest.fixture(scope="session")
def address(models: Models, built: None) -> Iterator[str]:
    """A real server of the models."""
    with rig.serving(models) as address:
        yield address


@pytest.fixture
def explorer(browser: Browser, address: str) -> Iterator[Open]:
    """Opens tabs, width=1280, dark=False; afterwards nothing may have gone wrong in any."""
    opened: list[rig.Explorer] = []

    def tab(*, width: int = 1280, dark: bool = False, **options: Any) -> rig.Explorer:
        options = {
            "viewport": {"width": width, "height": rig.WIDTHS.get(width, 800)},
            "color_scheme": "dark" if dark else "light",
            "has_touch": width < 720,
        } | options
        opened.append(rig.Explorer(browser, address, **options))
        return opened[-1]

    yield tab
    for one in opened:
        one.close()
    assert [one.problems for one in opened] == [[] for _ in opened]
