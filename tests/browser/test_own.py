"""A module of anybody's on the page: its parts by their own names, each opened, nothing amiss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rig
import torch
from playwright.sync_api import Browser

from glassformer.explorer.serve import gathered


@pytest.fixture(scope="module")
def own_address(built: None) -> Iterator[str]:
    """A server of torch's own Transformer on vectors of no language."""
    torch.manual_seed(3)
    module = torch.nn.Transformer(14, 2, 1, 1, 23, batch_first=True).eval()
    given = (torch.randn(1, 7, 14), torch.randn(1, 5, 14))
    with rig.serving(gathered((module, given))) as address:
        yield address


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_it_opens_on_its_network_and_into_its_parts(
    browser: Browser, own_address: str, width: int
) -> None:
    tab = rig.Explorer(browser, own_address, viewport={"width": width, "height": 800})
    tab.page.goto(own_address)
    where = tab.page.locator("nav .shut, nav [aria-current]")
    tab.page.get_by_role("button", name="The network").wait_for()
    tab.idle()
    assert where.all_inner_texts() == ["The network"]  # nothing to close on its first screen
    tab.page.locator("[data-part=encoder]").first.click()
    tab.idle()
    assert where.all_inner_texts() == ["×", "encoder"]
    tab.page.locator("nav .shut").click()
    tab.idle()
    assert where.all_inner_texts() == ["The network"]
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    problems = list(tab.problems)
    tab.close()
    assert problems == []
