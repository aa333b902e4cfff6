"""Checks that speak up: each on a model with its fault planted, and none on a sound one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import glassformer as gf
from glassformer.inspection.checks import Finding, check
from glassformer.inspection.record import record
from glassformer.model import Model, ModelConfig, build, transformer
from glassformer.tap import tap

SIZES: dict[str, Any] = {
    "source_vocabulary": 31, "target_vocabulary": 31, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 2, "d_k": 5, "d_v": 7,
}  # fmt: skip
SOURCE = torch.tensor([[3, 4, 5, 6, 7, 0, 0]])
TARGET = torch.tensor([[1, 4, 5, 9, 11]])
INPUTS = {
    "encoder-decoder": (SOURCE, TARGET), "decoder-only": (TARGET,), "encoder-only": (SOURCE,),
}  # fmt: skip
FAMILIES = list(INPUTS)
Break = Callable[[Model, pytest.MonkeyPatch], None]


def small(**changes: Any) -> Model:
    return build(ModelConfig(**(SIZES | changes)), seed=5).eval()


@torch.no_grad()
def checked(model: Model) -> list[Finding]:
    with record(model) as tape:
        hidden = model(*INPUTS[model.config.family])
        tap(model, "logits", "batch position vocabulary", model.logits(hidden))
    return check(tape, model)


def faults(model: Model) -> list[Finding]:
    return [finding for finding in checked(model) if not finding.ok]


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_wrong_with_a_sound_model(family: str, norm: str) -> None:
    found = checked(small(family=family, norm=norm, tie="output"))
    assert all(one.ok for one in found), [one.sentence for one in found if not one.ok]
    names = {one.check for one in found}
    assert {"numbers", "rows", "heads", "norms", "tied"} <= names
    assert ("causality" in names) == (family != "encoder-only")
    assert ("padding" in names) == (family != "decoder-only")


def test_nothing_is_wrong_with_a_trained_model(tiny_model: gf.LoadedModel) -> None:
    for options in ({}, {"pad": 3}, {"stepwise": True}):
        tape = tiny_model.trace("the girl sleeps", "la fille dort", **options)
        assert not [f.sentence for f in check(tape, tiny_model.model) if not f.ok]


def flipped_causal(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = transformer.causal_mask
    monkeypatch.setattr(transformer, "causal_mask", lambda *sizes: plain(*sizes).T)


def flipped_padding(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        transformer, "padding_mask", lambda tokens, pad: torch.ones_like(tokens)[:, None, None] > 0
    )


def wrong_axis(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def attend(query: Tensor, key: Tensor, value: Tensor, mask: Any, *, tap: Any, **_: Any) -> Any:
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
        weights = tap("weights", "batch head query key", scores.softmax(-2))
        return tap("mixed", "batch head query feature", weights @ value)

    monkeypatch.setattr("glassformer.model.attention.attend_by_steps", attend)


def a_nan(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        model.get_parameter("encoder.1.feedforward.up.weight")[3, 5] = math.nan


def an_infinity(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        model.get_parameter("encoder.0.feedforward.up.bias")[4] = -math.inf


def untied(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    model.output_matrix = nn.Parameter(model.output_matrix.detach().clone())


def dead(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        model.get_parameter("encoder.0.self_attention.value_matrix.weight")[7:14] = 0


def uniform(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        model.get_parameter("decoder.1.cross_attention.query_matrix.weight")[:5] = 0


def exploding(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.no_grad():
        model.get_parameter("encoder.1.feedforward.down.weight").mul_(1000)


@pytest.mark.parametrize(
    ("broken", "name", "path", "says"),
    [
        (flipped_causal, "causality", "decoder.0.self_attention.weights", "query 0, key 1"),
        (flipped_padding, "padding", "source_embedding.placed|encoder.0.", "padding"),
        (wrong_axis, "rows", "encoder.0.self_attention.weights", "and not to 1"),
        (a_nan, "numbers", "encoder.1.feedforward.up.weight", "first NaN .* axis 0 3, axis 1 5"),
        (an_infinity, "numbers", "encoder.0.feedforward.up.bias", "first infinity .* axis 0 4"),
        (untied, "tied", "target_embedding.tokens.weight", "should be one matrix .* differ by"),
        (dead, "heads", "encoder.0.self_attention.mixed", "Head 2 of .* gives nothing"),
        (uniform, "heads", "decoder.1.cross_attention.weights", "Head 1 of .* alike"),
        (exploding, "norms", "encoder.1.after_feedforward.added", "grows from"),
    ],
)
def test_a_planted_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, broken: Break, name: str, path: str, says: str
) -> None:
    model = small(tie="output", norm="pre")
    broken(model, monkeypatch)
    found = [one for one in faults(model) if one.check == name]
    assert found, [one.sentence for one in checked(model)]
    assert re.match(path, found[0].paths[0]), found[0]
    assert re.search(says, found[0].sentence), found[0].sentence
    told = found[0].to_json()
    assert {"check", "ok", "sentence", "paths", "cell", "positions", "by", "line"} <= set(told)
    if name != "tied":
        assert told["cell"] == {"path": found[0].paths[0], "flat": found[0].place}


class Smoothed(nn.Module):
    """A norm that takes its mean over the positions too: what comes later is seen."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean((-2, -1), keepdim=True)


def test_a_leak_that_no_attention_shows_is_found() -> None:
    model = small(family="decoder-only")
    model.decoder[0].after_self.norm = Smoothed()  # type: ignore[index,union-attr]
    (found,) = [one for one in faults(model) if one.check == "causality"]
    assert found.paths == ("decoder.0.after_self.norm.mean",)
    model = small(family="encoder-only")
    model.encoder[1].after_self.norm = Smoothed()  # type: ignore[index,union-attr]
    (found,) = [one for one in faults(model) if one.check == "padding"]
    assert found.paths == ("encoder.1.after_self.norm.mean",)


def test_a_recording_alone_can_be_checked() -> None:
    model = small()
    with torch.no_grad(), record(model) as tape:
        model(SOURCE, TARGET)
    found = check(tape)
    assert all(one.ok for one in found) and "tied" not in {one.check for one in found}


def test_any_module_can_be_checked() -> None:
    model = nn.Transformer(16, 2, 2, 2, 32, batch_first=True).eval()
    x = torch.randn(1, 5, 16, generator=torch.Generator().manual_seed(1))
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    with torch.no_grad(), record(model) as tape:
        model(x, x, tgt_mask=mask)
    assert all(one.ok for one in check(tape, model))
    with torch.no_grad(), record(model) as tape:
        model(x, x)
    assert [one.check for one in check(tape, model) if not one.ok] == ["causality"]
