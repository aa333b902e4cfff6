"""How a model writes: what the server tells is what the package does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer import writing
from glassformer.explorer.models import Models
from glassformer.inspection.patch import observe

TEXT = "the dog did not cross the street because it was too tired"


@pytest.fixture(scope="session")
def petit(families: Models) -> gf.LoadedModel:
    return families["petit"]


def write(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/write", json={"model": "petit", "text": TEXT, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    "asked",
    [
        {"how": "greedy"},
        {"how": "sample", "temperature": 1.7, "seed": 5},
        {"how": "sample", "temperature": 0.6, "top_k": 7, "top_p": 0.9},
    ],
)
def test_the_mass_of_each_step_is_one(every: TestClient, asked: dict[str, Any]) -> None:
    steps = write(every, **asked)["steps"]
    assert len(steps) > 3
    for step in steps:
        for which in ("plain", "probability"):
            mass = sum(option[which] for option in step["options"]) + step["rest"][which]
            assert mass == pytest.approx(1, abs=1e-6)
        (taken,) = [o for o in step["options"] if o["id"] == step["token"]["id"]]
        assert taken["kept"]
        assert taken["probability"] == step["probability"]
        assert taken["piece"] == step["token"]["piece"]
        assert 20 <= len(step["options"]) <= 21


def test_greedy_is_the_packages_translation(every: TestClient, petit: gf.LoadedModel) -> None:
    found = write(every, how="greedy")
    assert found["output"] == petit.translate(TEXT, beam=1)
    tape = petit.trace(TEXT)
    probabilities = tape["probabilities"][0]
    assert len(found["steps"]) == len(probabilities)
    for step, row in zip(found["steps"], probabilities, strict=True):
        for option in step["options"]:
            assert option["plain"] == pytest.approx(row[option["id"]].item(), rel=1e-3, abs=1e-6)


def test_the_cache_is_as_large_as_the_formula_says(
    every: TestClient, petit: gf.LoadedModel
) -> None:
    config = petit.config
    layers, heads = config.n_layers, config.n_heads
    width = config.key_width + config.value_width
    source = len(petit.tokenizers.source.encode(TEXT)) + 1
    for number, step in enumerate(write(every)["steps"], start=1):
        assert step["cache"] == {
            "tokens": number,
            "numbers": layers * heads * width * number,
            "source": layers * heads * width * source,
        }


def test_the_same_seed_writes_the_same(every: TestClient) -> None:
    asked = {"how": "sample", "temperature": 3.0}
    outputs = [write(every, seed=seed, **asked)["output"] for seed in (1, 1, 2, 3)]
    assert outputs[0] == outputs[1]
    assert len({*outputs}) == 3


@pytest.mark.parametrize(("beam", "alpha"), [(None, None), (3, 0.0), (1, 1.0)])
def test_the_best_of_the_tree_is_the_packages(
    every: TestClient, petit: gf.LoadedModel, beam: int | None, alpha: float | None
) -> None:
    found = write(every, how="beam", beam=beam, alpha=alpha)
    (expected,) = petit.translations([TEXT], beam=beam, alpha=alpha, n_best=1)[0]
    if beam == 1:  # the package is greedy there, and the search is not
        assert found["nodes"][found["best"]]["score"] >= expected.score - 1e-6
        return
    best = found["nodes"][found["best"]]
    assert found["output"] == expected.text
    assert best["score"] == pytest.approx(expected.score, rel=1e-6)
    assert best["state"] == ("finished" if expected.finished else "alive")
    assert {node["state"] for node in found["nodes"]} >= {"alive", "pruned"}
    assert all(node["total"] == pytest.approx(node["score"] * node["penalty"])
               for node in found["nodes"])  # fmt: skip


def test_a_pruned_branch_can_be_followed(every: TestClient) -> None:
    nodes = write(every, how="beam", beam=2)["nodes"]
    node = next(n for n in nodes if n["state"] == "pruned" and n["step"] == 2)
    prefix = [nodes[node["parent"]]["token"]["id"], node["token"]["id"]]
    found = write(every, prefix=prefix)
    assert [step["token"]["id"] for step in found["steps"][:2]] == prefix
    assert len(found["steps"]) > 2
    again = write(every, how="beam", beam=2, prefix=prefix)
    assert again["nodes"][1]["total"] == pytest.approx(node["total"], abs=1e-4)


def test_changes_act_as_in_a_trace(every: TestClient, petit: gf.LoadedModel) -> None:
    changes = [
        {"path": "decoder.0.feedforward.output", "where": [2, None], "scale": -3.0},
        {"path": "decoder.1.cross_attention.weights", "where": [0, None, None], "scale": 0},
    ]
    found = write(every, changes=changes)
    plain = write(every)

    def patch(path: str, axes: str, value: torch.Tensor) -> torch.Tensor:
        value = value.clone()
        if path == "decoder.0.feedforward.output" and value.size(1) > 2:
            value[:, 2] *= -3
        if path == "decoder.1.cross_attention.weights":
            value[:, 0] = 0
        return value

    target = petit.tokenizers.target
    source = torch.tensor([[*petit.tokenizers.source.encode(TEXT), target.eos_id]])
    ids = [step["token"]["id"] for step in found["steps"]]
    with torch.inference_mode(), observe(petit.model, patch):
        hidden = petit.model(source, torch.tensor([[target.bos_id, *ids[:-1]]]))
        rows = petit.model.logits(hidden)[0]
    for step, row in zip(found["steps"], rows, strict=True):
        for option in step["options"]:
            assert option["logit"] == pytest.approx(row[option["id"]].item(), abs=1e-4)
    assert all(step["cache"] is None for step in found["steps"])
    assert found["steps"][0]["options"][0]["logit"] != plain["steps"][0]["options"][0]["logit"]
    tree = write(every, how="beam", beam=2, changes=changes)
    assert tree["nodes"][0]["log_probability"] != plain["steps"][0]["probability"]


def test_a_decoder_only_model_goes_on_from_its_text(every: TestClient, families: Models) -> None:
    predictor = families["predictor"]
    text = "the girl sleeps"
    found = write(every, model="predictor", text=text)
    assert found["output"] == predictor.generate(text)
    first = found["steps"][0]
    row = predictor.trace(text)["probabilities"][0, -1]
    assert first["options"][0]["plain"] == pytest.approx(row.max().item(), rel=1e-4)
    read = len(predictor.tokenizers.target.encode(text)) + 1
    layers, heads, width = 3, 2, 5 + 7
    for number, step in enumerate(found["steps"]):
        tokens = read + number
        numbers = layers * heads * width * tokens
        assert step["cache"] == {"tokens": tokens, "numbers": numbers, "source": 0}
    tree = write(every, model="predictor", text=text, how="beam", beam=2)
    assert tree["nodes"][0]["log_probability"] == pytest.approx(row.max().log().item(), rel=1e-3)
    changed = [{"path": "decoder.2.feedforward.output", "scale": 30.0}]
    again = write(every, model="predictor", text=text, changes=changed)
    assert again["steps"][0]["options"] != first["options"]


def test_an_encoder_only_model_says_what_it_can_do(every: TestClient) -> None:
    answer = every.post("/api/write", json={"model": "reader", "text": TEXT})
    assert answer.status_code == 422
    assert "encoder-only models read and do not write" in answer.json()["error"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"text": " "}, "no word to read"),
        ({"how": "sample", "temperature": 0}, "temperature = 0"),
        ({"how": "sample", "top_p": 1.5}, "top_p = 1.5"),
        ({"how": "chance"}, "how: input should be 'greedy', 'sample' or 'beam'"),
        ({"prefix": [10**6]}, "a token to begin with has the id 1000000"),
        ({"prefix": [0]}, "may not be said"),
        ({"how": "beam", "beam": 17}, "beam"),
        ({"changes": [{"path": "hidden"}]}, "needs one of scale, value and swap"),
    ],
)
def test_what_cannot_be_is_said(every: TestClient, asked: dict[str, Any], message: str) -> None:
    answer = every.post("/api/write", json={"model": "petit", "text": TEXT, **asked})
    assert answer.status_code == 422
    assert message in answer.json()["error"]


def test_what_takes_too_long_is_given_up(
    every: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SECONDS", -1.0)
    for how in ("greedy", "sample", "beam"):
        answer = every.post("/api/write", json={"model": "petit", "text": TEXT, "how": how})
        assert answer.status_code == 422
        assert "take a shorter text" in answer.json()["error"]
