"""Traces on request: what can be asked for, what is known of a sentence, and the limits."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.explorer import limits, traces
from glassformer.explorer.answers import NotThereError, TooMuchError
from glassformer.explorer.gold import gold_of
from glassformer.explorer.limits import estimate
from glassformer.explorer.models import Models
from glassformer.explorer.traces import Asked, Traces
from glassformer.explorer.variants import Variant
from glassformer.explorer.words import OPENING
from glassformer.inspection.tape import Tape
from glassformer.loaded import Training, wrap
from glassformer.loaded.clock import OutOfTimeError

FRENCH = "parce qu'elle était trop large, l'animal n'a pas traversé la rue"


@pytest.fixture
def shown(tiny_model: gf.LoadedModel) -> Traces:
    return Traces(Models([tiny_model]))


def ask(shown: Traces, **asked: Any) -> Tape:
    return shown.make(Asked(**({"model": "tiny", "text": OPENING} | asked)))


def test_the_grammar_knows_what_belongs_together(shown: Traces) -> None:
    tape = ask(shown, target=FRENCH)
    about = tape.about
    assert about["reference"] == FRENCH
    pieces = [
        (about["source"][i]["piece"].strip("▁"), about["next"][j]["piece"].strip("▁"))
        for i, j in about["gold"]
    ]
    assert {("it", "elle"), ("animal", "animal"), ("street", "rue"), ("wide", "large"),
            ("cross", "traversé"), ("not", "pas")} <= set(pieces)  # fmt: skip
    assert ("street", "elle") not in pieces


def test_no_gold_where_the_translation_is_another(shown: Traces) -> None:
    about = ask(shown, target="la rue").about
    assert (about["gold"], about["reference"]) == (None, FRENCH)
    about = ask(shown, text="the pizza is wide").about
    assert (about["gold"], about["reference"]) == (None, None)


@pytest.mark.parametrize(
    ("variant", "sign"),
    [
        (Variant(norm="post"), "encoder.0.after_self.normalised"),
        (Variant(activation="gelu"), "encoder.0.feedforward.active"),
        (Variant(positions="sinusoids-concatenated"), "source_embedding.position"),
        (Variant(family="decoder-only"), "decoder.0.self_attention.weights"),
        (Variant(family="encoder-only"), "encoder.0.self_attention.weights"),
        (Variant(), "memory"),
    ],
)
def test_a_variant_is_untrained_and_says_so(shown: Traces, variant: Variant, sign: str) -> None:
    tape = ask(shown, variant=variant)
    assert tape.about["untrained"] and sign in tape
    assert tape.about["config"] == vars(shown.models["tiny"].config) | variant.changes
    again = ask(shown, variant=variant)
    assert torch.equal(tape["hidden"], again["hidden"])
    assert not torch.equal(tape["hidden"][:, :1], ask(shown)["hidden"][:, :1])
    if variant.activation:
        assert (tape[sign] < 0).any()


def test_a_variant_that_is_none_is_named(shown: Traces) -> None:
    with pytest.raises(ConfigError, match="norm = 'pst' is not known. Did you mean 'post'"):
        ask(shown, variant=Variant(norm="pst"))
    with pytest.raises(ConfigError, match="not both"):
        ask(shown, variant=Variant(), snapshot=3)


def test_a_training_step_reads_the_grammars_translation(shown: Traces) -> None:
    about = ask(shown, training=Training(5, 0.2)).about
    assert about["output"] == FRENCH
    assert about["training"]["seed"] == 5 and about["gold"]


def test_kept_traces_are_bounded_by_bytes(
    tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Traces(Models([tiny_model]))
    first = ask(shown)
    monkeypatch.setattr(traces, "KEPT_BYTES", 2 * first.nbytes + 1000)
    second, third = ask(shown), ask(shown)
    with pytest.raises(NotThereError, match="forgotten"):
        shown.find(first.about["trace"])
    assert shown.find(second.about["trace"]) is second
    assert shown.find(third.about["trace"]) is third
    monkeypatch.setattr(traces, "KEPT_BYTES", 10)
    assert shown.find(ask(shown).about["trace"])
    assert len(shown.kept) == 1


@pytest.mark.parametrize("family", ["encoder-decoder", "decoder-only", "encoder-only"])
@pytest.mark.parametrize("words", [7, 61])
def test_the_estimate_is_near_what_a_trace_holds(family: str, words: int) -> None:
    sizes = {"source_vocabulary": 997, "target_vocabulary": 997, "d_model": 44, "d_ff": 67}
    model = wrap(gf.build(gf.ModelConfig(family=family, n_heads=4, n_layers=3, **sizes)))  # type: ignore[arg-type]
    text = " ".join(["the"] * words)
    target = text if family == "encoder-decoder" else None
    tape = model.trace(text, target)
    assert 0.6 < estimate(model.config, words + 1, words + 1) / tape.nbytes < 1.7


def test_learned_positions_bound_what_can_be_read() -> None:
    sizes = {"source_vocabulary": 307, "target_vocabulary": 307, "d_model": 8, "d_ff": 11}
    for positions, most in (("learned", 37), ("sinusoids", 512)):
        config = gf.ModelConfig(n_heads=2, n_layers=1, max_length=37, positions=positions, **sizes)  # type: ignore[arg-type]
        assert limits.longest(wrap(gf.build(config))) == most


def test_what_is_too_much_is_refused(
    shown: Traces, tiny_model: gf.LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooMuchError, match="513 tokens; 512 can be shown"):
        ask(shown, text=" ".join(["the"] * 513))
    with pytest.raises(TooMuchError, match="the target has"):
        ask(shown, target=" ".join(["le"] * 513))
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    with pytest.raises(TooMuchError, match="MB of numbers"):
        ask(shown)
    monkeypatch.undo()
    monkeypatch.setattr(traces, "SECONDS", 0.0)
    with pytest.raises(OutOfTimeError, match="longer than 0 seconds"):
        ask(shown)


BAD = {
    "empty": ("", "no word"),
    "blank": (" \n\t ", "no word"),
    "ten thousand words": ("the " * 10_000, "40,000 characters"),
    "a bell": ("the \x07 girl", "U\\+0007"),
    "half a character": ("the \ud800 girl", "surrogate|unicode|half"),
}


@pytest.mark.parametrize("which", BAD)
def test_a_text_that_cannot_be_read_gets_a_sentence(client: TestClient, which: str) -> None:
    text, message = BAD[which]
    answer = client.post(
        "/api/trace", content=json.dumps({"model": "tiny", "text": text}),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert 400 <= answer.status_code < 500
    assert re.search(message, answer.json()["error"]), answer.json()


@pytest.mark.parametrize("text", ["😀😀", "שלום עולם", "مرحبا", "e\u0301\u200dx", "a\u2028b"])
def test_any_other_text_is_read(client: TestClient, text: str) -> None:
    assert client.post("/api/trace", json={"model": "tiny", "text": text}).status_code == 200


def test_bodies_that_are_none(client: TestClient) -> None:
    for content in (b"", b"{", b"[]", b'{"model": "tiny"}', b"\xff\xfe", b"null"):
        answer = client.post(
            "/api/trace", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422 and answer.json()["error"], content
    for headers in ({}, {"Content-Length": "200000"}):
        answer = client.post("/api/trace", content=b"x" * 200_000, headers=headers)
        assert answer.status_code == 413 and "100,000 bytes" in answer.json()["error"]

    def pieces() -> Any:
        for _ in range(200):
            yield b"x" * 1000

    answer = client.post("/api/trace", content=pieces())  # without a length
    assert answer.status_code == 413


def test_two_people_at_once_do_not_disturb_each_other(shown: Traces) -> None:
    texts = ["the girl sleeps", OPENING, "my old uncle will visit the castle tomorrow"]
    alone = {text: ask(shown, text=text) for text in texts}
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda text: ask(shown, text=text), texts * 6))
    for tape in found:
        before = alone[tape.about["text"]]
        assert [e.path for e in tape] == [e.path for e in before]
        assert torch.equal(tape["probabilities"], before["probabilities"])
    assert len({tape.about["trace"] for tape in found}) == 18


def test_a_slow_trace_blocks_nothing_else(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = traces.run

    def slow(*given: Any) -> traces.Kept:
        time.sleep(1.5)
        return plain(*given)

    monkeypatch.setattr(traces, "run", slow)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.post, "/api/trace", json={"model": "tiny", "text": "the girl"})
        time.sleep(0.2)
        begin = time.monotonic()
        assert client.get("/api/models").status_code == 200
        assert time.monotonic() - begin < 1
        assert not waiting.done()
        assert waiting.result().status_code == 200


def test_gold_of_a_model_of_other_words() -> None:
    sizes = {"source_vocabulary": 997, "target_vocabulary": 997, "d_model": 22, "n_heads": 2}
    config = gf.ModelConfig(n_layers=1, **sizes)  # type: ignore[arg-type]
    own = wrap(gf.build(config))
    assert gold_of(own, own.trace(OPENING, FRENCH))["reference"] == FRENCH
    others = wrap(gf.build(config), own.tokenizers)
    assert gold_of(others, others.trace(OPENING, FRENCH)) == {"gold": None, "reference": None}


def test_checks_of_a_trace(client: TestClient) -> None:
    answer = client.post("/api/trace", json={"model": "tiny", "text": OPENING})
    length = int.from_bytes(answer.content[:8], "little")
    graph = json.loads(json.loads(answer.content[8 : 8 + length])["__metadata__"]["graph"])
    findings = client.get(f"/api/checks/{graph['about']['trace']}").json()["findings"]
    assert {one["check"] for one in findings} == {
        "numbers", "rows", "causality", "padding", "heads", "norms", "tied", "dropout", "batch",
        "cache", "target", "masked",
    }  # fmt: skip
    assert all(one["ok"] and one["cell"] is None for one in findings), findings
    assert client.get("/api/checks/0").status_code == 404


def test_what_is_written_does_not_depend_on_what_the_grammar_knows(shown: Traces) -> None:
    """A right translation is seen in one pass, any other is written token by token."""
    carried = gf.load()
    shown.models.add(carried, "carried")  # type: ignore[attr-defined]
    for text in (OPENING, "the girl sleeps", "the pizza is wide"):
        asked = ask(shown, model="carried", text=text)
        assert asked.about["output"] == carried.translate(text, beam=1)


def test_a_trace_of_32_tokens_is_quick() -> None:
    """40 ms of one thread's time, and three times that where the machine is slow."""
    model = gf.load()
    text = " ".join((["the", "tired", "animal", "did", "not", "cross", "it"] * 5)[:31])
    times = []
    for _ in range(5):
        begin = time.thread_time()
        tape = model.trace(text, text)
        tape.to_bytes(["decoder.0.cross_attention.weights"])
        times.append(time.thread_time() - begin)
    assert len(tape.about["source"]) == len(tape.about["target"]) == 32
    assert min(times) < 3 * 0.040
