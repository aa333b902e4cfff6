"""Other projects' tokenizers, made here with their own libraries and compared with them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import sentencepiece
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, processors

from glassformer.errors import ConfigError, MissingExtraError, TokenizerError
from glassformer.text import Tokenizer, TokenizerConfig, TokenizerPair

LINES = [f"the animal number {n} did not cross the street because it was tired" for n in range(97)]
TEXTS = ["the animal crossed", "</s> street", "une rue été 中", "", "  two  spaces "]


def word_level(path: Path, specials: list[str], *, added: bool = True) -> tokenizers.Tokenizer:
    words = ["the", "animal", "crossed", "street"]
    vocabulary = {name: index for index, name in enumerate([*words, *specials])}
    unknown = next((name for name in specials if "unk" in name.lower()), words[0])
    backend = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if added:
        backend.add_special_tokens(specials)
    backend.save(str(path))
    return backend


def sentencepiece_model(path: Path, **options: object) -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES),
        model_writer=model,
        vocab_size=53,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    path.write_bytes(model.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def existing(path: Path) -> Tokenizer:
    return Tokenizer.train(iter(()), TokenizerConfig(existing=str(path)))


def test_ids_of_a_tokenizer_json_are_found_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    word_level(path, ["[SEP]", "[CLS]", "[UNK]", "[PAD]"])
    found = existing(path)
    assert (found.eos_id, found.bos_id, found.unk_id, found.pad_id) == (4, 5, 6, 7)
    assert found.size == 8
    assert found.encode("the street") == [0, 3]
    assert found.pieces([5, 0, 4]) == ["[CLS]", "the", "[SEP]"]
    assert found.decode([5, 0, 3, 4, 7]) == "the street"


@pytest.mark.parametrize("added", [True, False])
def test_special_names_in_a_text_stay_text(tmp_path: Path, added: bool) -> None:
    path = tmp_path / "foreign.json"
    word_level(path, ["</s>", "<s>", "<unk>", "<pad>"], added=added)
    assert existing(path).encode("the </s> <pad> street") == [0, 6, 6, 3]


def test_padding_and_beginning_are_added_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    word_level(path, ["<|endoftext|>"])
    found = existing(path)
    assert (found.eos_id, found.pad_id, found.bos_id) == (4, 5, 6)
    assert (found.unk_id, found.size) == (None, 7)
    assert found.pieces([5, 6]) == ["<pad>", "<s>"]
    assert found.decode([6, 0, 4, 5]) == "the"


def test_a_tokenizer_json_without_an_end_names_the_candidates(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    word_level(path, ["<unk>", "<pad>"])
    with pytest.raises(
        TokenizerError, match=r"foreign\.json has no token for the end.*</s>, \[SEP"
    ):
        existing(path)


def test_nothing_is_cut_padded_or_added(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    backend = word_level(path, ["</s>", "<s>", "<unk>", "<pad>"])
    backend.enable_truncation(2)
    backend.enable_padding(pad_id=7, pad_token="<pad>", length=11)
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 5), ("</s>", 4)]
    )
    backend.save(str(path))
    assert existing(path).encode("the animal crossed the street") == [0, 1, 2, 0, 3]


def test_a_byte_level_tokenizer_json_gives_what_its_library_gives(tmp_path: Path) -> None:
    backend = tokenizers.Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=307,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(LINES, trainer)
    backend.save(str(tmp_path / "gpt.json"))
    found = existing(tmp_path / "gpt.json")
    for text in ["the animal crossed", "une rue été 中", "", "  two  spaces "]:
        assert found.encode(text) == backend.encode(text).ids
        assert found.decode(found.encode(text)) == text
    typed = found.encode("the <|endoftext|> cross")
    assert found.eos_id not in typed
    assert found.decode(typed) == "the <|endoftext|> cross"
    found.save(tmp_path / "tokenizer.json")
    again = Tokenizer.load(tmp_path / "tokenizer.json")
    assert again.encode_batch(TEXTS) == found.encode_batch(TEXTS)
    assert (again.size, again.pad_id, again.kind) == (found.size, found.pad_id, "tokenizer.json")


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_a_sentencepiece_model_gives_what_its_package_gives(tmp_path: Path, kind: str) -> None:
    processor = sentencepiece_model(tmp_path / "m.model", model_type=kind)
    found = existing(tmp_path / "m.model")
    assert found.encode_batch([*TEXTS, *LINES]) == processor.encode([*TEXTS, *LINES])
    assert [found.decode(found.encode(line)) for line in LINES] == LINES
    assert (found.unk_id, found.bos_id, found.eos_id) == (0, 1, 2)
    # By default SentencePiece has no padding: it is added after the vocabulary.
    assert found.pad_id == processor.get_piece_size() == found.size - 1
    assert found.pieces([0, 1, 2, found.pad_id]) == ["<unk>", "<s>", "</s>", "<pad>"]
    assert found.decode([1, *found.encode("the animal"), 2, found.pad_id]) == "the animal"


def test_a_sentencepiece_model_with_its_own_ids_keeps_them(tmp_path: Path) -> None:
    sentencepiece_model(tmp_path / "t5.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    found = existing(tmp_path / "t5.model")
    assert (found.pad_id, found.eos_id, found.unk_id) == (0, 1, 2)
    assert found.bos_id == found.size - 1


def test_a_run_stands_alone_with_a_sentencepiece_model(tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    sentencepiece_model(path)
    found = existing(path)
    (tmp_path / "run").mkdir()
    TokenizerPair(found, found).save(tmp_path / "run")
    path.unlink()
    again = TokenizerPair.load(tmp_path / "run").source
    assert again.encode_batch(TEXTS) == found.encode_batch(TEXTS)
    assert (again.size, again.pad_id, again.kind) == (found.size, found.pad_id, "sentencepiece")


def test_a_sentencepiece_model_without_an_end_is_refused(tmp_path: Path) -> None:
    sentencepiece_model(tmp_path / "m.model", eos_id=-1)
    with pytest.raises(TokenizerError, match=r"m\.model has no id for the end"):
        existing(tmp_path / "m.model")


@pytest.mark.parametrize("kept", [0, 1, 7, 500])
def test_a_truncated_sentencepiece_model_is_named(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "m.model"
    sentencepiece_model(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(TokenizerError, match=r"m\.model"):
        existing(path)


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentencepiece_model(tmp_path / "m.model")
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(MissingExtraError, match=r"glassformer\[sentencepiece\]"):
        existing(tmp_path / "m.model")


def test_an_unusable_tokenizer_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps({"model": {"type": "Nothing"}}), encoding="utf-8")
    with pytest.raises(TokenizerError, match=r"foreign\.json cannot be used"):
        existing(path)


def test_lower_casing_an_existing_tokenizer_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"lowercase = true cannot be combined"):
        TokenizerConfig(existing="some.json", lowercase=True)
