"""Cuts, one attention at a time, against the same change asked for in a trace of its own."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.data import petit
from glassformer.explorer.models import Models
from glassformer.explorer.pulls import LEAST
from glassformer.explorer.server import create_app
from tests.explorer.test_learning import ask

TEXT, TARGET = "the girl sleeps", "la fille dort"


def pulls(client: TestClient, row: int, **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    graph, _ = ask(client, model="tiny", text=TEXT, target=TARGET, **asked)
    answer = client.get(f"/api/pulls/{graph['about']['trace']}", params={"row": row})
    assert answer.status_code == 200, answer.text
    return graph["about"], answer.json()


@pytest.mark.parametrize(
    "more", [{}, {"changes": [{"path": "memory", "where": [0], "scale": 0.3}]}, {"snapshot": 14}]
)
def test_a_cut_is_what_the_same_change_does(client: TestClient, more: dict[str, Any]) -> None:
    about, found = pulls(client, 1, **more)
    assert found["token"] == about["next"][1]
    falls = [one["probability"] for one in found["pulls"]]
    assert falls == sorted(falls) and len(falls) >= 4
    changes = more.get("changes", [])
    for one in (found["pulls"][0], found["pulls"][-1]):
        assert one["share"] >= LEAST
        cut = {"path": one["path"], "where": [one["head"], 1, one["source"]], "scale": 0.0}
        asked = more | {"changes": [*changes, cut], "values": ["probabilities"]}
        _, values = ask(client, model="tiny", text=TEXT, target=TARGET, **asked)
        after = values["probabilities"][0, 1, found["token"]["id"]].item()
        assert one["probability"] == pytest.approx(after, rel=1e-4)
        assert one["probability"] != pytest.approx(found["probability"], rel=1e-5)


def test_what_cannot_be_cut_is_said(client: TestClient) -> None:
    about, _ = pulls(client, 0)
    count = len(about["next"])
    answer = client.get(f"/api/pulls/{about['trace']}", params={"row": count})
    assert answer.status_code == 422 and f"writes {count} tokens" in answer.json()["error"]
    assert client.get("/api/pulls/0", params={"row": 0}).status_code == 404


def test_the_shipped_model_finds_what_it_stands_for() -> None:
    """The noun whose cut hurts il or elle most is the one that "it" stands for."""
    right = total = 0
    with TestClient(create_app(Models([gf.load()])), base_url="http://127.0.0.1") as client:
        for pair in petit.contrasting_pairs(seed=7, size=12):
            for one, other in (pair, pair[::-1]):
                asked = {"model": "petit", "text": one.english, "target": one.french}
                graph, _ = ask(client, **asked)
                here, there = one.pronoun, other.pronoun
                assert here is not None and there is not None
                found = client.get(
                    f"/api/pulls/{graph['about']['trace']}", params={"row": here.french}
                ).json()["pulls"]
                nouns = [p for p in found if p["source"] in (here.english_noun, there.english_noun)]
                right += nouns[0]["source"] == here.english_noun
                total += 1
    assert right >= 0.95 * total
