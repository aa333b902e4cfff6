"""The figures show the model that ran: its order of parts, its masks, its weights."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import torch

import glassformer as gf
from glassformer.errors import ConfigError

pytest.importorskip("matplotlib", reason="the figures need the extra 'paper'")

from glassformer.paper import fig1, fig3, fig4, fig5
from glassformer.paper.attention import Attention, look
from glassformer.paper.exhibit import NAMES, Request, maker
from glassformer.paper.structure import structure_of

SIZES = {"source_vocabulary": 97, "target_vocabulary": 97, "d_model": 22, "d_ff": 37, "n_heads": 2}


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_the_structure_is_what_ran(norm: str) -> None:
    found = structure_of(gf.build(gf.ModelConfig(**SIZES, n_layers=3, norm=norm)))  # type: ignore[arg-type]
    encoder, decoder = found.stacks
    assert (encoder.layers, decoder.layers) == (3, 3)
    assert [s.name for s in encoder.sublayers] == ["self_attention", "feedforward"]
    assert [s.name for s in decoder.sublayers] == [
        "self_attention", "cross_attention", "feedforward",
    ]  # fmt: skip
    assert [s.masked for s in (*encoder.sublayers, *decoder.sublayers)] == [
        False, False, True, False, False,
    ]  # fmt: skip
    assert [s.cross for s in decoder.sublayers] == [False, True, False]
    assert (encoder.reads_memory, decoder.reads_memory) == (False, True)
    for stack in found.stacks:
        assert {s.norm_first for s in stack.sublayers} == {norm == "pre"}
        assert stack.final_norm == (norm == "pre")


@pytest.mark.parametrize(
    ("family", "name", "masked"),
    [("decoder-only", "decoder", True), ("encoder-only", "encoder", False)],
)
def test_half_a_model_is_one_stack(family: str, name: str, masked: bool) -> None:
    config = gf.ModelConfig(**SIZES, n_layers=2, family=family)  # type: ignore[arg-type]
    (stack,) = structure_of(gf.build(config)).stacks
    assert (stack.name, stack.sublayers[0].masked, stack.reads_memory) == (name, masked, False)
    fig1.draw(structure_of(gf.build(config)), structure_of(gf.build(config)), family)


@pytest.mark.parametrize("name", ["fig1", "fig2", "fig3", "fig4", "fig5"])
def test_every_figure_is_written(name: str, tiny_run: Path, tmp_path: Path) -> None:
    exhibit = maker(name).make(Request(run=tiny_run))
    text, numbers, vector, pixels = exhibit.write(tmp_path)
    assert "### Where ours differs, and why\n\n- " in text.read_text(encoding="utf-8")
    assert f"]({name}.svg)" in text.read_text(encoding="utf-8")
    assert json.loads(numbers.read_bytes())["title"] == exhibit.title
    assert ElementTree.parse(vector).getroot().tag.endswith("svg")
    assert pixels.read_bytes().startswith(b"\x89PNG")


def test_the_same_picture_is_the_same_file(tiny_run: Path, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        fig4.make(Request(run=tiny_run)).write(tmp_path / folder)
    first, second = ((tmp_path / f / "fig4.svg").read_bytes() for f in ("first", "second"))
    assert first == second


def test_attention_is_the_run_s_own(tiny_run: Path) -> None:
    sentence = "the dog that the girl sees does not sleep because it is tired"
    model = gf.load(tiny_run)
    data = fig5.make(Request(run=tiny_run, sentence=sentence)).data
    recorded = model.trace(sentence)["encoder.1.self_attention.weights"][0]
    assert data["path"] == "encoder.1.self_attention.weights"
    assert data["words"] == [*sentence.split(), "</s>"]
    torch.testing.assert_close(torch.tensor(data["weights"]), recorded, atol=6e-5, rtol=0)


def seen(weights: torch.Tensor, words: str, request: Request) -> Attention:
    """These weights on these words, the last of which is no word."""
    plain = look(request, "the dog sleeps", "")
    listed = [*words.split(), "</s>"]
    return Attention(plain.model, words, listed, {len(listed) - 1}, plain.path, 1, 1, weights / 100)


def test_which_word_and_which_heads_are_shown(tiny_run: Path) -> None:
    request = Request(run=tiny_run)
    # Head 0 reads itself, head 1 looks around: "this" is 2 words from "it", and the end is no word.
    weights = torch.eye(4).mul(100).repeat(2, 1, 1)
    weights[1, 2] = torch.tensor([60, 0, 10, 30])
    weights[1, 0] = torch.tensor([40, 0, 0, 60])
    found = seen(weights, "this is it", request)
    assert fig3.furthest(found) == (2, 0)
    assert fig4.pronoun(found) == 2
    head, key, weight = fig4.sharpest(found, 2)[0]
    assert (head, key) == (1, 0)
    assert weight == pytest.approx(0.6)
    pair, apart = fig5.most_different(found)
    assert pair == (0, 1)
    assert apart == pytest.approx((0.9 + 0.6) / 4)


def test_what_cannot_be_shown_is_said(tiny_run: Path) -> None:
    with pytest.raises(ConfigError, match="has none: give --sentence one with it"):
        fig4.make(Request(run=tiny_run, sentence="the dog sleeps"))
    with pytest.raises(ConfigError, match="no 'fig6' here. Did you mean"):
        maker("fig6")
    for name in NAMES:
        assert maker(name).cost
    images = gf.ModelConfig(
        family="encoder-only", source_vocabulary=1, target_vocabulary=1, image_size=8, patch_size=4,
        labels=3, tie="none", d_model=22, d_ff=37, n_heads=2, n_layers=1,
    )  # fmt: skip
    with pytest.raises(ConfigError, match="this one reads images"):
        structure_of(gf.build(images))
    with pytest.raises(ConfigError, match="table1 has no use for --sentence: that is for fig3"):
        maker("table1", Request(sentence="the dog sleeps"))
    with pytest.raises(ConfigError, match="table3 has no use for --run"):
        maker("table3", Request(run=tiny_run))
    with pytest.raises(ConfigError, match="fig1 has no use for KEY=VALUE"):
        maker("fig1", Request(overrides=("training.updates=3",)))


def test_the_docs_show_what_was_made() -> None:
    root = Path(__file__).parents[2]
    tool = root / "tools" / "paper.py"
    if not tool.is_file():
        pytest.skip("the docs are not installed with the package")
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
