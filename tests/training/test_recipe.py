"""Recipes: every shipped one is whole; what is wrong in one is named."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassformer.errors import ConfigError, GlassformerError
from glassformer.training.recipe import load_recipe, parse_recipe, shipped, toml_value

SMALL = """
[data]
source = "petit"
[tokenizer]
kind = "word"
[training]
updates = 10
"""


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_recipe_survives_being_written(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.description
    assert parse_recipe(recipe.to_toml()) == recipe


def test_defaults_are_the_papers() -> None:
    training = parse_recipe(SMALL).training
    assert (training.beta1, training.beta2, training.epsilon) == (0.9, 0.98, 1e-9)
    assert (training.label_smoothing, training.warmup, training.average) == (0.1, 4000, 5)
    assert training.tokens_per_update == 25_000
    decoding = parse_recipe(SMALL).decoding
    assert (decoding.beam, decoding.alpha, decoding.extra_length) == (4, 0.6, 50)


def test_reference_recipes_differ_where_the_paper_sheet_says() -> None:
    v1, v3 = (asdict(load_recipe(f"wmt14-en-de-reference-{v}")) for v in ("v1", "v3"))
    changed = {k for k in v1["training"] if v1["training"][k] != v3["training"][k]}
    assert changed == {"warmup", "peak_learning_rate", "beta2"}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.upd=3", r"unknown key training.upd. Did you mean 'updates'"),
        ("modle.d_model=3", r"unknown key modle.*'model'"),
        ("model.heads=3", r"unknown key model.heads"),
        ("model.n_heads=7", r"n_heads = 7 does not divide d_model = 512"),
        ("model.preset=bsae", r"no preset 'bsae'. Did you mean 'base'"),
        ("model.norm=past", r"norm.*'past'"),
        ("model.d_model=wide", r"model.d_model.*'wide'"),
        ("training.updates=0", r"training.updates = 0 must be at least 1"),
        ("training.updates=many", r"training.updates.*'many'"),
        ("training.label_smoothing=1.5", r"label_smoothing = 1.5 must be in"),
        ("training.average=9", r"training.average = 9 needs training.keep"),
        ("training.dtype=fp8", r"training.dtype.*'fp8'"),
        ("data.source=multi40k", r"Did you mean 'multi30k'"),
        ("tokenizer.kind=words", r"kind"),
        ("decoding.beam=0", r"beam = 0 must be at least 1"),
        ("data=3", r"data is a section"),
        ("training", r"'training' is no override"),
    ],
)
def test_bad_value_is_named(override: str, message: str) -> None:
    with pytest.raises(GlassformerError, match=message):
        parse_recipe(SMALL, [override])


def test_overrides_are_toml_or_plain_text() -> None:
    recipe = parse_recipe(SMALL, ["data.path=some/folder", "model.tie=none", "training.clip=1.5"])
    assert recipe.data.path == "some/folder"
    assert recipe.model == {"tie": "none"}
    assert recipe.training.clip == 1.5


def test_unknown_recipe_and_bad_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'petit'"):
        load_recipe("petti")
    bad = tmp_path / "bad.toml"
    bad.write_text("[data\n")
    with pytest.raises(ConfigError, match=r"bad.toml: not valid TOML"):
        load_recipe(str(bad))
    bad.write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match=r"bad.toml"):
        load_recipe(str(bad))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_as_toml(text: str) -> None:
    assert tomllib.loads(f"value = {toml_value(text)}")["value"] == text


@given(st.text(max_size=60))
def test_any_text_is_a_recipe_or_an_error_of_ours(text: str) -> None:
    try:
        parse_recipe(text)
    except GlassformerError:
        pass
    else:
        pytest.fail("a recipe needs a data, a tokenizer and a training section")


@given(st.text(max_size=30), st.text(max_size=20))
def test_any_override_is_taken_or_an_error_of_ours(key: str, value: str) -> None:
    try:
        parse_recipe(SMALL, [f"{key}={value}"])
    except GlassformerError:
        return
    assert key.split(".")[0] in {"name", "description", "init_from", "data", "model", "tokenizer",
                                 "training", "decoding"}  # fmt: skip
