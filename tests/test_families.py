"""Models of every family, trained or not: what they can do, what they cannot, and their traces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import glassformer as gf
from glassformer.errors import ConfigError, RunError
from glassformer.inspection.tape import Tape
from glassformer.loaded import Predictor, Reader, Training, Translator, as_translator, wrap
from glassformer.numerics.loss import sequence_loss
from glassformer.runs.run import Run
from glassformer.text.tokenizer import TokenizerPair

SIZES: dict[str, Any] = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 2, "d_k": 5, "d_v": 7}
VOCABULARY = 997
TEXT = "the girl did not see the old pizza"


def untrained(family: str, **changes: Any) -> gf.LoadedModel:
    sizes = {"source_vocabulary": VOCABULARY, "target_vocabulary": VOCABULARY}
    config = gf.ModelConfig(**(SIZES | sizes | {"family": family} | changes))
    return wrap(gf.build(config, seed=5))


def ids_of(tape: Tape, side: str) -> list[int]:
    return [token["id"] for token in tape.about[side]]


def test_a_family_says_what_it_can() -> None:
    predictor, reader = untrained("decoder-only"), untrained("encoder-only")
    assert isinstance(predictor, Predictor) and isinstance(reader, Reader)
    assert isinstance(untrained("encoder-decoder"), Translator)
    with pytest.raises(ConfigError, match="do not translate: .* can generate and trace"):
        predictor.translate("a")
    with pytest.raises(ConfigError, match="do not generate: .* can fill and trace"):
        reader.generate("a")
    with pytest.raises(ConfigError, match="do not score"):
        reader.score(["a"], ["b"])
    with pytest.raises(ConfigError, match="do not write step by step"):
        reader.trace(TEXT, stepwise=True)
    with pytest.raises(ConfigError, match="do not translate"):
        as_translator(reader)
    with pytest.raises(RunError, match="never trained"):
        predictor.recipe  # noqa: B018


@pytest.mark.parametrize("family", ["decoder-only", "encoder-only"])
def test_a_run_of_any_family_loads(family: str, tiny_run: Path, tmp_path: Path) -> None:
    recipe = (tiny_run / "recipe.toml").read_text()
    run = Run.create(tmp_path / family, recipe=recipe)
    tokenizers = Run(tiny_run).tokenizers
    size = tokenizers.target.size
    config = gf.ModelConfig(family=family, source_vocabulary=size, target_vocabulary=size, **SIZES)  # type: ignore[arg-type]
    run.save_config(config)
    run.save_tokenizers(tokenizers)
    run.save_model(gf.build(config, seed=3).state_dict())
    model = gf.load(run.path)
    assert model.trace(TEXT).about["family"] == family
    assert not model.untrained


def test_a_decoder_alone_predicts_at_each_place() -> None:
    model = untrained("decoder-only")
    tape = model.trace(TEXT)
    tokens = model.tokenizers.target.encode(TEXT)
    read, following = ids_of(tape, "target"), ids_of(tape, "next")
    assert tape.about["source"] == []
    assert read == [model.tokenizers.target.bos_id, *tokens]
    assert following[:-1] == tokens
    probabilities = tape["probabilities"]
    assert probabilities.shape == (1, len(read), VOCABULARY)
    assert following[-1] == int(probabilities[0, -1].argmax())
    assert torch.allclose(probabilities.sum(-1), torch.ones(()))
    assert "target_mask" in tape and "source_mask" not in tape


def test_what_a_decoder_alone_writes_is_its_best_guess_each_time() -> None:
    model = untrained("decoder-only")
    assert isinstance(model, Predictor)
    tokenizer = model.tokenizers.target
    ids = [tokenizer.bos_id, *tokenizer.encode("the girl")]
    count = len(ids)
    for _ in range(5):
        scores = model.model.logits(model.model(torch.tensor([ids])))[0, -1].clone()
        scores[[tokenizer.pad_id, tokenizer.bos_id]] = -torch.inf
        ids.append(int(scores.argmax()))
    assert model.generate("the girl", max_length=5) == tokenizer.decode(ids[count:])


def test_an_encoder_alone_predicts_what_stands_there() -> None:
    model = untrained("encoder-only")
    tape = model.trace(TEXT, pad=3)
    source = ids_of(tape, "source")
    tokenizer = model.tokenizers.target
    assert source == [*tokenizer.encode(TEXT), tokenizer.eos_id, *[tokenizer.pad_id] * 3]
    assert tape.about["target"] == []
    assert tape["probabilities"].shape == (1, len(source), VOCABULARY)
    best = tape["probabilities"][0, : len(source) - 3].argmax(-1).tolist()
    assert tape.about["output"] == tokenizer.decode(best)
    assert (tape["encoder.1.self_attention.weights"][..., -3:] == 0).all()


def test_padding_is_seen_and_changes_nothing(tiny_model: gf.LoadedModel) -> None:
    plain, padded = tiny_model.trace("the girl sleeps"), tiny_model.trace("the girl sleeps", pad=2)
    assert len(padded.about["source"]) == len(plain.about["source"]) + 2
    assert padded.about["source"][-1] == {"id": 0, "piece": "<pad>"}
    assert padded.about["output"] == plain.about["output"]
    assert torch.allclose(padded["probabilities"], plain["probabilities"], atol=1e-6)
    assert padded["source_mask"].flatten().tolist()[-2:] == [False, False]
    with pytest.raises(ConfigError, match="no padding mask"):
        untrained("decoder-only").trace("a", pad=1)


@pytest.mark.parametrize("family", ["encoder-decoder", "decoder-only"])
def test_stepwise_is_the_same_with_a_cache_that_grows(family: str) -> None:
    model = untrained(family)
    target = "la fille dort" if family == "encoder-decoder" else None
    together = model.trace(TEXT, target)
    steps = model.trace(TEXT, target, stepwise=True)
    count = len(together.about["target"])
    ends = ["", *(f"@{n}" for n in range(1, count))]
    found = torch.cat([steps[f"probabilities{end}"] for end in ends], 1)
    assert torch.allclose(found, together["probabilities"], atol=1e-6)
    keys = [steps[f"decoder.1.self_attention.key{end}"].size(2) for end in ends]
    assert keys == list(range(1, count + 1))
    assert max(entry.step for entry in steps) == count - 1
    for entry in steps:
        if entry.kind == "value":
            assert torch.allclose(steps.recompute(entry).float(), entry.value.float(), atol=1e-4), (
                entry.path
            )


@pytest.mark.parametrize("family", ["encoder-decoder", "decoder-only", "encoder-only"])
def test_a_training_step_by_its_parts(family: str) -> None:
    model = untrained(family, attention_dropout=0.13)
    target = "la fille dort" if family == "encoder-decoder" else None
    tape = model.trace(TEXT, target, training=Training(seed=7, dropout=0.31, smoothing=0.17))
    assert tape.about["training"] == {"seed": 7, "dropout": 0.31, "smoothing": 0.17}
    wanted = tape["wanted"]
    expected = sequence_loss(
        tape["hidden"], model.model.output_matrix.detach(), wanted, pad=0, smoothing=0.17
    )
    assert float(tape["loss"]) == pytest.approx(float(expected) / wanted.numel(), rel=1e-5)
    assert torch.allclose(tape["smoothed"].sum(-1), torch.ones(()))
    assert torch.equal(tape["smoothed"].argmax(-1), wanted)
    stack = "encoder" if family == "encoder-only" else "decoder"
    for path, rate in (
        (f"{stack}.0.after_feedforward", 0.31), (f"{stack}.1.self_attention", 0.13),
    ):  # fmt: skip
        kept = tape.entry(f"{path}.kept")
        assert kept.kind == "input" and kept.value.dtype == torch.bool
        dropped = tape[f"{path}.dropped"]
        assert (dropped[~kept.value] == 0).all() and (dropped[kept.value] != 0).any()
        assert 0.3 * rate < float((~kept.value).float().mean()) < 2 * rate
    recompute_all(tape)


def recompute_all(tape: Tape) -> None:
    for entry in tape:
        if entry.kind == "value":
            again, value = tape.recompute(entry).float(), entry.value.float()
            assert torch.allclose(again, value, atol=1e-4), entry.path


def test_training_leaves_the_model_as_it_was(tiny_model: gf.LoadedModel) -> None:
    before = tiny_model.trace("the girl sleeps")
    states = {path: p.clone() for path, p in tiny_model.model.named_parameters()}
    training = Training(seed=3, dropout=0.5)
    traced = [tiny_model.trace("the girl sleeps", training=training) for _ in range(2)]
    assert torch.equal(traced[0]["hidden"], traced[1]["hidden"])
    assert not torch.allclose(traced[0]["hidden"], before["hidden"], atol=1e-2)
    assert not tiny_model.model.training
    assert torch.equal(tiny_model.trace("the girl sleeps")["hidden"], before["hidden"])
    for path, parameter in tiny_model.model.named_parameters():
        assert torch.equal(parameter, states[path])
    for name in ("dropout", "smoothing"):
        with pytest.raises(ConfigError, match=name):
            Training(**{name: 1.0})  # type: ignore[arg-type]


def test_an_unknown_word_is_marked() -> None:
    tape = untrained("encoder-decoder").trace("the pizza is", "la")
    unknown = [token.get("unknown", False) for token in tape.about["source"]]
    pieces = [token["piece"] for token in tape.about["source"]]
    assert pieces[0] == "▁the" and pieces[-2] == "▁is"
    assert unknown == [False, *[True] * (len(pieces) - 3), False, False]


def test_a_tokenizer_must_fit(tiny_model: gf.LoadedModel) -> None:
    model = gf.build(gf.ModelConfig(source_vocabulary=5003, target_vocabulary=5003, **SIZES))
    with pytest.raises(ConfigError, match=r"5003 entries .* the tokenizer has \d+: build it with"):
        wrap(model)
    pair = tiny_model.tokenizers
    with pytest.raises(ConfigError, match="source vocabulary"):
        wrap(model, TokenizerPair(pair.source, pair.target))
    size = pair.source.size
    fitting = gf.build(gf.ModelConfig(source_vocabulary=size, target_vocabulary=size, **SIZES))
    assert wrap(fitting, pair.source, "mine").name == "mine"


def test_a_patch_decides_what_is_written(tiny_model: gf.LoadedModel) -> None:
    """Decoding with a patch meets the same tensors as the recorded run: a row is a position."""

    def silence(path: str, axes: str, value: Tensor) -> Tensor:
        if path != "decoder.1.cross_attention.weights" or value.size(2) <= 2:
            return value
        changed = value.clone()
        changed[:, :, 2] = 0
        return changed

    tape = tiny_model.trace("the girl sleeps", patch=silence)
    assert ids_of(tape, "next") == tape["probabilities"][0].argmax(-1).tolist()


def test_one_pass_tells_what_would_be_written(tiny_model: gf.LoadedModel) -> None:
    model = as_translator(tiny_model)
    for text in ("the girl sleeps", "the old dog", "my old uncle will visit the castle tomorrow"):
        (found,) = model.translations([text], beam=1)
        assert model.would_write(text, found[0].text) == found[0].finished
        assert not model.would_write(text, f"{found[0].text} la")
