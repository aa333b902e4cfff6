"""How soon a change of the presenter's reaches twelve followers: python benchmarks/share.py.

Of a new sentence followers are real clients of a real server, each on a line of its own at the
machine's address on the local network. Each does what its page does: hears of the new place, asks
for the trace with the values that every picture needs, and has it when the last byte is read. Of a
stroke they are real pages in a browser on the same machine, up to where the page has its line.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.serve import prepare_shared
from glassformer.explorer.sharing import Share

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))
from common import keep
from playwright.sync_api import Browser
from rig import Explorer, browser

FOLLOWERS, CHANGES = 12, 20
FIGURES = {"sentence, slowest ms": 500, "stroke, slowest ms": 500}
NOUNS = "animal dog cat horse bird girl boy woman man child".split()
VALUES = ["probabilities"] + [
    f"{stack}.{layer}.{kind}_attention.weights"
    for stack, kind in (("encoder", "self"), ("decoder", "self"), ("decoder", "cross"))
    for layer in (0, 1)
]


def ask(line: http.client.HTTPConnection, path: str, body: object) -> bytes:
    """The answer to a question."""
    line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = line.getresponse()
    content = answer.read()
    assert answer.status == 200, content[:200]
    return content


def follow(address: str, arrived: dict[str, list[float]], lock: threading.Lock) -> None:
    """One follower, until the stream ends; notes when each text has come."""
    parts = urlsplit(address)
    stream = http.client.HTTPConnection(parts.netloc, timeout=60)
    stream.request("GET", f"{parts.path}api/share/events")
    news = stream.getresponse()
    questions = http.client.HTTPConnection(parts.netloc, timeout=60)
    while line := news.readline():
        if not line.startswith(b"data: "):
            continue
        place = json.loads(line[6:]).get("place")  # a stroke has none
        if not place:
            continue
        asked = {"model": place["model"], "text": place["text"], "values": VALUES}
        ask(questions, f"{parts.path}api/trace", asked)
        with lock:
            arrived.setdefault(place["text"], []).append(time.perf_counter())


def sentences(address: str, share: Share, times: int) -> dict[str, float]:
    """From a new sentence of the presenter's until every follower has read its trace."""
    arrived: dict[str, list[float]] = {}
    lock = threading.Lock()
    for _ in range(FOLLOWERS):
        given = (share.addresses[0], arrived, lock)
        threading.Thread(target=follow, args=given, daemon=True).start()
    while len(share.room.followers) < FOLLOWERS:
        time.sleep(0.01)
    own = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    last = []
    for i in range(times + 1):
        noun, other = NOUNS[i % len(NOUNS)], NOUNS[(i // len(NOUNS) + i + 1) % len(NOUNS)]
        text = f"because it was too tired, the {noun} did not see the {other}"
        before = time.perf_counter()
        ask(
            own, "/api/share/lead", {"place": {"model": "petit", "text": text, "view": "attention"}}
        )
        while len(arrived.get(text, [])) < FOLLOWERS:
            time.sleep(0.001)
            assert time.perf_counter() < before + 30, "not all were reached"
        last.append(1000 * (max(arrived[text]) - before))
        time.sleep(0.2)
    return summed("sentence", last[1:])  # the first one warms the model up


# Notes when the pen last moved, and when a line on the page was last begun or went on.
MOVED = "addEventListener('pointermove', () => (window.moved = now()), true)"
SEEN = """
new MutationObserver((all) => {
  const begun = ({ addedNodes }) => [...addedNodes].some(({ tagName }) => tagName === 'path');
  const line = (one) => one.attributeName === 'd' || begun(one);
  if (all.some(line)) window.seen = now();
}).observe(document, { subtree: true, childList: true, attributeFilter: ['d'] })
"""
NOW = "window.now = () => performance.timeOrigin + performance.now()"


def strokes(opened: Browser, address: str, share: Share, times: int) -> dict[str, float]:
    """From the last move of a stroke on the presenter's page until every follower's shows it."""
    last = []
    presenter = Explorer(opened, address)
    followers = [Explorer(opened, share.addresses[0].rstrip("/")) for _ in range(FOLLOWERS)]
    for one in (presenter, *followers):
        one.open()
        one.page.evaluate(NOW)
    page = presenter.page
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Draw on the page", exact=True).click()
    presenter.idle()
    page.evaluate(MOVED)
    for one in followers:
        one.page.evaluate(SEEN)
    for i in range(times + 1):
        page.mouse.move(200, 300 + 10 * i)
        page.mouse.down()
        page.mouse.move(500, 310 + 10 * i, steps=20)
        moved = page.evaluate("moved")
        page.mouse.up()
        for one in followers:
            one.page.locator("path.pen").nth(i).wait_for(state="attached")
        page.wait_for_timeout(700)  # what is under way comes
        last.append(max(one.page.evaluate("seen") for one in followers) - moved)
    for one in (presenter, *followers):
        one.context.close()
    while share.room.followers:
        time.sleep(0.01)
    return summed("stroke", last[1:])  # the first one fetches what draws


def summed(name: str, last: list[float]) -> dict[str, float]:
    """Median and slowest."""
    middle = round(statistics.median(last), 1)
    return {f"{name}, median ms": middle, f"{name}, slowest ms": round(max(last), 1)}


@contextmanager
def sharing() -> Iterator[tuple[str, Share]]:
    """A shared page's server: the presenter's address, and what is announced."""
    models = Models([gf.load()])
    server, address = prepare_shared(models, None)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    assert models.share
    yield address, models.share
    server.should_exit = True


def main() -> None:
    """Measure, and keep the figures."""
    measured: dict[str, Any] = {"followers": FOLLOWERS, "changes of each kind": CHANGES}
    with sharing() as (address, share):
        with browser(share.hosts[0].partition(":")[0]) as opened:
            measured |= strokes(opened, address, share, CHANGES)
        measured |= sentences(address, share, CHANGES)
    keep("share", {"what": "until all followers have it: a new sentence of the presenter's, traced "
                   "and read; a stroke, on their pages; all on one machine", "measured": measured,
                   "figures": FIGURES})  # fmt: skip


if __name__ == "__main__":
    main()
