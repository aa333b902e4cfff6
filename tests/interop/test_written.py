"""Ours out: in our names, in those of transformers, as ONNX; each loaded back and compared. An
imported translator trains on, and writes the same in transformers when it is exported back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from foreign_models import MARIAN, made, shaken, transformers

import glassformer as gf
from glassformer.cli import glassformer as command
from glassformer.data import petit
from glassformer.errors import ConfigError, ForeignError
from glassformer.interop.written import export_own, export_transformers
from glassformer.loaded import wrap
from glassformer.runs.run import Run

WORDS = 211  # of each side's SentencePiece model


@pytest.mark.parametrize("kind", ["gpt2 untied", "minilm", "bert labels", "roberta", "distilbert",
                                  "marian apart", "vit"])  # fmt: skip
@torch.no_grad()
def test_transformers_reads_what_is_written(kind: str, tmp_path: Path) -> None:
    theirs = made(kind)
    theirs.save_pretrained(tmp_path / "theirs")
    ours = gf.load(tmp_path / "theirs")
    export_transformers(ours.model, ours.tokenizers, tmp_path / "ours")
    back, told = type(theirs).from_pretrained(tmp_path / "ours", output_loading_info=True)
    missing = {name for name in told["missing_keys"] if "pooler" not in name}
    assert not missing and not told["unexpected_keys"] and not told["mismatched_keys"]
    written = back.state_dict()
    for name, value in theirs.state_dict().items():
        assert torch.equal(written[name], value) or "pooler" in name, name
    ids = torch.randint(3, 99, (3, 11), generator=torch.Generator().manual_seed(1))
    x = ids if kind != "vit" else torch.randn(3, 2, 15, 15)
    more = {"decoder_input_ids": ids[:, :5]} if kind.startswith("marian") else {}
    one, two = (model.eval()(x, **more)[0] for model in (theirs, back))
    assert (one - two).abs().max() < 1e-6


@pytest.mark.parametrize("changes", [
    {"bias": False, "output_bias": True, "positions": "sinusoids-halved", "epsilon": 1e-5},
    {"family": "decoder-only", "norm": "pre", "positions": "learned", "max_length": 41,
     "bias": False, "scale_embedding": False},
])  # fmt: skip
@torch.no_grad()
def test_a_model_of_ours_without_biases_is_one_there_with_zeros(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    sizes = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 2}
    config = gf.ModelConfig(source_vocabulary=293, target_vocabulary=293, **sizes, **changes)
    ours = wrap(gf.build(config, seed=3))
    shaken(ours.model)
    export_transformers(ours.model, ours.tokenizers, tmp_path / "out")
    named = json.loads((tmp_path / "out" / "config.json").read_text())["architectures"][0]
    theirs = getattr(transformers, named).from_pretrained(tmp_path / "out").eval()
    ids = torch.randint(1, 293, (3, 11), generator=torch.Generator().manual_seed(1))
    decoding = {"decoder_input_ids": ids[:, :5]} if named.startswith("Marian") else {}
    given = (ids, *decoding.values())
    found = ours.model.logits(ours.model(*given))
    assert (found - theirs(ids, **decoding).logits).abs().max() < 1e-4


def test_what_no_class_can_be_is_said(tmp_path: Path, tiny_model: gf.LoadedModel) -> None:
    with pytest.raises(ForeignError, match="Marian cannot be this model: its .* is .*, here it is"):
        export_transformers(tiny_model.model, tiny_model.tokenizers, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_our_own_names_come_back(tmp_path: Path, tiny_run: Path) -> None:
    out = tmp_path / "out"
    arguments = ["export", str(tiny_run), "--to", "safetensors", "-o", str(out)]
    command.main(arguments, standalone_mode=False)
    model, back = gf.load(tiny_run), gf.load(out)
    for name, value in model.model.state_dict().items():
        assert torch.equal(back.model.state_dict()[name], value), name
    assert back.config == model.config
    assert back.translate("the girl sleeps") == model.translate("the girl sleeps")
    (tmp_path / "else").mkdir()
    with pytest.raises(ConfigError, match="is no exported model"):
        export_own(model.model, model.tokenizers, tmp_path / "else")


@pytest.mark.parametrize("changes", [
    {"norm": "pre", "positions": "learned", "max_length": 41},
    {"family": "encoder-only", "source_vocabulary": 1, "target_vocabulary": 1, "tie": "none",
     "labels": 7, "image_size": 15, "patch_size": 5, "positions": "learned"},
])  # fmt: skip
@torch.no_grad()
def test_onnxruntime_gives_the_same(changes: dict[str, Any], tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    from glassformer.interop.onnx import export_onnx

    sizes: dict[str, Any] = {"source_vocabulary": 293, "target_vocabulary": 293, "d_model": 22,
                             "d_ff": 37, "n_heads": 2, "n_layers": 1}  # fmt: skip
    model = gf.build(gf.ModelConfig(**sizes | changes), seed=3).eval()
    shaken(model)
    tokenizers = wrap(gf.build(gf.ModelConfig(**sizes), seed=3)).tokenizers
    export_onnx(model, tokenizers, tmp_path / "out")
    session = onnxruntime.InferenceSession(tmp_path / "out" / "model.onnx")
    draw = torch.Generator().manual_seed(1)
    if "labels" in changes:
        given = [torch.randn(rows, 3, 15, 15, generator=draw) for rows in (3, 1)]
        inputs = [(x,) for x in given]
    else:
        inputs = []
        for rows, source, target in ((3, 11, 7), (1, 2, 39)):
            x = torch.randint(1, 293, (rows, source), generator=draw)
            x[0, 1 + source // 2 :] = 0
            inputs.append((x, torch.randint(1, 293, (rows, target), generator=draw)))
    for one in inputs:
        names = [given.name for given in session.get_inputs()]
        found = session.run(None, {n: x.numpy() for n, x in zip(names, one, strict=True)})[0]
        assert (torch.from_numpy(found) - model.logits(model(*one))).abs().max() < 1e-4


@pytest.fixture(scope="module")
def opus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random small Marian with tokenizers as an OPUS-MT folder has them."""
    folder = tmp_path_factory.mktemp("opus")
    sentences = list(petit.split("train", 1, 1500))
    pieces: dict[str, int] = {"</s>": 0, "<unk>": 1}
    for side, lines in (("source", [s.english for s in sentences]),
                        ("target", [s.french for s in sentences])):  # fmt: skip
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=str(folder / side), vocab_size=WORDS,
            minloglevel=2,
        )  # fmt: skip
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
        for line in (folder / f"{side}.vocab").read_text(encoding="utf-8").splitlines():
            pieces.setdefault(line.split("\t")[0], len(pieces))
    del pieces["<s>"]
    pieces = {name: number for number, name in enumerate(pieces)}
    pieces["<pad>"] = pad = len(pieces)
    (folder / "vocab.json").write_text(json.dumps(pieces), encoding="utf-8")
    sizes = MARIAN | {"vocab_size": pad + 1, "pad_token_id": pad, "decoder_start_token_id": pad}
    sizes |= {"max_position_embeddings": 127}
    torch.manual_seed(3)
    theirs = transformers.MarianMTModel(transformers.MarianConfig(**sizes))
    theirs.save_pretrained(folder)
    return folder


def test_marians_tokenizers_are_theirs(opus: Path) -> None:
    theirs = transformers.MarianTokenizer(
        str(opus / "source.spm"), str(opus / "target.spm"), str(opus / "vocab.json")
    )
    ours = gf.load(opus).tokenizers
    for sentence in petit.split("new", 3, 29):
        english, french = sentence.english, sentence.french
        wanted = theirs(english)["input_ids"]
        assert [*ours.source.encode(english), ours.source.eos_id] == wanted
        ids = theirs(text_target=french)["input_ids"]
        assert [*ours.target.encode(french), ours.target.eos_id] == ids
        assert ours.target.decode(ids) == theirs.decode(ids, skip_special_tokens=True)
    assert ours.target.bos_id == ours.target.pad_id == theirs.pad_token_id


def test_an_imported_model_trains_on_and_goes_back(opus: Path, tmp_path: Path) -> None:
    recipe = gf.load_recipe("petit-demo", [
        f"init_from={opus}", "data.size=900", "training.updates=90", "training.warmup=10",
        "training.tokens_per_update=500", "training.tokens_per_batch=500", "training.dtype=fp32",
        "training.checkpoint_every=45", "training.evaluate_every=45", "training.average=1",
        "training.peak_learning_rate=0.01", "training.snapshots=0", "model.dropout=0.0",
    ])  # fmt: skip
    run = tmp_path / "run"
    assert gf.train(recipe, run)
    losses = [row["loss"] for row in Run(run).metrics() if "loss" in row]
    assert losses[-1] < losses[0] - 1  # nats
    model = gf.load(run)
    assert model.config.positions == "sinusoids-halved" and model.config.dropout == 0.0
    command.main(["export", str(run), "--to", "transformers"], standalone_mode=False)
    out = run / "transformers"
    theirs = transformers.MarianMTModel.from_pretrained(out)
    words = transformers.MarianTokenizer.from_pretrained(out)
    lines = [s.english for s in petit.split("new", 3, 11)]
    said = []
    for line in lines:
        ids = theirs.generate(
            **words(line, return_tensors="pt"), num_beams=1, do_sample=False,
            max_new_tokens=len(model.tokenizers.source.encode(line)) + 50,
        )  # fmt: skip
        said.append(words.decode(ids[0], skip_special_tokens=True))
    assert model.translate(lines, beam=1) == said
    assert len(set(said)) > 1
