"""What ``gf.load`` returns: as many lines out as in, whatever they are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassformer as gf
from glassformer.data import petit
from glassformer.errors import CheckpointError, ConfigError, RunError
from glassformer.loaded import as_translator
from glassformer.runs.run import Run
from glassformer.translation import TranslationConfig, by_length, translate

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5)


def test_one_line_or_many(tiny_model: gf.LoadedModel) -> None:
    one = tiny_model.translate("the girl sleeps")
    assert isinstance(one, str)
    assert tiny_model.translate(["the girl sleeps", "", "the dog runs"])[0] == one


def test_blank_lines_stay_blank_and_in_place(tiny_model: gf.LoadedModel) -> None:
    lines = ["", "the girl sleeps", "  \t ", "the dog runs", ""]
    found = [best[0] for best in tiny_model.translations(lines, beam=1)]
    assert [best.log_probability < 0 for best in found] == [False, True, False, True, False]
    assert found[0].text == found[2].text == ""


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=texts)
def test_as_many_lines_out_as_in(tiny_model: gf.LoadedModel, lines: list[str]) -> None:
    found = translate(
        tiny_model.model, tiny_model.tokenizers, lines, TranslationConfig(beam=1, extra_length=3)
    )
    assert len(found) == len(lines)


def test_tokens_do_not_depend_on_the_batch(tiny_model: gf.LoadedModel) -> None:
    lines = ["the girl sleeps", "the animal did not cross the street because it was too wide",
             "a dog", "my old uncle will visit the castle tomorrow"]  # fmt: skip
    together = tiny_model.translations(lines)
    alone = [tiny_model.translations([line])[0] for line in lines]
    for one, other in zip(together, alone, strict=True):
        assert one[0].text == other[0].text or one[0].tied
        assert one[0].score == pytest.approx(other[0].score, abs=1e-5)


def test_n_best_are_different_and_in_order(tiny_model: gf.LoadedModel) -> None:
    (found,) = tiny_model.translations(["the girl sleeps"], beam=5, n_best=4)
    scores = [best.score for best in found]
    assert len(found) == 4
    assert scores == sorted(scores, reverse=True)
    assert len({best.log_probability for best in found}) > 1


def test_a_line_that_is_too_long_is_translated_in_parts(tiny_model: gf.LoadedModel) -> None:
    line = " ".join(["the girl sleeps"] * 60)
    found = translate(
        tiny_model.model, tiny_model.tokenizers, [line, "the dog runs"],
        TranslationConfig(beam=1, extra_length=2), max_length=37,
    )  # fmt: skip
    assert found[0][0].pieces == 5
    assert found[1][0].pieces == 1


def test_scores_are_log_probabilities(tiny_model: gf.LoadedModel) -> None:
    sources = ["the girl sleeps", "the dog runs"]
    best = [found[0] for found in tiny_model.translations(sources, beam=1)]
    scores = tiny_model.score(sources, [b.text for b in best])
    for b, given_ in zip(best, scores, strict=True):
        if b.finished:
            assert sum(given_) == pytest.approx(b.log_probability, abs=1e-4)
        assert all(score <= 0 and math.isfinite(score) for score in given_)


def test_scores_need_as_many_targets(tiny_model: gf.LoadedModel) -> None:
    with pytest.raises(ConfigError, match="1 sources and 0 targets"):
        tiny_model.score(["a"], [])


def test_batches_hold_every_row_once() -> None:
    lengths = [3, 17, 5, 5, 2, 11, 0, 7]
    batches = list(by_length(lengths, room=24))
    assert sorted(row for batch in batches for row in batch) == list(range(8))
    assert all(len(b) == 1 or len(b) * (max(lengths[r] for r in b) + 1) <= 24 for b in batches)


def test_bf16_loads_and_translates(tiny_run: Path) -> None:
    model = gf.load(tiny_run, dtype="bf16")
    assert model.model.output_matrix.dtype == torch.bfloat16
    assert isinstance(model.translate("the girl sleeps"), str)


@pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch was built without oneDNN"
)
def test_in_int8_petit_translates_as_well_one_at_a_time_or_together() -> None:
    pairs = list(petit.split("new", 11, 60))
    model = gf.load(device="cpu", dtype="int8")
    alone = [model.translate(pair.english, beam=1) for pair in pairs]
    together = model.translate([pair.english for pair in pairs], beam=4)
    for said in (alone, together):
        assert sum(a == pair.french for a, pair in zip(said, pairs, strict=True)) >= 59


def test_a_packed_model_writes_the_same(tiny_run: Path) -> None:
    lines = [
        "the girl sleeps",
        "a boy",
        "",
        *(f"the {pair.english}" for pair in petit.split("new", 3, 17)),
    ]
    plain, packed = (
        as_translator(gf.load(tiny_run, device="cpu")),
        as_translator(gf.load(tiny_run, device="cpu").pack()),
    )
    assert plain.model.packed is None and packed.model.packed is not None
    for beam in (1, 4):
        wanted = plain.translations(lines, beam=beam)
        for one, other in zip(packed.translations(lines, beam=beam), wanted, strict=True):
            assert one[0].text == other[0].text
            assert one[0].score == pytest.approx(other[0].score, rel=1e-4)
    assert packed.trace(lines[0])["hidden"].equal(plain.trace(lines[0])["hidden"])
    body = packed.model.packed
    assert packed.pack().model.packed is body


def test_where_there_is_no_onednn_there_is_no_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="no dtype 'int8' on cpu.*engine ctranslate2"):
        gf.load(device="cpu", dtype="int8")


@pytest.mark.parametrize(("device", "message"), [("tpu9", "not known"), ("meta", "not supported")])
def test_unknown_device(tiny_run: Path, device: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        gf.load(tiny_run, device=device)


def test_a_gpu_that_is_not_there(tiny_run: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(ConfigError, match="sees no GPU here"):
        gf.load(tiny_run, device="cuda")


def test_unknown_run_names_the_nearest(tiny_run: Path) -> None:
    with pytest.raises(RunError, match="Did you mean 'tiny'"):
        gf.load(tiny_run.with_name("tinny"))


def test_run_without_parameters(tmp_path: Path, tiny_run: Path) -> None:
    run = Run.create(tmp_path / "empty", recipe=(tiny_run / "recipe.toml").read_text())
    with pytest.raises(CheckpointError, match="no checkpoint yet"):
        gf.load(run.path)


def test_damaged_model_falls_back_and_says_so(tiny_run: Path, tmp_path: Path) -> None:
    import shutil

    path = tmp_path / "damaged"
    shutil.copytree(tiny_run, path)
    (path / "model" / "model.safetensors").write_bytes(b"\0" * 100)
    told: list[str] = []
    model = gf.load(path, notice=told.append)
    assert isinstance(model.translate("the girl sleeps"), str)
    assert "final model" in told[0] and "damaged" in told[0]


def test_a_trace_is_what_the_model_did(tiny_model: gf.LoadedModel) -> None:
    text = "because it was too wide, the animal did not cross the street"
    tape = tiny_model.trace(text)
    assert tape.about["output"] == tiny_model.translate(text, beam=1)
    shape = tape["decoder.0.cross_attention.weights"].shape
    assert shape[2:] == (len(tape.about["target"]), len(tape.about["source"]))
    chosen = tape["probabilities"][0].argmax(-1).tolist()
    assert chosen == [token["id"] for token in tape.about["next"]]
    assert torch.allclose(tape["probabilities"].sum(-1), torch.ones(()))


def test_a_trace_of_a_given_target_scores_it(tiny_model: gf.LoadedModel) -> None:
    tape = tiny_model.trace("the girl sleeps", "la fille dort")
    ids = [token["id"] for token in tape.about["next"]]
    logs = tape["probabilities"][0].log()[torch.arange(len(ids)), ids]
    (scores,) = tiny_model.score(["the girl sleeps"], ["la fille dort"])
    assert logs.tolist() == pytest.approx(scores, abs=1e-4)
    assert tape.about["output"] == "la fille dort"


def test_a_patch_reaches_decoding_too(tiny_model: gf.LoadedModel) -> None:
    def silence(path: str, axes: str, value: torch.Tensor) -> torch.Tensor:
        return value * 0 if path == "memory" else value

    tape = tiny_model.trace("the girl sleeps", patch=silence)
    assert tape.entry("memory").kind == "changed"
    assert [t["id"] for t in tape.about["next"]] == tape["probabilities"][0].argmax(-1).tolist()
