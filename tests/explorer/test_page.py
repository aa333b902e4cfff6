"""The page as the server hands it out."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from glassformer.explorer import page


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A page of two files, and what must not be had."""
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<p>a page")
    (web / "assets" / "main-abc.js").write_text("start();" * 100)
    (web / ".made-from").write_text("hidden")
    (tmp_path / "secret").write_text("outside")
    return web


@pytest.fixture
def small(built: Path) -> TestClient:
    """Asks a server of that page alone."""
    app = FastAPI()
    app.include_router(page.routes(built))
    return TestClient(app)


def test_files_come_compressed_to_who_can_read_them(small: TestClient) -> None:
    answer = small.get("/assets/main-abc.js")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 100
    assert answer.text == "start();" * 100  # the client has unpacked it
    plain = small.get("/assets/main-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(gzip.compress(answer.content))
    assert plain.headers["content-type"].startswith("text/javascript")


def test_what_has_a_hash_in_its_name_is_kept(small: TestClient) -> None:
    assert "immutable" in small.get("/assets/main-abc.js").headers["cache-control"]
    assert small.get("/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/assets/nothing.js", "/../secret", "/%2e%2e/secret", "/assets/../../secret", "/.made-from",
     "//etc/passwd", "/assets", "/index.html/"],
)  # fmt: skip
def test_nothing_else_is_there(small: TestClient, path: str) -> None:
    assert small.get(path).status_code == 404


def test_a_missing_page_is_said(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(page.routes(tmp_path / "none"))
    answer = TestClient(app).get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.json()["error"]


def test_the_real_page_runs_its_own_code_alone(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script" not in policy  # so that only 'self' holds: no inline script, no eval
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)
