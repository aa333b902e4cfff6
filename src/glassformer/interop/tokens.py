"""The tokenizer that stands beside another project's weights.

``tokenizer.json``; or ``vocab.txt`` (BERT's word-pieces); or ``vocab.json`` with ``merges.txt``
(GPT-2's byte-level pairs), or with ``source.spm`` and ``target.spm`` (Marian's). Without any, a
text is its ids as numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tokenizers

from glassformer.errors import ForeignError
from glassformer.interop.checkpoint import read_json
from glassformer.model.config import ModelConfig
from glassformer.text.codec import Specials
from glassformer.text.existing import CANDIDATES, ForeignCodec
from glassformer.text.marian import MarianCodec
from glassformer.text.numbers import NumbersCodec
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

# What a folder's files call each special token, the first of them that is there.
ROLES = {
    "pad": ("pad_token",),
    "unk": ("unk_token",),
    "bos": ("bos_token", "cls_token"),
    "eos": ("eos_token", "sep_token"),
    "mask": ("mask_token",),
}


def read_tokenizers(
    folder: Path, settings: Mapping[str, Any], config: ModelConfig
) -> TokenizerPair:
    """The tokenizers of both sides, as large as the model's vocabularies.

    Raises:
        ForeignError: a tokenizer has more entries than the model.
        TokenizerError: its file is no whole tokenizer.
    """
    if (own := folder / "tokenizer.source.json").is_file():
        return TokenizerPair.load(own.parent)
    if config.labels is not None:
        pair = TokenizerPair(before_labels(folder, settings, config), labels(settings, config))
    elif (folder / "source.spm").is_file():
        pair = marian(folder, config)
    else:
        sizes = dict.fromkeys((config.source_vocabulary, config.target_vocabulary))
        sides = [alone(folder, settings, config, size) for size in sizes]
        pair = TokenizerPair(sides[0], sides[-1])
    if config.image_size is not None:
        return pair
    written = config.target_vocabulary if config.labels is None else config.labels
    for side, size in (("source", config.source_vocabulary), ("target", written)):
        entries = getattr(pair, side).size
        if entries > size:
            raise ForeignError(
                f"the tokenizer of {folder} has {entries} entries on the {side} side, more than "
                f"the model's {size}: one of them belongs to another model"
            )
    return pair


def before_labels(folder: Path, settings: Mapping[str, Any], config: ModelConfig) -> Tokenizer:
    """What a model with labels reads: a text, or an image's pixels, numbers from 0 to 255."""
    if config.image_size is None:
        return alone(folder, settings, config, config.source_vocabulary)
    return Tokenizer(NumbersCodec(256, Specials(0, None, 0, 0, False)))


def labels(settings: Mapping[str, Any], config: ModelConfig) -> Tokenizer:
    """The labels by their numbers, with the names that the config gives them."""
    said = settings.get("id2label", {})
    count = config.labels or 0
    names = [str(said.get(str(number), f"label {number}")) for number in range(count)]
    return Tokenizer(NumbersCodec(count, Specials(0, None, 0, 0, False), names))


def alone(folder: Path, settings: Mapping[str, Any], config: ModelConfig, size: int) -> Tokenizer:
    """A tokenizer of one vocabulary; without one, padding ends a text if no other id is named."""
    file = folder / "tokenizer.json"
    if file.is_file():
        content = read_json(file)
        if "glassformer" in content:
            return Tokenizer.load(file)
    elif (folder / "vocab.txt").is_file():
        content = word_pieces(folder)
    elif (folder / "merges.txt").is_file():
        content = byte_pairs(folder)
    else:
        end = settings.get("eos_token_id")
        pad = config.pad
        return Tokenizer(
            NumbersCodec(size, Specials(pad, None, pad, pad if end is None else end, False))
        )
    return Tokenizer(
        ForeignCodec(content, str(folder), specials(content, folder, settings, config), size)
    )


def specials(
    content: dict[str, Any], folder: Path, settings: Mapping[str, Any], config: ModelConfig
) -> Specials:
    """The special ids: by the names that the folder's files give, by the config's numbers, by the
    usual names."""
    vocabulary = tokenizers.Tokenizer.from_str(json.dumps(content)).get_vocab(True)
    said = names_of(folder)
    found: dict[str, int | None] = {}
    for role, keys in ROLES.items():
        names = [said[key] for key in keys if said.get(key) in vocabulary]
        number = settings.get(f"{role}_token_id")
        usual = [name for name in CANDIDATES[role] if name in vocabulary]
        if names:
            found[role] = vocabulary[names[0]]
        elif isinstance(number, int) and number < config.target_vocabulary:
            found[role] = number
        else:
            found[role] = vocabulary[usual[0]] if usual else None
    eos = config.pad if found["eos"] is None else found["eos"]
    bos = eos if found["bos"] is None else found["bos"]
    opens = config.family == "encoder-only"
    return Specials(config.pad, found["unk"], bos, eos, opens, found["mask"])


def names_of(folder: Path) -> dict[str, str]:
    """Each role's token, as ``special_tokens_map.json`` and ``tokenizer_config.json`` say."""
    said: dict[str, str] = {}
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        for key, value in (read_json(folder / name) if (folder / name).is_file() else {}).items():
            token = value.get("content") if isinstance(value, dict) else value
            if key.endswith("_token") and isinstance(token, str):
                said[key] = token
    return said


def word_pieces(folder: Path) -> dict[str, Any]:
    """BERT's tokenizer from its list of pieces, as a ``tokenizer.json``."""
    said = folder / "tokenizer_config.json"
    lower = read_json(said).get("do_lower_case", True) if said.is_file() else True
    made = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=bool(lower))
    found: dict[str, Any] = json.loads(made.to_str())
    return found


def byte_pairs(folder: Path) -> dict[str, Any]:
    """GPT-2's tokenizer from its pieces and merges, as a ``tokenizer.json``."""
    made = tokenizers.ByteLevelBPETokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), add_prefix_space=False
    )
    found: dict[str, Any] = json.loads(made.to_str())
    return found


def marian(folder: Path, config: ModelConfig) -> TokenizerPair:
    """The two sides of a Marian model; its decoder begins with the padding token."""
    sides = []
    for side in ("source", "target"):
        own = folder / f"{side}_vocab.json"
        ids = read_json(own if own.is_file() else folder / "vocab.json")
        if "</s>" not in ids:
            raise ForeignError(f"the vocab.json of {folder} has no </s>, the end of a text")
        special = Specials(config.pad, ids.get("<unk>"), config.pad, ids["</s>"])
        model = (folder / f"{side}.spm").read_bytes()
        sides.append(Tokenizer(MarianCodec(model, ids, special, str(folder))))
    return TokenizerPair(*sides)
