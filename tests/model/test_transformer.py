"""The model against its definition: causality, padding, the cache, tying, parameter counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.model import DecoderOnly, EncoderDecoder, EncoderOnly, Model, ModelConfig, build
from glassformer.model.embedding import Embedding, Patches
from glassformer.model.presets import PRESETS, TABLE_3, preset, table3

Make = Callable[..., Model]
VARIANTS: list[dict[str, Any]] = [
    {}, {"norm": "pre"}, {"positions": "learned", "max_length": 41}, {"activation": "gelu"},
    {"positions": "sinusoids-concatenated", "bias": True}, {"tie": "none"}, {"tie": "output"},
    {"positions": "learned", "max_length": 43, "first_position": 2, "segments": 3,
     "embedding_norm": True, "scale_embedding": False, "final_norm": True},
    {"positions": "sinusoids-halved", "activation": "silu", "head": "transform",
     "output_bias": True},
    {"norm": "pre", "final_norm": False, "activation": "gelu-tanh", "head": "tanh"},
]  # fmt: skip
variants = pytest.mark.parametrize("changes", VARIANTS, ids=str)


@variants
def test_a_future_token_moves_nothing_before_it(
    make: Make, source: Tensor, target: Tensor, changes: dict[str, Any]
) -> None:
    model = make(**changes)
    other = target.clone()
    other[:, 7] = other[:, 7] % 30 + 1
    one, two = model(source, target), model(source, other)
    assert torch.equal(one[:, :7], two[:, :7])
    assert (one[:, 7:] - two[:, 7:]).abs().amax(-1).min() > 1e-4
    alone = make(family="decoder-only", **changes)
    assert torch.equal(alone(target)[:, :7], alone(other)[:, :7])


@variants
def test_padding_moves_nothing(
    make: Make, source: Tensor, target: Tensor, changes: dict[str, Any]
) -> None:
    model = make(**changes)
    together = model(source, target)
    more = torch.nn.functional.pad(source, (0, 4))
    assert (model(more, target) - together).abs().max() < 1e-5
    for row, length in ((1, 7), (3, 2)):
        alone = model(source[row : row + 1, :length], target[row : row + 1])
        assert (alone - together[row]).abs().max() < 1e-5
    reader = make(family="encoder-only", **changes)
    assert (reader(more)[1, :7] - reader(source[1:2, :7])[0]).abs().max() < 1e-5
    assert (together[0] - model(source[1:2], target[:1])[0]).abs().max() > 1e-3


@variants
def test_cached_decoding_is_the_full_forward(
    make: Make, source: Tensor, target: Tensor, changes: dict[str, Any]
) -> None:
    model = make(**changes)
    assert isinstance(model, EncoderDecoder)
    full = model.logits(model(source, target))
    state = model.start(source)
    for i in range(target.size(1)):
        logits, state = model.step(target[:, i], state)
        assert (logits - full[:, i]).abs().max() < 1e-5
    alone = make(family="decoder-only", **changes)
    assert isinstance(alone, DecoderOnly)
    full, own = alone.logits(alone(target)), alone.start()
    for i in range(target.size(1)):
        logits, own = alone.step(target[:, i], own)
        assert (logits - full[:, i]).abs().max() < 1e-5


def test_cached_decoding_survives_reordering(make: Make, source: Tensor, target: Tensor) -> None:
    model = make()
    assert isinstance(model, EncoderDecoder)
    rows = torch.tensor([3, 3, 0, 4, 1, 0, 2])
    state = model.start(source)
    for i in range(5):
        _, state = model.step(target[:, i], state)
    state = state.select(rows)
    full = model.logits(model(source[rows], target[rows]))
    for i in range(5, 13):
        logits, state = model.step(target[rows, i], state)
        assert (logits - full[:, i]).abs().max() < 1e-5


@pytest.mark.parametrize("row", list(TABLE_3))
def test_table_3_has_the_parameters_of_the_closed_formula(row: str) -> None:
    config = table3(row, 37_000)
    with torch.device("meta"):
        model = {"encoder-decoder": EncoderDecoder}[config.family](config)
    assert sum(p.numel() for p in model.parameters()) == config.parameter_count()


def test_differences_between_rows_of_table_3() -> None:
    count = {row: table3(row, 37_000).parameter_count() / 1e6 for row in TABLE_3}
    assert round(count["C-N8"] - count["base"], 2) == 14.70
    assert round(count["C-dff4096"] - count["base"], 2) == 25.19
    assert round(count["base"] - count["B-dk32"], 2) == 4.72


@pytest.mark.parametrize("family", ["encoder-decoder", "decoder-only", "encoder-only"])
@variants
@pytest.mark.parametrize("tie", ["none", "output", "all"])
def test_parameter_count(make: Make, family: str, changes: dict[str, Any], tie: str) -> None:
    model = make(**(changes | {"family": family, "tie": tie}))
    assert sum(p.numel() for p in model.parameters()) == model.config.parameter_count()


IMAGES: dict[str, Any] = {
    "family": "encoder-only", "source_vocabulary": 1, "target_vocabulary": 1, "tie": "none",
    "labels": 7, "image_size": 15, "patch_size": 5, "channels": 2, "norm": "pre",
    "positions": "learned", "scale_embedding": False,
}  # fmt: skip


def test_images_are_read_patch_by_patch(make: Make) -> None:
    model = make(**IMAGES)
    assert sum(p.numel() for p in model.parameters()) == model.config.parameter_count()
    embedding = model.source_embedding
    assert isinstance(embedding, Patches)
    with torch.no_grad():
        for parameter in embedding.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(3)))
    pixels = torch.randn(3, 2, 15, 15, generator=torch.Generator().manual_seed(4))
    kernel = embedding.patches.weight.unflatten(1, (2, 5, 5))
    convolved = torch.nn.functional.conv2d(pixels, kernel, embedding.patches.bias, stride=5)
    found, table = embedding(pixels), embedding.positions.table
    assert found.shape == (3, 10, 22)
    assert torch.allclose(found[:, 1:], convolved.flatten(2).mT + table[1:], atol=1e-5)
    assert torch.allclose(found[:, 0], (embedding.class_token + table[0]).expand(3, -1))
    assert model.logits(model(pixels)).shape == (3, 1, 7)


def test_labels_come_from_the_first_position(make: Make, source: Tensor) -> None:
    changes = {"family": "encoder-only", "tie": "none", "labels": 7, "output_bias": True}
    model, whole = make(**changes), make(**changes | {"labels": None})
    assert sum(p.numel() for p in model.parameters()) == model.config.parameter_count()
    with torch.no_grad():
        assert model.output_bias is not None
        model.output_bias.copy_(torch.arange(7.0))
    hidden = model(source)
    assert hidden.shape == (5, 1, 22)
    logits = model.logits(hidden)
    assert torch.allclose(logits, hidden @ model.output_matrix.T + torch.arange(7.0), atol=1e-5)
    part = {n: p for n, p in model.state_dict().items() if not n.startswith("output_")}
    whole.load_state_dict(part, strict=False)
    assert torch.allclose(whole(source)[:, :1], hidden)


def test_segments_are_told_apart(make: Make, source: Tensor) -> None:
    model = make(family="encoder-only", segments=3, embedding_norm=True)
    assert isinstance(model, EncoderOnly)
    second = torch.zeros_like(source)
    assert torch.equal(model(source), model(source, second))
    second[:, 5:] = 2
    assert (model(source) - model(source, second)).abs().max() > 1e-3
    embedding = model.source_embedding
    assert isinstance(embedding, Embedding) and embedding.segments is not None
    placed = embedding.tokens(source) * 22**0.5 + embedding.positions(0, 11)
    marked = placed + embedding.segments.weight[second]
    expected = torch.nn.functional.layer_norm(marked, (22,), eps=1e-6)
    assert torch.allclose(embedding(source, segments=second), expected, atol=1e-5)


def test_tying_shares_what_it_says(make: Make) -> None:
    for tie, shared in (("none", (False, False)), ("output", (False, True)), ("all", (True, True))):
        model = make(tie=tie)
        assert isinstance(model, EncoderDecoder)
        target = model.target_embedding.tokens.weight
        found = (model.source_embedding.tokens.weight is target, model.output_matrix is target)
        assert found == shared


def test_initialisation_is_the_references_and_the_seeds(make: Make) -> None:
    config = ModelConfig(source_vocabulary=997, target_vocabulary=997, d_model=64, d_ff=97)
    model, again, other = build(config, 3), build(config, 3), build(config, 4)
    assert isinstance(model, EncoderDecoder)
    assert model.output_matrix.std().item() == pytest.approx(64**-0.5, rel=0.02)
    assert torch.equal(model.output_matrix, again.output_matrix)
    assert not torch.equal(model.output_matrix, other.output_matrix)
    up = model.get_submodule("encoder.0.feedforward.up")
    assert isinstance(up, torch.nn.Linear)
    bound = (6 / (64 + 97)) ** 0.5
    assert 0.95 * bound < up.weight.abs().max() <= bound
    assert up.bias.abs().max() == 0
    model_pre = make(norm="pre")
    norms = [p for n, p in model_pre.named_parameters() if n.endswith("norm.weight")]
    assert norms
    assert all((p == 1).all() for p in norms)


def test_presets_differ_where_the_paper_says() -> None:
    base = preset("base", 101)
    assert (base.n_layers, base.d_model, base.d_ff, base.n_heads, base.dropout) == (
        6,
        512,
        2048,
        8,
        0.1,
    )
    assert (base.norm, base.tie, base.positions, base.bias) == ("post", "all", "sinusoids", False)
    assert preset("big", 101) == replace(base, d_model=1024, d_ff=4096, n_heads=16, dropout=0.3)
    assert preset("parsing", 101) == replace(preset("big", 101), n_layers=4)
    v1 = preset("reference-v1", 101)
    assert v1 == replace(base, positions="sinusoids-concatenated")
    assert preset("reference-v3", 101) == replace(
        v1, norm="pre", attention_dropout=0.1, activation_dropout=0.1
    )
    assert preset("table3:E", 101) == replace(base, positions="learned")
    assert set(PRESETS) == {"base", "big", "parsing", "reference-v1", "reference-v3"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_heads": 3, "d_k": None, "d_v": None}, "n_heads = 3 does not divide d_model = 22"),
        ({"norm": "psot"}, "Did you mean 'post'"),
        ({"d_ff": 0}, "d_ff = 0 must be at least 1"),
        ({"dropout": 1.0}, "dropout = 1.0 must be in"),
        ({"epsilon": 0.0}, "epsilon = 0.0 must be above 0"),
        ({"target_vocabulary": 29}, "needs one vocabulary"),
        ({"head": "transfrom"}, "Did you mean 'transform'"),
        ({"segments": -1}, "segments = -1 must be at least 0"),
        ({"labels": 3}, "labels = 3 is for family = 'encoder-only'"),
        ({"labels": 3, "family": "encoder-only"}, "set tie = 'none'"),
        ({"image_size": 15, "family": "encoder-only"}, "patch_size = 16 does not divide"),
        ({"image_size": 16, "family": "encoder-only"}, "say how many, labels = N"),
    ],
)
def test_bad_configs_are_named(make: Make, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(**changes)


def test_unknown_presets_name_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'big'"):
        preset("bigg", 11)
    with pytest.raises(ConfigError, match="no row"):
        preset("table3:Z", 11)


def test_learned_positions_end(make: Make, source: Tensor, target: Tensor) -> None:
    model = make(positions="learned", max_length=12)
    with pytest.raises(ConfigError, match="13 tokens is longer than the 12 learned"):
        model(source, target)


def test_sinusoids_go_on_beyond_their_table(make: Make) -> None:
    model = make(family="encoder-only")
    assert isinstance(model, EncoderOnly)
    long = torch.randint(1, 31, (1, 307), generator=torch.Generator().manual_seed(3))
    assert model(long).isfinite().all()
    table = model.source_embedding.positions(0, 307)
    assert torch.equal(table[:256], make(family="encoder-only").source_embedding.positions(0, 256))  # type: ignore[operator,union-attr]


def test_dropout_stands_where_the_paper_has_it(
    make: Make, source: Tensor, target: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import glassformer.model.embedding as embedding
    import glassformer.model.residual as residual

    calls: list[str] = []
    for module, function in ((embedding, "dropout"), (residual, "add_dropped")):

        def counted(
            *given: Any,
            name: str = module.__name__,
            called: Callable[..., Tensor] = getattr(module, function),
            **named: Any,
        ) -> Tensor:
            calls.append(name.rsplit(".", 1)[1])
            return called(*given, **named)

        monkeypatch.setattr(module, function, counted)
    model = make(dropout=0.5).train()
    one, two = model(source, target), model(source, target)
    assert calls == 2 * (["embedding"] + ["residual"] * 6 + ["embedding"] + ["residual"] * 9)
    assert not torch.equal(one, two)
    model.eval()
    assert torch.equal(model(source, target), model(source, target))
