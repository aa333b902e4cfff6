"""A real browser that looks at a real server, and what one can ask of the page that it shows.

Debian's Chromium, driven by Playwright; nothing is fetched. The browser resolves no host, so that
whatever the page asks of another fails, and is noted.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from safetensors.torch import load
from torch import Tensor

from glassformer.explorer.models import Models
from glassformer.explorer.serve import prepare
from glassformer.inspection.tape import Tape

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
INDEX = (ROOT / "web" / "src" / "views" / "index.ts").read_text(encoding="utf-8")
VIEWS = re.findall(r"\bid: '([\w-]+)'", INDEX)
WIDTHS = {360: 780, 1280: 800, 1920: 1080}  # and the heights that go with them
PATIENCE = 20_000  # ms, for a machine that is busy
expect.set_options(timeout=PATIENCE)

# Counts the page's requests that are under way, up to the reading of the answer.
COUNTING = """
window.underWay = 0;
const counted = (f) => async function (...given) {
  window.underWay++;
  try {
    return await f.apply(this, given);
  } finally {
    setTimeout(() => window.underWay--);
  }
};
window.fetch = counted(window.fetch);
for (const name of ['json', 'arrayBuffer', 'text']) {
  Response.prototype[name] = counted(Response.prototype[name]);
}
"""
# Resolves when nothing is under way and nothing moves, over three frames.
IDLE = """
() => new Promise((done) => {
  let still = 0;
  const look = () => {
    const moving = document.getAnimations().some(
      (one) => one.playState === 'running' && one.effect.getComputedTiming().endTime <= 1000);
    still = window.underWay || moving || document.fonts.status === 'loading' ? 0 : still + 1;
    if (still > 3) done(); else requestAnimationFrame(look);
  };
  look();
})
"""


def chromium() -> str | None:
    """Where this machine's Chromium is; None if it has none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser(host: str = "127.0.0.1") -> Iterator[Browser]:
    """This machine's Chromium, without a window and without a network but for this ``host``."""
    known = f"EXCLUDE 127.0.0.1, EXCLUDE {host}"
    flags = [f"--host-resolver-rules=MAP * ~NOTFOUND, {known}", "--hide-scrollbars"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield opened
        opened.close()


@contextmanager
def serving(models: Models) -> Iterator[str]:
    """A server of these models in a thread of its own; its address."""
    server, address = prepare(models, None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until and thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield address
    server.should_exit = True
    thread.join(10)


class Explorer:
    """The page in one tab, and what went wrong in it.

    ``problems`` grows by every error on the console, every exception and every request to another
    host; ``requests`` are the addresses that were asked for, of this host.
    """

    def __init__(self, browser: Browser, address: str, **options: Any):
        self.address = address
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._ended = 0  # how many scripts and styles have come, or failed
        self._coming: set[Request] = set()
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(COUNTING)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self._noted(said.type == "error", said.text))
        self.page.on("pageerror", lambda error: self._noted(True, str(error)))
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._came)
        self.context.on("requestfailed", self._came)

    def _noted(self, bad: bool, what: str) -> None:
        if bad:
            self.problems.append(what)

    def _asked(self, request: Request) -> None:
        here = urlsplit(request.url)
        if here.scheme in ("data", "blob"):
            return
        other = here.netloc != urlsplit(self.address).netloc
        self._noted(other, f"asked another host: {request.url}")
        self.requests.append(request.url)
        if request.resource_type in ("script", "stylesheet"):
            self._coming.add(request)

    def _came(self, request: Request) -> None:
        if request in self._coming:
            self._coming.remove(request)
            self._ended += 1

    def open(self, **place: object) -> None:
        """Go to the page at this place (view="network", open="encoder.0", …), and wait for it."""
        self.page.goto("about:blank")  # so that another hash is another page
        self.page.goto(f"{self.address}/#{urlencode(place)}" if place else self.address)
        self.page.locator("[data-side]:visible").first.wait_for()
        self.idle()

    def idle(self) -> None:
        """Wait until nothing is asked, nothing moves, and no part of the program is on its way: an
        ``import()`` is no request that the page could count itself."""
        ended, until = -1, time.monotonic() + 3 * PATIENCE / 1000
        while self._coming or self._ended != ended:
            assert time.monotonic() < until, f"never came: {[one.url for one in self._coming]}"
            ended = self._ended
            self.page.evaluate(IDLE)

    def words(self, side: str) -> list[str]:
        """The words of the sentence ("source") or of its translation ("target")."""
        found = self.page.locator(f"[data-side={side}]").all_inner_texts()
        return [word.strip().split("\n")[0].rstrip(" ▾") for word in found if word.strip()]

    def shown(self) -> list[tuple[str, str, int, float]]:
        """Every number that says of which cell it is: the trace that it is of ("": the sentence's),
        path, flat place, value."""
        found = self.page.eval_on_selector_all(
            "[data-path][data-value][data-flat]",
            """(all) => all.map((one) => [
                one.closest('[data-trace]')?.dataset.trace ?? '', one.dataset.path,
                Number(one.dataset.flat), one.dataset.value,
            ])""",
        )
        return [(trace, path, flat, float(value)) for trace, path, flat, value in found]

    def untrue(self, tape: Tape) -> list[str]:
        """Numbers on the page that are not those of the cells that they say they are of: in the
        sentence's trace, which is ``tape``, or in another that the server keeps."""
        wrong = []
        for trace, path, flat, shown in self.shown():
            value = (self.kept(trace, path) if trace else tape[path]).flatten()[flat].item()
            if shown != value and not abs(shown - value) <= 1e-6 + 1e-5 * abs(value):
                wrong.append(f"{path}[{flat}] is {value}, and {shown} is shown")
        return wrong

    def kept(self, trace: str, path: str) -> Tensor:
        """A value of a trace that the server keeps."""
        url = f"{self.address}/api/values/{trace}?{urlencode({'path': path})}"
        return load(self.context.request.get(url).body())[path]

    def overflow(self) -> list[str]:
        """What makes the page wider than its window; nothing where it is not."""
        found: list[str] = self.page.evaluate("""() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return [];
            const kept = (one) => one && one !== document.body && (
                getComputedStyle(one).overflowX !== 'visible' || kept(
                    getComputedStyle(one).position === 'absolute' ? one.offsetParent
                        : one.parentElement));
            const beyond = [...document.querySelectorAll('body *')].filter((one) =>
                one.getBoundingClientRect().right > wide + 0.5 && !kept(one));
            return beyond.length ? beyond.map((one) => one.outerHTML.slice(0, 100)) : ['something'];
        }""")
        return found

    def text_sizes(self) -> dict[float, str]:
        """The sizes of the text that one sees, in px, each with an example."""
        found: dict[str, str] = self.page.evaluate("""() => {
            const sizes = {};
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const text = texts.currentNode.data.trim(), home = texts.currentNode.parentElement;
                if (text && home.checkVisibility() && !home.closest('.katex')) {
                    sizes[parseFloat(getComputedStyle(home).fontSize)] ??= text.slice(0, 60);
                }
            }
            return sizes;
        }""")
        return {float(size): text for size, text in found.items()}

    def small_targets(self, least: int = 44) -> list[str]:
        """Buttons and links in view that are smaller than a finger; in a sentence they may be as
        narrow as their word."""
        found: list[str] = self.page.eval_on_selector_all(
            "button, a[href], select, input, summary:not(.hidden)",
            """(all, least) => {
                const told = (one) => {
                    const rest = one.closest('p, .whole')?.cloneNode(true);
                    rest?.querySelectorAll('button, a').forEach((other) => other.remove());
                    return /[\\p{L}\\p{P}]/u.test(rest?.textContent ?? '');
                };
                const room = (one) => [one, one.closest('label')].map((each) =>
                    each?.getBoundingClientRect()).reduce((a, b) => (b?.height > a.height ? b : a));
                return all.filter((one) => one.checkVisibility()).map((one) => [
                one, room(one)]).filter(([one, box]) => box.width && (
                box.height < least || box.width < (told(one) ? 24 : least))).map(([one, box]) =>
                `${one.outerHTML.slice(0, 80)} ${Math.round(box.width)}×${Math.round(box.height)}`);
            }""",
            least,
        )
        return found

    def findings(self) -> list[str]:
        """What axe finds serious or critical."""
        self.idle()
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = self.page.evaluate(
            "async () => (await axe.run({ resultTypes: ['violations'] })).violations"
        )
        return [
            f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for one in violations
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def shot(self, path: Path, whole: bool = True) -> None:
        """A picture of the page as it is now."""
        self.page.screenshot(path=path, full_page=whole)

    def close(self) -> None:
        """Close the tab."""
        self.context.close()
