"""The site of the docs: python tools/docs.py build OUT [EXPLORER.html]

Pages are woven from docs/, the source and the carried model into build/docs, and made into HTML by
Sphinx, every warning an error. OUT is replaced. It opens from disk and asks the network for
nothing. A hand-out that is given becomes explorer/index.html, and the first page leads there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

sys.path.insert(0, str(Path(__file__).parent))

from book import ROOT
from book.blocks import PageError
from book.contents import BOOK, GUIDES, PACKAGES, READERS
from book.links import DOCS, broken, settled, source_page
from book.reference import cli_page, package_page
from book.weaving import weave

TOC = "```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n"


def contents() -> str:
    """The tables of contents that the first page holds, for the side of every page."""
    others = sorted({page.stem for page in DOCS.glob("*.md")} - {"index", *GUIDES})
    parts = {
        "The book of the code": ["book/index", *(f"book/{name}" for name in BOOK)],
        "For you": [f"readers/{name}" for name in READERS],
        "Guides": [*GUIDES, *others],
        "Reference": ["reference/cli", *(f"reference/{name}" for name in PACKAGES)],
    }
    return "\n" + "\n".join(TOC.format(title, "\n".join(pages)) for title, pages in parts.items())


TO_EXPLORER = (
    '\n<p><a href="explorer/index.html">Open the explorer</a>: the carried model, in your browser.'
    "</p>\n"
)


def write_pages(pages: Path, explorer: bool = False) -> None:
    """All pages of the site as Markdown that Sphinx reads, into an empty folder.

    Raises:
        PageError: a name is unknown or a block fails.
    """
    import torch

    torch.set_num_threads(1)  # the same numbers on any machine
    outside: dict[Path, Path] = {}
    first = TO_EXPLORER * explorer + contents()
    for page in sorted(DOCS.rglob("*.md")):
        name = page.relative_to(DOCS)
        if name.parts[0] == "paper":
            continue
        text = page.read_text(encoding="utf-8")
        if name.parts[0] == "book":
            text = weave(page, text, pages / "book" / "pictures")
        text = settled(text, page, outside)
        put(pages / name, text + (first if name == Path("index.md") else ""))
    shutil.copytree(
        DOCS / "paper", pages / "paper", ignore=shutil.ignore_patterns("*.md", "*-runs")
    )
    for file, name in outside.items():
        put(pages / name, source_page(file))
    put(pages / "reference" / "cli.md", cli_page())
    for package in PACKAGES:
        put(pages / "reference" / f"{package}.md", package_page(package))


def put(file: Path, text: str) -> None:
    """Write a page."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@contextmanager
def alone(work: Path) -> Iterator[Path]:
    """An empty folder to work in; another build that is at work there is waited for."""
    work.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work.with_name(f"{work.name}.lock"))
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        print(f"another build is at work in {work}: waiting for it", file=sys.stderr, flush=True)
        held = lock.acquire()
    with held:
        shutil.rmtree(work, ignore_errors=True)
        yield work


def build(out: Path, explorer: Path | None = None) -> None:
    """Build the site into a folder, which is replaced.

    Raises:
        PageError: a page, a name, a block or a link is wrong.
    """
    with alone(ROOT / "build" / "docs") as work:
        build_in(work, out, explorer)


def build_in(work: Path, out: Path, explorer: Path | None) -> None:
    """The body of ``build``, in a folder of its own."""
    pages, site = work / "pages", work / "site"
    (pages / "_static").mkdir(parents=True)
    write_pages(pages, explorer is not None)
    shutil.copy(ROOT / "tools/book/conf.py", pages)
    shutil.copy(ROOT / "tools/book/book.css", pages / "_static")
    words = ["-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", work / "doctrees"]
    made = subprocess.run([sys.executable, *words, pages, site])
    if made.returncode:
        raise PageError("Sphinx found the mistakes above")
    if explorer:  # an empty page for the links: its own has none, and is UTF-16
        put(site / "explorer" / "index.html", "")
    if wrong := broken(site):
        raise PageError("\n".join(wrong))
    if explorer:
        shutil.copy(explorer, site / "explorer" / "index.html")
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(
        site, out, ignore=shutil.ignore_patterns(".buildinfo*", "objects.inv", "_sources")
    )


def main(words: list[str]) -> int:
    """See the top of the file."""
    if len(words) not in (2, 3) or words[0] != "build":
        print(__doc__)
        return 2
    began, out = time.monotonic(), Path(words[1])
    if out.exists() and any(out.iterdir()) and not (out / "index.html").is_file():
        print(f"{out} holds something else than a site: give an empty or new folder")
        return 2
    try:
        build(out, *map(Path, words[2:]))
    except PageError as error:
        print(error, file=sys.stderr)
        return 1
    count, seconds = len(list(out.rglob("*.html"))), time.monotonic() - began
    print(f"{out}/index.html: {count} pages, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
