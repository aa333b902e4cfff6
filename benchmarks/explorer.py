"""How quick the page is, in a real browser on this machine: python benchmarks/explorer.py

Each measure is a function of a browser and a server's address, which tests/browser/test_figures.py
runs with fewer repetitions against three times the figure. Times are from the browser's own clock,
and end when the frame that shows the answer has been painted.
"""

from __future__ import annotations

import statistics
import sys
import time
import timeit
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.loaded import LoadedModel, wrap
from glassformer.tap import tap

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))
from common import keep
from playwright.sync_api import Browser, Request
from rig import VIEWS, Explorer, browser, serving

FIGURES = {
    "first picture, ms": 800,
    "interactive, ms": 1500,
    "page and every view, bytes in gzip": 400_000,
    "key press to attention at 32 tokens, median ms": 100,
    "key press to attention at 32 tokens, 95th percentile ms": 250,
    "head switch, ms": 50,
    "layer switch, ms": 50,
    "64 tokens, median ms a frame": 1000 / 60,
    "512 tokens, slowest view ms": 1000,
    "a tap that nobody sees, µs": 0.3,
    "graph breaks and operators of taps when compiled": 0,
}
SENTENCE = "because it was too wide, the animal did not cross the street"
LONGER = (  # 32 tokens for the model that is shipped
    "the animal did not cross the street because it was too wide, and the dog did not follow the "
    "boys because it was too tired to cross the big river"
)
# Resolves when all that was asked for is there, and a frame of it has been painted.
PAINTED = """
() => new Promise((done) => {
  const look = () => requestAnimationFrame(() => {
    if (window.underWay) return look();
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  look();
})
"""
# Notes when the first word of an answer, and then all else, was painted, in ms from the start.
WATCH = f"""
window.opened = new Promise((done) => {{
  const look = () => {{
    if (!document.querySelector('[data-side=target]')) return requestAnimationFrame(look);
    requestAnimationFrame(async () => {{
      const first = performance.now();
      await ({PAINTED})();
      done([first, performance.now()]);
    }});
  }};
  look();
}});
"""
CLICKED = f"""
async (one) => {{
  const before = performance.now();
  one.click();
  await ({PAINTED})();
  return performance.now() - before;
}}
"""
# Ends when another recording than before is on the page, in the frame that shows its attention.
TYPED = """
() => {
  window.typed = new Promise((done) => addEventListener('keydown', (event) => {
    const seen = new MutationObserver(() => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    }));
    seen.observe(document.querySelector('main'), { attributeFilter: ['data-recording'] });
  }, { capture: true, once: true }));
}
"""
MOVE = """
(view) => {
  const here = new URLSearchParams(location.hash.slice(1));
  here.set('view', view);
  location.hash = here;
}
"""
SELECT = """
(cell) => {
  const here = new URLSearchParams(location.hash.slice(1));
  here.set('cell', cell);
  location.hash = here;
}
"""
# What stands after the line that says where one is, is the view.
OPENED = f"""
async (view) => {{
  const before = performance.now();
  ({MOVE})(view);
  while (!document.querySelector('main nav ~ *')) await new Promise(requestAnimationFrame);
  await ({PAINTED})();
  return performance.now() - before;
}}
"""
FRAMES = """
() => {
  window.frames_ = [];
  let last = performance.now();
  const look = (now) => {
    window.frames_.push(now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def opening(browser: Browser, address: str, repetitions: int) -> dict[str, float]:
    """A fresh visitor's first picture, and when all answers; medians in ms since the navigation."""
    firsts, alls = [], []
    for _ in range(repetitions):
        tab = Explorer(browser, address)
        tab.context.add_init_script(WATCH)
        tab.page.goto(address)
        first, all_ = tab.page.evaluate("window.opened")
        firsts.append(first)
        alls.append(all_)
        tab.close()
    return {
        "first picture, ms": statistics.median(firsts),
        "interactive, ms": statistics.median(alls),
    }


def weight(browser: Browser, address: str) -> dict[str, float]:
    """Bytes on the wire for the page, every view and an explained number; what the model computed
    is counted apart."""
    tab = Explorer(browser, address)
    requests: list[Request] = []
    tab.context.on("requestfinished", lambda request: requests.append(request))
    tab.open()
    for view in VIEWS:
        tab.page.evaluate(OPENED, view)
    tab.page.evaluate(SELECT, "probabilities:7")
    tab.page.locator(".katex").first.wait_for()  # the formulas' typesetter and fonts
    tab.idle()
    page = computed = 0
    for request in requests:
        sizes = request.sizes()
        size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        if "/api/" in request.url:
            computed += size
        else:
            page += size
    tab.close()
    return {
        "page and every view, bytes in gzip": page,
        "answers of the program on the way, bytes": computed,
    }


def typing(browser: Browser, address: str, text: str, repetitions: int) -> dict[str, float]:
    """From a key press to the attention of the new text, in ms."""
    tab = Explorer(browser, address)
    tab.open(model="petit", text=text, view="attention")
    tab.page.get_by_role("button", name="type a sentence").click()
    box = tab.page.get_by_role("combobox", name="type a sentence")
    box.press("End")
    tab.idle()
    times = []
    for i in range(repetitions):
        tab.page.evaluate(TYPED)
        box.press("Backspace" if i % 2 else "s")
        times.append(tab.page.evaluate("window.typed"))
        tab.idle()
    tab.close()
    name = "key press to attention at 32 tokens"
    return {
        f"{name}, median ms": statistics.median(times),
        f"{name}, 95th percentile ms": statistics.quantiles(times, n=20)[-1],
    }


def switching(browser: Browser, address: str, text: str) -> dict[str, float]:
    """From a click on another head, and on another layer, to its picture; the median in ms."""
    found = {}
    for what in ("head", "layer"):
        tab = Explorer(browser, address)
        tab.open(model="petit", text=text, view="attention")
        choices = tab.page.get_by_role("group", name=what, exact=True)
        times = []
        for i in range(2 * 5):
            button = choices.get_by_role("button", name=str(1 + i % 2), exact=True)
            times.append(button.evaluate(CLICKED))
        found[f"{what} switch, ms"] = statistics.median(times)
        tab.close()
    return found


def smoothness(browser: Browser, address: str, text: str, seconds: float) -> dict[str, float]:
    """Milliseconds a frame while the pointer wanders over 64 tokens, and the page is scrolled."""
    tab = Explorer(browser, address)
    tab.open(model="reader", text=text, view="attention")
    box = tab.page.locator("canvas:visible").first.bounding_box()
    assert box, "nothing is drawn"
    tab.page.evaluate(FRAMES)
    until, i = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        i += 1
        tab.page.mouse.move(box["x"] + i * 7 % box["width"], box["y"] + i * 3 % box["height"])
        if i % 10 == 0:
            tab.page.mouse.wheel(0, 60 if i % 40 < 20 else -60)
    frames = sorted(tab.page.evaluate("window.frames_")[5:])
    tab.close()
    return {
        "64 tokens, median ms a frame": statistics.median(frames),
        "64 tokens, 95th percentile ms a frame": frames[int(0.95 * len(frames))],
    }


def length(browser: Browser, address: str, text: str, views: Sequence[str]) -> dict[str, float]:
    """Opening each view on 512 tokens, in ms; the slowest, and each."""
    tab = Explorer(browser, address)
    tab.open(model="reader", text=text)
    times = {}
    for view in views:
        tab.page.evaluate(MOVE, "")
        tab.idle()
        times[view] = tab.page.evaluate(OPENED, view)
    tab.close()
    return {"512 tokens, slowest view ms": max(times.values())} | {
        f"512 tokens, {view}, ms": ms for view, ms in times.items()
    }


def taps() -> dict[str, float]:
    """The cost of a tap that nobody sees, in eager mode and in compiled code."""
    config = gf.ModelConfig(
        family="decoder-only", source_vocabulary=307, target_vocabulary=307, n_layers=1,
        d_model=28, d_ff=44, n_heads=4,
    )  # fmt: skip
    model, value, count = gf.build(config).eval(), torch.zeros(3), 200_000
    plain = min(timeit.repeat(lambda: value, number=count, repeat=5))
    tapped = min(timeit.repeat(lambda: tap(model, "x", "y", value), number=count, repeat=5))
    found = torch._dynamo.explain(lambda x: tap(model, "x", "y", x) + 1)(value)
    whole = torch._dynamo.explain(model)(torch.tensor([[1, 2, 3]]))
    return {
        "a tap that nobody sees, µs": (tapped - plain) / count * 1e6,
        "graph breaks and operators of taps when compiled": found.op_count
        - 1
        + found.graph_break_count
        + whole.graph_break_count,
    }


def of_length(model: LoadedModel, tokens: int) -> str:
    """A text of about this many tokens: the opening sentence again and again."""
    words, encode = SENTENCE.split(), model.tokenizers.source.encode
    text = " ".join(words[i % len(words)] for i in range(tokens))
    while len(encode(text)) > tokens - 1:  # one is the end
        text = text.rpartition(" ")[0]
    return text


def shown() -> Models:
    """The model that the package carries, and a small untrained one for longer texts."""
    vocabulary = 997
    config = gf.ModelConfig(
        family="encoder-only", source_vocabulary=vocabulary, target_vocabulary=vocabulary,
        d_model=28, d_ff=44, n_heads=4, n_layers=2,
    )  # fmt: skip
    models = Models([gf.load()])
    models.add(wrap(gf.build(config)), "reader")
    return models


def main() -> None:
    """Measure all, beside the figures."""
    models = shown()
    with serving(models) as address, browser() as opened:
        reader = models["reader"]
        measured: dict[str, Any] = opening(opened, address, 9)
        measured |= weight(opened, address)
        measured |= typing(opened, address, LONGER, 100)
        measured |= switching(opened, address, SENTENCE)
        measured |= smoothness(opened, address, of_length(reader, 64), 5)
        measured |= length(opened, address, of_length(reader, 512), VIEWS)
    measured |= taps()
    for name, value in measured.items():
        figure = FIGURES.get(name)
        print(f"{name:<60} {value:>10.2f}   {'' if figure is None else f'{figure:>10.2f}'}")
    rounded = {name: round(value, 2) for name, value in measured.items()}
    keep(
        "explorer",
        {"what": "the page, in Chromium on localhost", "measured": rounded, "figures": FIGURES},
    )


if __name__ == "__main__":
    main()
