"""How a model learned: traces of snapshots, what was recorded, curves, and a training beside."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.errors import RunError
from glassformer.explorer.demo import Demo
from glassformer.explorer.learning import MOST_ROWS, thinned
from glassformer.explorer.models import Models
from glassformer.explorer.past import Past
from glassformer.explorer.recorded import BEST, Recorded, record_learning
from glassformer.explorer.server import create_app
from glassformer.numerics.geometry import principal_axes, project
from glassformer.runs.run import Run
from tests.conftest import TINY

TEXT, TARGET = "the girl sleeps", "la fille dort"
OTHER = "the dog runs"


def ask(client: TestClient, **asked: Any) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """A trace's graph and values."""
    answer = client.post("/api/trace", json=asked)
    assert answer.status_code == 200, answer.text
    size = int.from_bytes(answer.content[:8], "little")
    metadata = json.loads(answer.content[8 : 8 + size])["__metadata__"]
    return json.loads(metadata["graph"]), load(answer.content)


def serve(*models: gf.LoadedModel, demo: Demo | None = None) -> TestClient:
    return TestClient(create_app(Models(models, demo)), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def thin_run(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The short run with two of its snapshots, and the others recorded on two sentences."""
    path = tmp_path_factory.mktemp("thin") / "thin"
    shutil.copytree(tiny_run, path, ignore=shutil.ignore_patterns("corpus", "checkpoints"))
    record_learning(
        gf.load(tiny_run), [(TEXT, TARGET), (OTHER, "le chien court")], path / "recorded"
    )
    for step in Run(path).snapshots()[1:-1]:
        shutil.rmtree(path / "snapshots" / f"{step:08}")
    return path


def test_a_trace_of_a_snapshot_is_that_of_the_model_then(
    client: TestClient, tiny_model: gf.LoadedModel
) -> None:
    (described,) = client.get("/api/models").json()
    assert described["snapshots"] == tiny_model.run.snapshots() and described["recorded"] is None
    found = {}
    for step in (0, 30):
        graph, values = ask(
            client, model="tiny", text=TEXT, target=TARGET, snapshot=step, values=["probabilities"]
        )
        assert graph["about"]["snapshot"] == step
        then = tiny_model.at(step).trace(TEXT, TARGET)["probabilities"]
        assert torch.equal(values["probabilities"], then)
        found[step] = then
    assert not torch.allclose(found[0], found[30], atol=1e-3)
    graph, _ = ask(client, model="tiny", text=TEXT)
    assert graph["about"]["snapshot"] is None


def test_a_snapshot_that_was_not_kept_names_those_that_were(
    client: TestClient, tiny_model: gf.LoadedModel
) -> None:
    answer = client.post("/api/trace", json={"model": "tiny", "text": TEXT, "snapshot": 29})
    assert answer.status_code == 422
    assert "step 29 was not kept. There are the steps 0, 1, 2," in answer.json()["error"]


def test_what_was_recorded_is_answered_without_its_parameters(
    thin_run: Path, tiny_model: gf.LoadedModel
) -> None:
    with serve(gf.load(thin_run)) as client:
        (described,) = client.get("/api/models").json()
        assert described["snapshots"] == [0, 30]
        assert described["recorded"]["texts"] == [TEXT, OTHER]
        assert described["recorded"]["steps"] == tiny_model.run.snapshots()
        step = tiny_model.run.snapshots()[-3]
        now = tiny_model.at(step).trace(TEXT, TARGET)
        wanted = [entry.path for entry in now if entry.path.endswith("attention.weights")]
        assert len(wanted) == 6  # three attentions, two layers
        names = [*wanted, "probabilities.best", "probabilities.tokens"]
        graph, values = ask(client, model="thin", text=f" {TEXT}\n", snapshot=step, values=names)
        for path in wanted:
            assert torch.allclose(values[path], now[path], atol=1e-3), path
        best = now["probabilities"].topk(BEST)
        assert torch.allclose(values["probabilities.best"], best.values, atol=1e-3)
        assert torch.equal(values["probabilities.tokens"], best.indices.int())
        about = graph["about"]
        assert about["recorded"] and about["snapshot"] == step
        assert about["target"] == now.about["target"] and about["next"] == now.about["next"]
        assert about["written"] == tiny_model.at(step).translate(TEXT, beam=1)
        later = client.get(f"/api/values/{about['trace']}", params={"path": wanted[0]})
        assert torch.equal(load(later.content)[wanted[0]], values[wanted[0]])


def test_new_text_and_changes_need_parameters(thin_run: Path) -> None:
    with serve(gf.load(thin_run)) as client:
        change = {"path": "memory", "scale": 0.0}
        for more in ({"text": "the boy sleeps"}, {"target": "la"}, {"changes": [change]}):
            asked = {"model": "thin", "text": TEXT, "snapshot": 4} | more
            answer = client.post("/api/trace", json=asked)
            assert answer.status_code == 422, more
            assert "only 2 sentences were recorded" in answer.json()["error"]
            assert "on the final model, and at the steps 0, 30" in answer.json()["error"]
            assert client.post("/api/trace", json=asked | {"snapshot": 30}).status_code == 200


def test_a_run_without_snapshots_says_how_to_keep_them(thin_run: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(thin_run, bare, ignore=shutil.ignore_patterns("snapshots", "recorded"))
    with serve(gf.load(bare)) as client:
        answer = client.post("/api/trace", json={"model": "bare", "text": TEXT, "snapshot": 0})
        assert "training.snapshots=20" in answer.json()["error"]


def test_a_damaged_recording_is_named(thin_run: Path, tmp_path: Path) -> None:
    assert Recorded.open(tmp_path / "none") is None
    copy = tmp_path / "recorded"
    shutil.copytree(thin_run / "recorded", copy)
    file = copy / "learning.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(RunError, match="altered or cut short"):
        Recorded.open(copy)


def test_the_space_is_seen_from_one_side_at_all_steps(
    thin_run: Path, tiny_model: gf.LoadedModel
) -> None:
    recorded = Recorded.open(thin_run / "recorded")
    assert recorded is not None
    table = tiny_model.model.target_embedding.tokens.weight.detach()
    axes, shares = principal_axes(table)
    early = tiny_model.at(2).model.target_embedding.tokens.weight.detach()
    xy, variance = recorded.space(2)
    assert variance == pytest.approx(shares.tolist())
    assert torch.allclose(torch.tensor(xy).double(), project(early, axes), atol=2e-3)


def test_earlier_models_are_held_up_to_a_size(
    tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = tiny_model.config.parameter_count()
    monkeypatch.setattr("glassformer.explorer.shelf.MOST_PARAMETERS", 2 * size)
    past = Past()
    first = past.at(tiny_model, 0)
    past.at(tiny_model, 1)
    assert past.at(tiny_model, 0) is first
    past.at(tiny_model, 2)
    assert [step for _, step in past.shelf.held] == [0, 2]
    monkeypatch.setattr("glassformer.explorer.shelf.MOST_PARAMETERS", 1)
    assert past.at(tiny_model, 5).model is not None and len(past.shelf.held) == 1


def test_curves_are_those_of_the_metrics(client: TestClient, tiny_model: gf.LoadedModel) -> None:
    found = client.get("/api/learning/tiny").json()
    assert (found["updates"], found["finished"], found["running"]) == (30, True, False)
    assert (found["warmup"], found["peak"]) == (10, 2e-3)
    assert [row["step"] for row in found["rows"]] == list(range(1, 31))
    assert max(row["learning_rate"] for row in found["rows"]) == pytest.approx(2e-3)
    assert [row["step"] for row in found["evaluations"]] == [10, 20, 30]
    assert all(isinstance(row["sample"], str) for row in found["evaluations"])
    assert found["snapshots"] == tiny_model.run.snapshots()
    assert client.get("/api/learning/tinny").status_code == 404


def test_a_run_that_is_being_trained_says_so(tiny_run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run, copy)
    run = Run(copy)
    with serve(gf.load(copy)) as client:
        with run.lock():
            assert client.get("/api/learning/copy").json()["running"] is True
        assert client.get("/api/learning/copy").json()["running"] is False
        (copy / "run.owner").touch()  # its owner was killed
        assert client.get("/api/learning/copy").json()["running"] is False
        with run.lock():
            pass


def test_long_curves_are_thinned_to_their_last_row() -> None:
    for count in (0, 1, MOST_ROWS, MOST_ROWS + 1, 7 * MOST_ROWS + 3):
        rows = [{"step": step} for step in range(count)]
        kept = thinned(rows)
        assert len(kept) <= MOST_ROWS + 1
        assert kept[-1:] == rows[-1:] and kept[:1] == rows[:1]


def test_without_a_demo_there_is_none(client: TestClient) -> None:
    assert client.get("/api/demo").json() is None
    answer = client.post("/api/demo/adopt")
    assert answer.status_code == 422 and "glassformer demo" in answer.json()["error"]


class Looking:
    """A watcher that asks the page's server while the training goes on."""

    def __init__(self, client: TestClient):
        self.client, self.seen, self.curves = client, [], []
        self.refused: Any = None

    def on_update(self, row: Any) -> None:
        if row["step"] == 17:
            self.seen.append(self.client.get("/api/demo").json())
            self.curves.append(self.client.get("/api/learning/yours").json())
            self.refused = self.client.post("/api/demo/adopt")

    def on_evaluation(self, row: Any) -> None: ...
    def on_notice(self, text: str) -> None: ...


def test_a_training_beside_the_page_is_followed_and_taken_over(
    tiny_model: gf.LoadedModel, tmp_path: Path
) -> None:
    demo = Demo(Run(tmp_path / "tiny"), 30)
    with serve(tiny_model, demo=demo) as client:
        before = client.get("/api/demo").json()
        assert (before["step"], before["updates"], before["loss"]) == (0, 30, None)
        assert not before["running"] and not before["finished"] and before["samples"] == []
        watcher = Looking(client)
        assert gf.train(gf.load_recipe("petit-demo", TINY), demo.run.path, watcher=watcher)
        (during,), (curves,) = watcher.seen, watcher.curves
        assert during["step"] == 17 and during["running"] and not during["finished"]
        assert [one["step"] for one in during["samples"]] == [10]
        assert during["sample"] == during["samples"][0]["text"]
        assert during["text"] == "because it was too wide, the animal did not cross the street"
        assert curves["running"] and len(curves["rows"]) == 17
        assert watcher.refused.status_code == 422
        assert "update 17 of 30" in watcher.refused.json()["error"]
        assert [one["name"] for one in client.get("/api/models").json()] == ["tiny"]
        assert client.get("/api/demo").json()["finished"]
        adopted = client.post("/api/demo/adopt").json()
        assert adopted["name"] == "yours" and adopted["finished"]
        assert client.post("/api/demo/adopt").json() == adopted
        assert [one["name"] for one in client.get("/api/models").json()] == ["tiny", "yours"]
        ask(client, model="yours", text=TEXT, snapshot=30)
