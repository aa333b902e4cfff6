"""Every deep link of docs/guide.md opens what it says, on the carried model."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from rig import INDEX, ROOT, Explorer

Open = Callable[..., Explorer]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\(http://127\.0\.0\.1:8000/#([^)\s]+)\)", GUIDE)
ENGLISH = (ROOT / "web" / "src" / "strings" / "en.ts").read_text(encoding="utf-8")
TITLES = dict(
    re.findall(r"^    (\w+): '([^']+)'", ENGLISH.split("  views: {")[1].split("  },")[0], re.M)
)


def opened(tab: Explorer, place: dict[str, str]) -> list[str]:
    """What of this place is not on the page."""
    page, missing = tab.page, []
    if view := place.get("view"):
        page.locator("main .view > *").first.wait_for()
        if page.locator("main nav button:not(.shut)").first.inner_text() != TITLES[view]:
            missing.append(f"the view {view}")
    here = page.locator("main nav [aria-current=page]")
    if (path := place.get("open")) and (
        not here.count() or here.inner_text() == TITLES[view or ""]
    ):
        missing.append(f"the part {path}")
    if (stop := place.get("stop")) and not page.locator(f".tour[data-step={stop}]").count():
        missing.append(f"the step {stop}")
    if "card" in place and not page.locator("dialog, [role=dialog], aside").count():
        missing.append(f"the card {place['card']}")
    if "cell" in place and not page.locator("aside").count():
        missing.append(f"the number {place['cell']}")
    kept = dict(parse_qsl(page.evaluate("location.hash.slice(1)")))
    return missing + [f"{name}={value}" for name, value in place.items() if kept.get(name) != value]


def test_every_link_of_the_guide_opens_its_place(explorer: Open) -> None:
    assert len(LINKS) > 20
    assert {"view=" + view for view in re.findall(r"\bid: '(\w+)'", INDEX)} - {
        link.split("&")[0] for link in LINKS
    } == {"view=tours", "view=pins", "view=checks", "view=score"}
    tab = explorer()
    wrong = {}
    for link in dict.fromkeys(LINKS):
        place = dict(parse_qsl(link))
        tab.open(model="petit", **place)
        if missing := opened(tab, place):
            wrong[link] = missing
    assert wrong == {}
