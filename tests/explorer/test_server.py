"""The server as a page, or somebody else's page, meets it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app
from glassformer.loaded import wrap

SENTENCE = "the girl sleeps"


def test_models_are_listed(client: TestClient, tiny_model: gf.LoadedModel) -> None:
    (model,) = client.get("/api/models").json()
    assert model["name"] == "tiny"
    assert model["family"] == "encoder-decoder"
    assert model["parameters"] == sum(model["families"].values())
    assert model["parameters"] == tiny_model.config.parameter_count()


def test_models_of_one_name_get_numbers(tiny_model: gf.LoadedModel) -> None:
    models = Models([tiny_model, tiny_model])
    assert models.add(tiny_model) == "tiny 3"
    assert list(models) == ["tiny", "tiny 2", "tiny 3"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"])
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/api/models", headers={"Host": host}).status_code == 400


def test_an_unknown_model_names_the_nearest(client: TestClient) -> None:
    answer = client.post("/api/trace", json={"model": "tinny", "text": SENTENCE})
    assert answer.status_code == 404
    assert "Did you mean 'tiny'" in answer.json()["error"]


def test_what_is_not_there_is_said(client: TestClient) -> None:
    for address in ("/api/nothing", "/api/values/0?path=hidden", "/api/code/0/0"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert answer.json()["error"], address


def test_models_of_no_run_are_shown_too() -> None:
    sizes = {"source_vocabulary": 997, "target_vocabulary": 997, "d_model": 22, "n_heads": 2}
    models = Models()
    for family in ("encoder-decoder", "decoder-only", "encoder-only"):
        models.add(wrap(gf.build(gf.ModelConfig(family=family, n_layers=1, **sizes))))  # type: ignore[arg-type]
    with TestClient(create_app(models), base_url="http://127.0.0.1") as client:
        for model in client.get("/api/models").json():
            assert model["untrained"] and model["snapshots"] == []
            asked = {"model": model["name"], "text": SENTENCE, "values": ["probabilities"]}
            answer = client.post("/api/trace", json=asked)
            assert answer.status_code == 200, answer.text
            about = graph_of(answer.content)["about"]
            assert about["family"] == model["family"] and about["untrained"]


def graph_of(content: bytes) -> dict[str, Any]:
    """The graph in an answer."""
    length = int.from_bytes(content[:8], "little")
    found: dict[str, Any] = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["graph"])
    return found
