"""The words of a model over the wire."""

from __future__ import annotations

from starlette.testclient import TestClient

import glassformer as gf


def test_every_number_has_its_piece(client: TestClient, tiny_model: gf.LoadedModel) -> None:
    answer = client.get("/api/vocabulary/tiny").json()
    pair = tiny_model.tokenizers
    for side, tokenizer in (("source", pair.source), ("target", pair.target)):
        assert len(answer[side]) == tokenizer.size
        ids = tokenizer.encode("the girl sleeps")
        assert [answer[side][i] for i in ids] == tokenizer.pieces(ids)


def test_an_unknown_model_is_not_there(client: TestClient) -> None:
    assert client.get("/api/vocabulary/nobody").status_code == 404
