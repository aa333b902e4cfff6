"""gf.check: planted bugs are found and located, sound models give no finding."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import glassformer as gf
from glassformer.errors import CheckError, ConfigError
from glassformer.inspection.report import Report

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("planted", HERE / "planted.py")
assert spec and spec.loader
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)
Small = planted.Small

TOKENS = torch.tensor([[3, 14, 5, 9, 2, 6, 11], [8, 7, 21, 4, 13, 12, 10]])


def line_with(code: str) -> int:
    """The one line of the planted file that begins with this code."""
    lines = (HERE / "planted.py").read_text(encoding="utf-8").split("\n")
    (found,) = [i for i, line in enumerate(lines, 1) if line.strip().startswith(code)]
    return found


def checked(*bugs: str, training: bool = False, **more: Any) -> Report:
    model = Small(*bugs).train(training)
    return gf.check(model, TOKENS, causal=True, padding=0, generate=model.step, **more)


@pytest.mark.parametrize(
    ("bug", "name", "positions", "code"),
    [
        ("flipped triangle", "causality", (0, 5), "weights = scores.softmax(-1)"),
        ("missing padding mask", "padding", (0, 6), "weights = scores.softmax(-1)"),
        ("softmax over queries", "rows", (), "weights = scores.softmax(-2)"),
        ("position offset", "padding", (0, 6), "x = self.embed(tokens) + self.places(self.where"),
        ("cache off by one", "cache", (1, 1), "x = self.embed(tokens) + self.places(torch.tensor"),
    ],
)
def test_a_planted_bug_is_found_and_located(
    bug: str, name: str, positions: tuple[int, ...], code: str
) -> None:
    report = checked(bug)
    found = [one for one in report.faults if one.check == name]
    assert found, str(report)
    assert found[0].line == line_with(code), found[0].sentence
    assert code[:20] in found[0].sentence and "planted.py" in found[0].file
    if positions:
        assert found[0].by and found[0].by > 1e-4
        assert (found[0].positions[0], found[0].positions[-1]) == positions
    if bug == "position offset":
        assert all("on the left" in one.sentence for one in found)


def test_an_unshifted_target_is_found() -> None:
    report = checked(target=TOKENS)
    (found,) = report.faults
    assert found.check == "target" and "the target is its own input" in found.sentence
    assert found.line == line_with("x = self.embed(tokens) + self.places(self.where")
    assert not checked(target=TOKENS.roll(-1, 1)).faults


def test_an_unshifted_target_is_found_in_the_models_own_loss() -> None:
    inputs = {"tokens": TOKENS, "targets": TOKENS}
    (found,) = gf.check(Small().eval(), inputs, causal="tokens").faults
    assert found.check == "target" and found.line == line_with("return logits, F.cross_entropy")
    inputs = {"tokens": TOKENS[:, :-1], "targets": TOKENS[:, 1:]}
    assert not gf.check(Small().eval(), inputs, causal="tokens").faults


def test_training_mode_is_found() -> None:
    report = checked(training=True)
    (found,) = report.faults
    assert found.check == "dropout" and "call model.eval() first" in found.sentence
    assert found.line == line_with("x = x + self.drop(found)")


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(5, 5), nn.BatchNorm1d(7), nn.Dropout(0.5)).train()
    model[2].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gf.check(model, torch.randn(3, 7, 5))
    assert [part.training for part in model] == [True, True, False]
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_dropout_that_no_mode_switches_off_is_found() -> None:
    class Always(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.dropout(x, 0.5)

    (found,) = gf.check(Always().eval(), torch.randn(2, 5, 3)).faults
    assert found.check == "dropout" and "evaluation mode" in found.sentence
    assert found.file == "test_examine.py" and "F.dropout" in found.sentence


def test_a_batch_whose_examples_meet_is_found() -> None:
    class Meets(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x - x.mean(0)

    (found,) = gf.check(Meets().eval(), torch.randn(3, 5, 7)).faults
    assert found.check == "batch" and found.positions == (0, 1, 2, 3, 4)
    assert "x.mean(0)" in found.sentence
    (found,) = gf.check(nn.Sequential(nn.BatchNorm1d(5)).eval(), torch.randn(3, 5, 7)).faults
    assert found.sentence.startswith("In training mode")


def test_nan_and_a_row_with_nowhere_to_look_are_found() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True).eval()
    padding = torch.tensor([[False] * 5, [True] * 5])
    inputs = {"src": torch.randn(2, 5, 16), "src_key_padding_mask": padding}
    report = gf.check(layer, inputs)
    found = {one.check: one for one in report.faults}
    assert "masked" in found and "All keys" in found["masked"].sentence
    assert "numbers" in found or "recorded" in found
    model = nn.Linear(3, 3)
    with torch.no_grad():
        model.weight[1, 2] = math.nan
    (nan,) = gf.check(model, torch.randn(2, 5, 3)).faults
    assert nan.check == "numbers" and "weight, at axis 0 1, axis 1 2" in nan.sentence


def test_where_the_recorded_run_differs_it_says_so() -> None:
    class Knows(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + float(torch.overrides._get_current_function_mode() is not None)

    (found,) = gf.check(Knows().eval(), torch.zeros(1, 3, 2)).faults
    assert found.check == "recorded" and found.by == 1.0


def torchs_own() -> Report:
    torch.manual_seed(0)
    model = nn.Transformer(16, 2, 2, 2, 32, batch_first=True).eval()
    inputs = {
        "src": torch.randn(3, 5, 16), "tgt": torch.randn(3, 4, 16),
        "tgt_mask": nn.Transformer.generate_square_subsequent_mask(4),
    }  # fmt: skip
    masks = {"src_key_padding_mask": True, "memory_key_padding_mask": True}
    return gf.check(model, inputs, causal="tgt", padding={"src": 0.0, **masks})


def torchs_encoder_as_a_decoder() -> Report:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, norm_first=True)
    model = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    inputs = {
        "src": torch.randn(7, 3, 16), "mask": nn.Transformer.generate_square_subsequent_mask(7)
    }  # fmt: skip
    axes = {"src": "position batch feature", "output": "position batch feature"}
    padding = {"src": 0.0, "src_key_padding_mask": True}
    return gf.check(model, inputs, causal="src", padding=padding, axes=axes, sides=["right"])


def transformers_gpt2() -> Report:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=31, n_positions=29, n_embd=22, n_layer=2, n_head=2, bos_token_id=1,
        eos_token_id=2,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config).eval()
    inputs = {
        "input_ids": TOKENS, "attention_mask": torch.ones_like(TOKENS),
        "position_ids": torch.arange(7).expand(2, 7), "labels": TOKENS,
    }  # fmt: skip
    padding = {"input_ids": 0, "attention_mask": 0, "position_ids": 0, "labels": -100}
    return gf.check(model, inputs, causal="input_ids", padding=padding, generate=True)


def transformers_bert() -> Report:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=31, hidden_size=22, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=37, max_position_embeddings=29,
    )  # fmt: skip
    model = transformers.BertForMaskedLM(config).eval()
    padding = {"input_ids": 0, "attention_mask": 0}
    return gf.check(model, {"input_ids": TOKENS}, padding=padding, sides=["right"])


def by_hand() -> Report:
    return checked(target=TOKENS.roll(-1, 1))


SOUND = [torchs_own, torchs_encoder_as_a_decoder, transformers_gpt2, transformers_bert, by_hand]


@pytest.mark.parametrize("made", SOUND)
def test_a_sound_model_gives_no_finding(made: Any) -> None:
    report = made()
    assert not report.faults, str(report)
    report.raise_if_any()
    assert {"dropout", "padding", "batch", "numbers", "rows"} <= {
        one.check for one in report.findings
    }


def test_ours_are_sound(tiny_model: gf.LoadedModel) -> None:
    report = gf.check(tiny_model)
    report.raise_if_any()
    names = {one.check for one in report.findings}
    assert {"causality", "padding", "cache", "target", "batch", "masked"} <= names
    for family in ("decoder-only", "encoder-only"):
        from glassformer.loaded import wrap

        config = gf.ModelConfig(
            family=family, source_vocabulary=997, target_vocabulary=997, d_model=22, d_ff=37,
            n_heads=2, n_layers=2,
        )  # fmt: skip
        gf.check(wrap(gf.build(config))).raise_if_any()


def test_it_is_one_line_of_a_test() -> None:
    with pytest.raises(CheckError, match="a future token moves the past.*planted.py, line"):
        checked("flipped triangle").raise_if_any()


@pytest.mark.parametrize(
    ("inputs", "options", "says"),
    [
        (TOKENS, {"causal": "token"}, "there is no input 'token' here. Did you mean 'tokens'"),
        ({"token": TOKENS}, {}, "cannot be called with these inputs: .*token"),
        (None, {}, "needs the inputs"),
        (TOKENS, {"generate": True}, "say causal=NAME"),
        (TOKENS, {"generate": True, "causal": True}, "Small has neither: give generate=step"),
        (TOKENS, {"sides": ["top"]}, "'left' and 'right', not 'top'"),
        (TOKENS, {"axes": {"tokens": "batch position feature"}}, re.escape("the shape [2, 7]")),
    ],
)
def test_what_does_not_fit_is_said(inputs: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        gf.check(Small().eval(), inputs, **options)
