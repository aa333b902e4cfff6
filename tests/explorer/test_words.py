"""What the page offers while one types."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.data import petit
from glassformer.errors import DataError
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app
from glassformer.explorer.words import LENGTHS, OPENING, draw_sentence, read_glosses


def test_words_of_the_built_in_pair(client: TestClient) -> None:
    found = client.get("/api/words").json()
    known = set(found["known"])
    assert set(found["kinds"]) <= known
    assert all(set(kind) <= known for kind in found["kinds"].values())
    assert {"tired", "wide"} <= set(found["kinds"]["wide"])
    assert "tunnel" not in found["kinds"]["animal"]
    assert "animals" not in found["kinds"]["animal"]
    assert "street" in found["antecedents"]


def test_swaps_come_as_whole_sentences(client: TestClient) -> None:
    found = client.get("/api/swaps", params={"text": OPENING}).json()["words"]
    assert [word["text"] for word in found] == petit.words(OPENING)
    wide = next(word for word in found if word["text"] == "wide")
    tired = next(option for option in wide["options"] if option["word"] == "tired")
    assert tired["text"] == OPENING.replace("wide", "tired")
    too_long = client.get("/api/swaps", params={"text": "a" * 1001})
    assert too_long.status_code == 422


def test_the_die_throws_sentences_that_fit() -> None:
    thrown = {draw_sentence(seed) for seed in range(60)}
    assert len(thrown) > 55
    known = set(petit.vocabulary()[0])
    for text in thrown:
        assert len(petit.words(text)) in LENGTHS
        assert set(petit.words(text)) <= known


def test_a_users_word_list_comes_before_the_grammars(
    tiny_model: gf.LoadedModel, tmp_path: Path
) -> None:
    file = tmp_path / "words.tsv"
    file.write_text("\ufeffRue\tlane\n\nKatze\t cat \r\n", encoding="utf-8")
    app = create_app(Models([tiny_model], glosses=read_glosses(file)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        found = client.get("/api/words").json()["glosses"]
    assert (found["rue"], found["katze"], found["elle"]) == ("lane", "cat", "it")


@pytest.mark.parametrize(("content", "message"), [("rue lane\n", "line 1"), ("a\tb\n\tx\n", "2")])
def test_a_wrong_line_is_named(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "words.tsv"
    file.write_text(content)
    with pytest.raises(DataError, match=message):
        read_glosses(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_glosses(tmp_path / "none.tsv")
