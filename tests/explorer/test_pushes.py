"""The choice of a word, and a whole recording, as the page asks for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer import words
from glassformer.inspection.push import pushes
from glassformer.inspection.tape import Tape

SENTENCE = "the girl sleeps"


@pytest.fixture
def trace(client: TestClient) -> str:
    """The number of a trace of the sentence."""
    asked = {"model": "tiny", "text": SENTENCE, "target": "la fille"}
    content = client.post("/api/trace", json=asked).content
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    number: str = json.loads(header["__metadata__"]["graph"])["about"]["trace"]
    return number


def test_the_strongest_pushes_are_sent(
    client: TestClient, trace: str, tiny_model: gf.LoadedModel
) -> None:
    sent = client.get(f"/api/push/{trace}/1").json()
    tape = tiny_model.trace(SENTENCE, "la fille")
    found = pushes(tape, 1, tape.about["next"][1]["id"])
    assert sent["written"] == found.written and sent["against"] == found.against
    assert sent["margin"] == pytest.approx(found.margin, abs=1e-5)
    path, head, query, key, push = found.strongest(1)[0]
    first = sent["shares"][0]
    assert (first["path"], first["head"], first["query"], first["key"]) == (path, head, query, key)
    assert first["push"] == pytest.approx(push, abs=1e-5)


@pytest.mark.parametrize("row", [3, 99, -1])
def test_a_row_that_is_not_there_is_refused(client: TestClient, trace: str, row: int) -> None:
    answer = client.get(f"/api/push/{trace}/{row}")
    assert answer.status_code == 422
    assert "positions" in answer.json()["error"]


def test_a_recording_can_be_kept(client: TestClient, trace: str, tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(client.get(f"/api/recording/{trace}").content)
    tape = Tape.load(file)
    assert tape.about["text"] == SENTENCE
    assert tape["probabilities"].size(1) == 3


def test_words_say_what_decides(client: TestClient) -> None:
    sent = client.get("/api/words").json()
    assert "wide" in sent["deciding"] and "tired" in sent["deciding"]
    assert set(sent["deciding"]) <= set(words.swaps().kinds()["wide"])
    assert {"animal", "street"} <= set(sent["antecedents"])
    assert sent["pronouns"] == ["il", "elle"]
