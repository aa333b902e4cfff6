"""Trials of changes, against the same changes asked for in traces of their own."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.explorer.test_learning import ask

TEXT, TARGET = "the girl sleeps", "la fille dort"
CROSS = "decoder.1.cross_attention.weights"


def tried(client: TestClient, graph: dict[str, Any], row: int, token: int, trials: Any) -> Any:
    trace = graph["about"]["trace"]
    body = {"trace": trace, "row": row, "token": token, "trials": trials}
    return client.post("/api/trials", json=body)


def test_a_trial_is_what_the_same_changes_do_in_a_trace(client: TestClient) -> None:
    graph, values = ask(client, model="tiny", text=TEXT, target=TARGET, values=["probabilities"])
    token = graph["about"]["next"][1]["id"]
    trials: list[list[dict[str, Any]]] = [
        [],
        [{"path": CROSS, "where": [None, 1, 0], "scale": 0.0}],
        [
            {"path": CROSS, "where": [0, 1, None], "scale": 0.0},
            {"path": "encoder.0.feedforward.output", "where": [], "scale": 0.0},
        ],
    ]
    answer = tried(client, graph, 1, token, trials)
    assert answer.status_code == 200, answer.text
    found = answer.json()["probabilities"]
    assert found[0] == pytest.approx(values["probabilities"][0, 1, token].item(), rel=1e-5)
    for changes, probability in zip(trials[1:], found[1:], strict=True):
        asked = {"changes": changes, "values": ["probabilities"]}
        _, after = ask(client, model="tiny", text=TEXT, target=TARGET, **asked)
        assert probability == pytest.approx(after["probabilities"][0, 1, token].item(), rel=1e-5)
        assert probability != pytest.approx(found[0], rel=1e-5)


@pytest.mark.parametrize("model", ["predictor", "reader"])
def test_every_family_can_be_tried(every: TestClient, model: str) -> None:
    graph, values = ask(every, model=model, text="one two three", values=["probabilities"])
    path = next(e["path"] for e in graph["entries"] if e["path"].endswith("attention.weights"))
    cut = {"path": path, "where": [None, 2, 1], "scale": 0.0}
    found = tried(every, graph, 2, 5, [[], [cut]]).json()["probabilities"]
    assert found[0] == pytest.approx(values["probabilities"][0, 2, 5].item(), rel=1e-5)
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"row": 99, "token": 1, "trials": []}, "the positions go from 0 to"),
        ({"row": 0, "token": 10**6, "trials": []}, "the tokens go from 0 to"),
        (
            {"row": 0, "token": 1, "trials": [[{"path": CROSS, "where": [0, 99], "scale": 0.0}]]},
            "not 99",
        ),
    ],
)
def test_what_cannot_be_tried_is_said(client: TestClient, asked: Any, says: str) -> None:
    graph, _ = ask(client, model="tiny", text=TEXT, target=TARGET)
    answer = tried(client, graph, **asked)
    assert answer.status_code == 422 and says in answer.json()["error"]


def test_a_trace_that_is_forgotten_cannot_be_tried(client: TestClient) -> None:
    body = {"trace": "0", "row": 0, "token": 1, "trials": []}
    assert client.post("/api/trials", json=body).status_code == 404
