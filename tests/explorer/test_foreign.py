"""Other people's models on the page: described, traced, changed, written with, looked into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from foreign_models import made
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app

KINDS = ("gpt2", "bert", "marian", "roberta labels", "vit")
TEXT = "5 17 29 3"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    models = Models()
    for kind in KINDS:
        folder = tmp_path_factory.mktemp("foreign") / kind.replace(" ", "-")
        made(kind).save_pretrained(folder)
        models.add(gf.load(folder), folder.name)
    with TestClient(create_app(models), base_url="http://127.0.0.1") as client:
        yield client


def test_all_of_them_are_described(client: TestClient) -> None:
    found = {model["name"]: model for model in client.get("/api/models").json()}
    assert set(found) == {kind.replace(" ", "-") for kind in KINDS}
    assert not any(model["untrained"] for model in found.values())
    assert found["gpt2"]["config"]["activation"] == "gelu-tanh"
    assert found["bert"]["parameters"] == sum(found["bert"]["families"].values())


def graph_of(content: bytes) -> dict[str, Any]:
    """The graph of an answer."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    found: dict[str, Any] = json.loads(header["__metadata__"]["graph"])
    return found


def entries_of(content: bytes) -> list[dict[str, Any]]:
    """What was recorded."""
    found: list[dict[str, Any]] = graph_of(content)["entries"]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_reaches_the_page_with_its_changes(client: TestClient, kind: str) -> None:
    name, side = kind.replace(" ", "-"), "decoder" if kind in ("gpt2", "marian") else "encoder"
    image = " ".join(str(7 * i % 256) for i in range(2 * 15 * 15))
    asked = {"model": name, "text": image if kind == "vit" else TEXT} | (
        {"target": "7 11"} if kind == "marian" else {}
    )
    plain = client.post("/api/trace", json=asked)
    assert plain.status_code == 200, plain.text
    paths = {entry["path"]: entry for entry in entries_of(plain.content)}
    path = f"{side}.1.self_attention.weights"
    assert paths[path]["axes"] == ["batch", "head", "query", "key"]
    checks = client.get(f"/api/checks/{graph_of(plain.content)['about']['trace']}")
    assert checks.status_code == 200, checks.text
    assert all(finding["ok"] for finding in checks.json()["findings"])
    change = {"path": path, "where": [0, None, None], "scale": 0.0}
    changed = client.post("/api/trace", json=asked | {"changes": [change]})
    assert changed.status_code == 200, changed.text
    assert any(entry["kind"] == "changed" for entry in entries_of(changed.content))


@pytest.mark.parametrize("kind", ["gpt2", "marian"])
def test_they_write(client: TestClient, kind: str) -> None:
    answer = client.post("/api/write", json={"model": kind, "text": TEXT, "how": "greedy"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", ["gpt2", "bert", "marian"])
@pytest.mark.parametrize("lens", ["vocabulary", "space", "tokens", "lowrank"])
def test_the_lenses_open(client: TestClient, kind: str, lens: str) -> None:
    side = "encoder" if kind == "bert" else "decoder"
    asked = {"text": TEXT, "path": f"{side}.1.self_attention"}
    answer = client.get(f"/api/{lens}/{kind}", params=asked)
    assert answer.status_code == 200, answer.text
