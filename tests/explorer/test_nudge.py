"""One training step on a copy."""

from __future__ import annotations

import pytest
import torch
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.explorer.nudge import nudge
from glassformer.loaded import wrap
from glassformer.numerics.loss import sequence_loss

TEXT, TARGET = "the girl sleeps", "la fille dort"


def test_the_loss_falls_and_the_model_stays(tiny_model: gf.LoadedModel) -> None:
    before = {path: p.clone() for path, p in tiny_model.model.named_parameters()}
    found = nudge(tiny_model, TEXT, TARGET, 1e-3)
    assert found["loss"][1] < found["loss"][0]
    tape = tiny_model.trace(TEXT, TARGET)
    ids = torch.tensor([[token["id"] for token in found["target"]]])
    with torch.no_grad():
        expected = sequence_loss(
            tape["hidden"], tiny_model.model.output_matrix, ids, pad=0,
            smoothing=tiny_model.smoothing,
        ) / ids.numel()  # fmt: skip
    assert found["loss"][0] == pytest.approx(float(expected), rel=1e-4)
    wanted = tape["probabilities"][0].gather(1, ids.T)[:, 0].tolist()
    assert found["probabilities"][0] == pytest.approx(wanted, rel=1e-3)
    assert sum(found["probabilities"][1]) > sum(found["probabilities"][0])
    assert set(found["gradients"]) == set(before)
    assert all(size >= 0 for size in found["gradients"].values())
    for path, parameter in tiny_model.model.named_parameters():
        assert torch.equal(parameter, before[path]) and parameter.grad is None


@pytest.mark.parametrize("family", ["decoder-only", "encoder-only"])
def test_other_families_learn_their_own_text(family: str) -> None:
    sizes = {"source_vocabulary": 997, "target_vocabulary": 997, "d_model": 22, "n_heads": 2}
    model = wrap(gf.build(gf.ModelConfig(family=family, n_layers=1, **sizes)))  # type: ignore[arg-type]
    found = nudge(model, TEXT, None, 1e-3)
    assert found["loss"][1] < found["loss"][0]


@pytest.mark.parametrize("rate", [0.0, -1.0, 2.0, float("nan"), float("inf")])
def test_a_rate_that_is_none(tiny_model: gf.LoadedModel, rate: float) -> None:
    with pytest.raises(ConfigError, match="rate"):
        nudge(tiny_model, TEXT, TARGET, rate)


def test_it_can_be_asked_for(client: TestClient) -> None:
    found = client.post("/api/nudge", json={"model": "tiny", "text": TEXT, "target": None}).json()
    assert [token["piece"] for token in found["target"]][-1] == "</s>"
    assert found["loss"][1] < found["loss"][0]
    assert client.post("/api/nudge", json={"model": "tiny", "text": ""}).status_code == 422
