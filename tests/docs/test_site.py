"""The site of the docs: built strictly; every link leads somewhere, every snippet runs or says why
not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from book.blocks import RUN, SHOWN, Block, PageError, blocks_of
from book.contents import BOOK
from book.links import broken, broken_in_markdown
from book.reference import package_page
from book.running import new_names, run_python, run_shell
from book.weaving import weave

from docs import alone
from glassformer.data import petit

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(page for page in DOCS.rglob("*.md") if page.parent.name != "paper"),
]
# The book's own blocks run when it is built.
RUNNING = [page for page in PAGES if page.parent.name != "book"]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def wanted(page: Path) -> list[Block]:
    blocks = blocks_of(page, page.read_text(encoding="utf-8"))
    return [one for one in blocks if one.reason is None and one.language in ("python", "sh")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    words = [sys.executable, ROOT / "tools" / "docs.py", "build", out]
    made = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    return out


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the pages suppose it: two sides of a corpus, lines to translate."""
    folder = tmp_path_factory.mktemp("reader")
    for name, size in (("train", 300), ("dev", 7)):
        sentences = list(petit.split("train" if name == "train" else "new", seed=1, size=size))
        for end, lines in (("en", [s.english for s in sentences]),
                           ("fr", [s.french for s in sentences])):  # fmt: skip
            (folder / f"{name}.{end}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "in.txt").write_text("the girl sleeps\n", encoding="utf-8")
    return folder


def test_the_site_is_whole(site: Path) -> None:
    assert broken(site) == []
    for chapter in BOOK:
        text = (site / "book" / f"{chapter}.html").read_text(encoding="utf-8")
        for part in ("src/glassformer/", "<math", "<figure", "output"):
            assert part in text, (chapter, part)
    assert "attend_by_steps" in (site / "reference" / "numerics.html").read_text("utf-8")
    assert "--temperature" in (site / "reference" / "cli.html").read_text("utf-8")


def test_the_reference_says_how_a_name_is_used() -> None:
    page = package_page("loaded")
    assert "LoadedModel.config: ModelConfig\n" in page
    assert "LoadedModel.at(step: int) -> Self\n" in page


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html">1</a><a href="a.html#no">2</a><a href="#yes" id="yes">3</a>'
        '<script src="https://example.org/x.js"></script>'
    )
    assert len(broken(tmp_path)) == 3


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_the_repository_lead_somewhere(page: Path) -> None:
    assert broken_in_markdown(page) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_runs_or_says_why_not(page: Path) -> None:
    for block in blocks_of(page, page.read_text(encoding="utf-8")):
        assert block.language in (*RUN, *SHOWN), f"{page}:{block.line}: of what language?"
        assert block.reason is None or len(block.reason) > 8, f"{page}:{block.line}: why not?"


@pytest.mark.parametrize("page", [page for page in RUNNING if wanted(page)], ids=name_of)
def test_snippets_run_in_order(page: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scratch)
    names: dict[str, Any] = new_names(page)
    for block in wanted(page):
        if block.language == "sh":
            run_shell(block)
        else:
            run_python(block, names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "x\n```code numerics/masks.py causal_maks\n```\n",
            "page.md:2: numerics/masks.py has no 'causal_maks'. Did you mean",
        ),
        ("```code numerics/nothing.py x\n```\n", "page.md:1: there is no file"),
        ("\n\n```python\nlen(5)\n```\n", "page.md:3: TypeError"),
        ("```figure nothing\n5\n```\n", "page.md:1: the last line of a figure"),
    ],
)
def test_what_is_wrong_in_a_chapter_is_named_with_its_line(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(PageError, match="page.md:") as error:
        weave(tmp_path / "page.md", text, tmp_path / "pictures")
    assert said in str(error.value)


def test_blocks_are_found_in_lists_too() -> None:
    text = "1. so\n\n   <!-- not run: it waits -->\n   ```sh\n   a\n   ```\n```sh\nb\n```\n"
    found = blocks_of(Path("page.md"), text)
    assert [(one.body, one.reason) for one in found] == [("a\n", "it waits"), ("b\n", None)]


def test_a_chapter_is_cut_run_and_set(tmp_path: Path) -> None:
    text = "$d_k$ and `$x$`\n```code numerics/masks.py padding_mask\n```\n```python\n2 + 3\n```\n"
    made = weave(tmp_path / "page.md", text, tmp_path / "pictures")
    assert "<msub>" in made and "`$x$`" in made
    assert "return (tokens != pad)[:, None, None, :]" in made and "\n5\n" in made


WAITS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from docs import alone
with alone(Path(sys.argv[2])) as work:
    print(sorted(work.parent.glob("docs/*")))
"""


def test_a_second_build_says_that_it_waits_and_then_goes_on(tmp_path: Path) -> None:
    work = tmp_path / "build" / "docs"
    with alone(work) as place:
        place.mkdir()
        (place / "page.md").touch()
        words = [sys.executable, "-c", WAITS, str(ROOT / "tools"), str(work)]
        second = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert second.stderr
        assert second.stderr.readline() == f"another build is at work in {work}: waiting for it\n"
        assert (place / "page.md").exists()
    out, _ = second.communicate(timeout=60)
    assert (second.returncode, out) == (0, "[]\n")
