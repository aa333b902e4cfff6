"""The tokenizer beside foreign weights cuts a text as its own project does, and frames it so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from foreign_models import BERT, GPT2, ROBERTA, shaken, transformers

import glassformer as gf
from glassformer.data import petit
from glassformer.errors import ForeignError, TokenizerError
from glassformer.interop.written import export_transformers
from glassformer.text.tokenizer import TokenizerPair

LINES = [sentence.english for sentence in petit.split("train", 1, 700)]
NEW = [sentence.english for sentence in petit.split("new", 3, 17)] + ["Unseen Ωords, 42 of them!"]


def saved(kind: str, config: str, sizes: dict[str, Any], folder: Path) -> None:
    """A random model of transformers with this config, beside a tokenizer."""
    model = getattr(transformers, kind)(getattr(transformers, config)(**sizes))
    shaken(model)
    model.save_pretrained(folder)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A BERT with a vocab.txt, which lowers letters, and its tokenizer."""
    folder = tmp_path_factory.mktemp("bert")
    made = tokenizers.BertWordPieceTokenizer(lowercase=True)
    made.train_from_iterator(LINES, vocab_size=283, show_progress=False)
    made.save_model(str(folder))
    words = dict(json.loads(made.to_str())["model"]["vocab"])
    theirs = transformers.BertTokenizer(vocab=str(folder / "vocab.txt"), do_lower_case=True)
    # Larger than its vocabulary, as models often are.
    saved("BertForMaskedLM", "BertConfig", BERT | {"vocab_size": len(words) + 5}, folder)
    return folder, theirs


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A GPT-2 with vocab.json and merges.txt, and its tokenizer."""
    folder = tmp_path_factory.mktemp("gpt2")
    made = tokenizers.ByteLevelBPETokenizer()
    made.train_from_iterator(
        LINES, vocab_size=307, special_tokens=["<|endoftext|>"], show_progress=False
    )
    made.save_model(str(folder))
    end = made.token_to_id("<|endoftext|>")
    sizes = {"vocab_size": made.get_vocab_size(), "bos_token_id": end, "eos_token_id": end}
    saved("GPT2LMHeadModel", "GPT2Config", GPT2 | sizes, folder)
    files = {"vocab": str(folder / "vocab.json"), "merges": str(folder / "merges.txt")}
    return folder, transformers.GPT2Tokenizer(**files)


def test_berts_pieces_and_their_frame(bert: tuple[Path, Any]) -> None:
    folder, theirs = bert
    model = gf.load(folder)
    ours = model.tokenizers.target
    for line in NEW:
        wanted = theirs(line)["input_ids"]
        assert [*ours.begun(ours.encode(line), False), ours.eos_id] == wanted
        assert ours.decode(wanted) == theirs.decode(wanted, skip_special_tokens=True)
        read = model.trace(line).about["source"]
        assert [token["id"] for token in read] == wanted
    assert (ours.pad_id, ours.unk_id, ours.mask_id) == (
        theirs.pad_token_id, theirs.unk_token_id, theirs.mask_token_id
    )  # fmt: skip
    assert ours.size == model.config.target_vocabulary
    filled = model.fill("the girl <mask> the dog")
    assert filled.startswith("the girl") and filled.endswith("the dog")


def test_labels_are_learned_on_top(bert: tuple[Path, Any], tmp_path: Path) -> None:
    recipe = gf.load_recipe("petit-it", [
        f"init_from={bert[0]}", "data.size=300", "training.updates=6", "training.average=1",
        "training.checkpoint_every=3", "training.evaluate_every=3", "training.snapshots=0",
        "training.tokens_per_update=400", "training.tokens_per_batch=400",
        "data.max_length=37",
    ])  # fmt: skip
    assert gf.train(recipe, tmp_path / "run")
    model = gf.load(tmp_path / "run")
    assert model.config.embedding_norm and model.config.d_model == 22
    assert model.classify(NEW[0]) in {"animal", "place", "nothing"}
    assert model.tokenizers.source.encode(NEW[0]) == gf.load(bert[0]).tokenizers.source.encode(
        NEW[0]
    )


def test_gpt2s_pieces_and_no_frame(gpt2: tuple[Path, Any]) -> None:
    folder, theirs = gpt2
    model = gf.load(folder)
    ours = model.tokenizers.target
    for line in NEW:
        assert ours.begun(ours.encode(line), True) == theirs(line)["input_ids"]
        assert ours.decode(ours.encode(line)) == line
    assert ours.eos_id == theirs.eos_token_id == ours.bos_id
    read = model.trace("the girl").about["target"]
    assert [token["id"] for token in read] == theirs("the girl")["input_ids"]
    assert isinstance(model.generate("the girl", max_length=7), str)


def test_a_tokenizer_json_with_its_special_tokens(gpt2: tuple[Path, Any], tmp_path: Path) -> None:
    content = json.loads(tokenizers.ByteLevelBPETokenizer(
        str(gpt2[0] / "vocab.json"), str(gpt2[0] / "merges.txt")).to_str())  # fmt: skip
    vocabulary = content["model"]["vocab"]
    names = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    vocabulary |= {name: len(vocabulary) + i for i, name in enumerate(names)}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    said = {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "mask_token": "<mask>",
            "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>"}  # fmt: skip
    (tmp_path / "special_tokens_map.json").write_text(json.dumps(said))
    sizes = {"vocab_size": len(vocabulary), "pad_token_id": vocabulary["<pad>"]}
    saved("RobertaForMaskedLM", "RobertaConfig",
          ROBERTA | sizes | {"max_position_embeddings": 401}, tmp_path)  # fmt: skip
    model = gf.load(tmp_path)
    ours = model.tokenizers.target
    found = (ours.bos_id, ours.pad_id, ours.eos_id, ours.unk_id, ours.mask_id)
    assert found == tuple(vocabulary[name] for name in names)
    read = [token["id"] for token in model.trace(LINES[0]).about["source"]]
    assert (read[0], read[-1]) == (vocabulary["<s>"], vocabulary["</s>"])
    model.tokenizers.save(tmp_path)
    again = TokenizerPair.load(tmp_path).target
    assert again.encode(NEW[0]) == ours.encode(NEW[0]) and again.opens
    assert (again.size, again.mask_id) == (ours.size, ours.mask_id)


@pytest.mark.parametrize("kind", ["gpt2", "bert"])
def test_an_export_has_the_tokenizer_that_came(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder, theirs = request.getfixturevalue(kind)
    model = gf.load(folder)
    export_transformers(model.model, model.tokenizers, tmp_path / "out")
    again = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    for line in NEW:
        assert again(line)["input_ids"] == theirs(line)["input_ids"]
    assert again.eos_token_id == model.tokenizers.target.eos_id
    assert gf.load(tmp_path / "out").tokenizers.target.encode(NEW[0]) == (
        model.tokenizers.target.encode(NEW[0])
    )


def test_a_tokenizer_of_another_model_is_refused(gpt2: tuple[Path, Any], tmp_path: Path) -> None:
    for name in ("vocab.json", "merges.txt"):
        (tmp_path / name).write_bytes((gpt2[0] / name).read_bytes())
    saved("GPT2LMHeadModel", "GPT2Config", GPT2, tmp_path)
    with pytest.raises(ForeignError, match="has 307 entries .* more than the model's 101"):
        gf.load(tmp_path)


def test_without_a_tokenizer_a_text_is_its_ids(tmp_path: Path) -> None:
    saved("GPT2LMHeadModel", "GPT2Config", GPT2, tmp_path)
    tokenizer = gf.load(tmp_path).tokenizers.target
    assert tokenizer.encode("5 17  29") == [5, 17, 29]
    assert tokenizer.decode([5, 17]) == "5 17" and tokenizer.pieces([7]) == ["7"]
    for text in ("101", "the"):
        with pytest.raises(TokenizerError, match="is no id.* from 0 to 100"):
            tokenizer.encode(text)
    tokenizer.save(tmp_path / "own.json")
    assert type(tokenizer).load(tmp_path / "own.json").encode("3") == [3]
