"""A module of anybody's in the explorer: its graph, its values, its lines, its findings."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from safetensors.torch import load
from starlette.testclient import TestClient
from torch import Tensor, nn

import glassformer as gf
from glassformer.errors import ConfigError, RecordingError
from glassformer.explorer.serve import gathered
from glassformer.explorer.server import create_app
from glassformer.loaded.own import OwnModule

IDS = torch.tensor([[3, 5, 7, 2, 11], [2, 3, 5, 11, 7]])


class Looker(nn.Module):
    """Attention written by hand; with a leak where no mask is."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.embed = nn.Embedding(13, 6)
        self.query, self.key = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embed(ids)
        scores = self.query(x) @ self.key(x).transpose(1, 2)
        return scores.unsqueeze(1).softmax(-1) @ x.unsqueeze(1)


def own_client(*given: Any, **options: Any) -> TestClient:
    return TestClient(create_app(gathered(given, **options)), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    axes = {"softmax": "weights: batch head query key"}
    asked = {"causal": True}
    with own_client(Looker().eval(), IDS, axes=axes, asked=asked) as client:
        yield client


def traced(client: TestClient, *values: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    name = client.get("/api/models").json()[0]["name"]
    asked = {"model": name, "text": name, "values": list(values)}
    answer = client.post("/api/trace", json=asked)
    assert answer.status_code == 200, answer.text
    length = int.from_bytes(answer.content[:8], "little")
    graph = json.loads(json.loads(answer.content[8 : 8 + length])["__metadata__"]["graph"])
    return graph, load(answer.content)


def test_the_page_is_told_what_it_is(client: TestClient) -> None:
    (told,) = client.get("/api/models").json()
    assert (told["name"], told["family"], told["parameters"]) == ("Looker", "module", 162)


def test_its_values_have_its_own_names_and_the_axes_that_it_was_given(client: TestClient) -> None:
    graph, values = traced(client, "weights", "query.linear")
    entries = {entry["path"]: entry for entry in graph["entries"]}
    assert entries["weights"]["axes"] == ["batch", "head", "query", "key"]
    assert entries["query.linear"]["axes"] == [] and "embed.weight" in entries
    assert [token["piece"] for token in graph["about"]["source"]] == ["3", "5", "7", "2", "11"]
    model = Looker().eval()
    x = model.embed(IDS)
    scores = model.query(x) @ model.key(x).transpose(1, 2)
    assert torch.allclose(values["weights"][:, 0], scores.softmax(-1), atol=1e-6)


def test_the_line_is_the_users_own(client: TestClient) -> None:
    graph, _ = traced(client)
    number = next(i for i, e in enumerate(graph["entries"]) if e["path"] == "query.linear")
    told = client.get(f"/api/code/{graph['about']['trace']}/{number}").json()
    assert told["file"] == "test_own.py"
    assert "self.query(x) @ self.key(x)" in told["lines"][told["line"] - told["first"]]


def test_the_page_shows_what_check_finds(client: TestClient) -> None:
    graph, _ = traced(client)
    shown = client.get(f"/api/checks/{graph['about']['trace']}").json()["findings"]
    found = gf.check(Looker().eval(), IDS, causal=True)
    assert [one["sentence"] for one in shown] == [one.sentence for one in found.findings]
    assert [one["check"] for one in shown if not one["ok"]] == ["causality"]


def test_what_needs_words_is_refused_in_a_sentence(client: TestClient) -> None:
    graph, _ = traced(client)
    for address in ("vocabulary/Looker", f"push/{graph['about']['trace']}/0"):
        answer = client.get(f"/api/{address}")
        assert answer.status_code in (404, 422) and answer.json(), address
    changed = {"model": "Looker", "text": "", "changes": [{"path": "weights", "scale": 0}]}
    answer = client.post("/api/trace", json=changed)
    assert answer.status_code == 422 and "nothing is changed" in answer.text


def test_torchs_own_is_drawn_with_its_attention() -> None:
    torch.manual_seed(0)
    model = nn.Transformer(6, 2, 1, 1, 7, batch_first=True).eval()
    inputs = {"src": torch.randn(3, 5, 6), "tgt": torch.randn(3, 4, 6)}
    with own_client(model, inputs) as client:
        path = "decoder.layers.0.multihead_attn.weights"
        graph, values = traced(client, path)
        assert values[path].shape == (3, 2, 4, 5)
        assert (len(graph["about"]["source"]), len(graph["about"]["target"])) == (5, 4)
        entry = next(i for i, one in enumerate(graph["entries"]) if one["path"] == path)
        code = client.get(f"/api/code/{graph['about']['trace']}/{entry}").json()
        assert code["file"] == "torch/nn/modules/transformer.py" and code["lines"]
        query = urllib.parse.urlencode({"path": "encoder.norm.layer_norm"})
        assert client.get(f"/api/values/{graph['about']['trace']}?{query}").status_code == 200


def test_tokenizers_say_what_ids_are() -> None:
    own = OwnModule(Looker().eval(), IDS, pieces=lambda ids: [f"w{i}" for i in ids])
    assert [token["piece"] for token in own.trace().about["source"]] == [
        "w3", "w5", "w7", "w2", "w11",
    ]  # fmt: skip


class Writes(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = torch.zeros(2, 5)
        y[:, :2] = 1
        return x + y


@pytest.mark.parametrize(
    ("given", "options", "error", "says"),
    [
        ((Looker(),), {}, ConfigError, "a module with its inputs: explore"),
        ((Looker(), IDS, IDS), {}, ConfigError, "several inputs as one tuple"),
        ((Looker(), {"id": IDS}), {}, ConfigError, "cannot be called with these inputs"),
        ((Looker(), IDS), {"axes": {"sofmax": "a b c d"}}, ConfigError, "Did you mean 'softmax'"),
        ((Looker(), IDS), {"axes": {"softmax": "a b"}}, ConfigError, "name 2"),
        ((Looker(), IDS), {"tokenizers": 3}, ConfigError, "int has neither"),
        ((Writes(), torch.ones(2, 5)), {}, RecordingError, "writes into a part"),
    ],
)
def test_what_does_not_fit_is_said(
    given: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        gathered(given, **options)
