"""Changes of a running model: what they do to the trace and to what is written, and what is
refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.explorer.changes import Change, Swap, as_patch
from glassformer.explorer.models import Models
from glassformer.explorer.traces import Asked, Traces
from glassformer.inspection.tape import Tape

TEXT = "the girl did not cross the street"
WEIGHTS = "decoder.1.cross_attention.weights"


def traced(model: gf.LoadedModel, *changes: Change, **asked: Any) -> Tape:
    traces = Traces(Models([model]))
    return traces.make(Asked(**({"model": model.name, "text": TEXT, "changes": changes} | asked)))


def test_a_head_is_switched_off(tiny_model: gf.LoadedModel) -> None:
    tape = traced(tiny_model, Change(WEIGHTS, (1, None, None), scale=0.0))
    assert (tape[WEIGHTS][0, 1] == 0).all() and (tape[WEIGHTS][0, 0] > 0).all()
    assert (tape["decoder.1.cross_attention.mixed"][0, 1] == 0).all()
    assert tape.entry(WEIGHTS).kind == "changed"
    (told,) = tape.about["changes"]
    assert told["path"] == WEIGHTS and told["where"] == (1, None, None) and told["scale"] == 0.0


def test_one_ribbon_one_value_the_mask_and_the_root(tiny_model: gf.LoadedModel) -> None:
    target = "la fille n'a pas traversé la rue"
    plain = traced(tiny_model, target=target)
    ribbon = traced(tiny_model, Change(WEIGHTS, (0, 2, 3), scale=0.0), target=target)
    expected = plain[WEIGHTS].clone()
    expected[0, 0, 2, 3] = 0
    assert torch.allclose(ribbon[WEIGHTS], expected, atol=1e-6)
    one = traced(tiny_model, Change("memory", (2, 5), value=1.25))
    assert float(one["memory"][0, 2, 5]) == 1.25
    mask = traced(tiny_model, Change("target_mask", value=1.0), target=target)
    assert (mask["decoder.0.self_attention.weights"] > 0).all()
    factor = math.sqrt(tiny_model.config.key_width)
    path = "encoder.0.self_attention"
    root = traced(tiny_model, Change(f"{path}.scaled", scale=factor))
    assert torch.allclose(root[f"{path}.scaled"], root[f"{path}.scores"], atol=1e-5)
    flat = traced(tiny_model, Change("source_embedding.position", scale=0.0))
    assert torch.equal(flat["source_embedding.placed"], flat["source_embedding.scaled"])


@pytest.mark.parametrize(
    "change",
    [
        Change("memory", (1,), value=3.0),
        Change("decoder.0.feedforward.output", scale=0.0),
        Change("decoder.1.self_attention.weights", (0, 4, 2), scale=9.0),
        Change("logits", (2, 8), value=99.0),
        Change("memory", swap=Swap("my old uncle will visit the castle tomorrow")),
    ],
    ids=lambda change: change.path,
)
def test_what_is_written_is_written_with_the_change(
    tiny_model: gf.LoadedModel, change: Change
) -> None:
    tokenizer = tiny_model.tokenizers.target
    banned = [tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id]  # so that it goes on
    on = [Change("logits", (None, index), value=-99.0) for index in banned]
    tape = traced(tiny_model, *on, change)
    written = [token["id"] for token in tape.about["next"]][:-1]
    assert len(written) == len(tiny_model.tokenizers.source.encode(TEXT)) + 50
    assert written == tape["probabilities"][0].argmax(-1).tolist()[:-1]
    if change.path == "logits":
        assert written[2] == 8


def test_a_value_of_another_sentence_takes_its_place(tiny_model: gf.LoadedModel) -> None:
    other = "the dog runs"
    there, here = traced(tiny_model, text=other), traced(tiny_model)
    tape = traced(tiny_model, Change("memory", (3,), swap=Swap(other, where=(1,))))
    assert torch.allclose(tape["memory"][0, 3], there["memory"][0, 1], atol=1e-6)
    assert torch.allclose(tape["memory"][0, 2], here["memory"][0, 2], atol=1e-6)
    whole = traced(tiny_model, Change("memory", swap=Swap(other)))
    count = there["memory"].size(1)
    assert torch.allclose(whole["memory"][0, :count], there["memory"][0], atol=1e-6)
    assert torch.allclose(whole["memory"][0, count:], here["memory"][0, count:], atol=1e-6)
    same = traced(tiny_model, Change(WEIGHTS, swap=Swap(TEXT)))
    assert torch.allclose(same["probabilities"], here["probabilities"], atol=1e-5)
    with pytest.raises(ConfigError, match=r"no place \[9\] in the other run"):
        traced(tiny_model, Change("memory", (0,), swap=Swap(other, where=(9,))))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(number: float) -> None:
    with pytest.raises(ConfigError, match="needs a number, not"):
        Change("memory", scale=number)
    with pytest.raises(ConfigError, match="needs a number, not"):
        Change("memory", value=number)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Change("decoder.1.cross_attention.wieghts", scale=0), f"Did you mean '{WEIGHTS}'"),
        (Change(WEIGHTS, (2,), scale=0), "the head places 0 to 1, not 2"),
        (Change(WEIGHTS, (0, -1), scale=0), "not -1"),
        (Change(WEIGHTS, (0, 0, 99), scale=0), "the key places 0 to"),
        (Change(WEIGHTS, (0, 0, 0, 0), scale=0), "4 places were given"),
        (Change("target_mask", scale=0), "holds yes and no"),
        (Change("probabilities", value=1), "no value 'probabilities'"),
        (Change("memory", swap=Swap("")), "no word"),
    ],
)
def test_what_does_not_fit_is_named(
    tiny_model: gf.LoadedModel, change: Change, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        traced(tiny_model, change)


def test_one_of_three_is_needed() -> None:
    with pytest.raises(ConfigError, match="one of scale, value and swap, not 0"):
        Change("memory")
    with pytest.raises(ConfigError, match="one of scale, value and swap, not 2"):
        Change("memory", scale=1, value=1)


def test_no_change_is_no_patch(tiny_model: gf.LoadedModel) -> None:
    assert as_patch((), tiny_model) is None


def test_a_change_travels(client: TestClient) -> None:
    change = {"path": WEIGHTS, "where": [1, None, None], "scale": 0}
    asked = {"model": "tiny", "text": TEXT, "changes": [change], "values": [WEIGHTS]}
    assert client.post("/api/trace", json=asked).status_code == 200
    asked["changes"] = [{"path": "memory", "swap": {"text": "the dog runs"}}]
    assert client.post("/api/trace", json=asked).status_code == 200
    asked["changes"] = [{"path": "memory", "wher": [1], "scale": 0}]
    answer = client.post("/api/trace", json=asked)
    assert answer.status_code == 422 and "wher" in answer.json()["error"]
    body = '{"model": "tiny", "text": "a", "changes": [{"path": "memory", "value": NaN}]}'
    answer = client.post("/api/trace", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 and "number" in answer.json()["error"]


def test_a_swap_reaches_all_rows(tiny_model: gf.LoadedModel) -> None:
    patch = as_patch([Change("memory", (0,), swap=Swap("the dog runs"))], tiny_model)
    assert patch is not None
    width = tiny_model.config.d_model
    changed = patch("memory", "batch position d_model", torch.zeros(3, 4, width))
    assert (changed[:, 0] != 0).any(-1).all() and (changed[:, 1:] == 0).all()
