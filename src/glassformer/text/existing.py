"""Tokenizers of other projects: ``tokenizer.json`` files and SentencePiece models.

They decide for themselves what comes back exactly; here they only get the ids that training needs.
Those that a text never contains, padding and beginning, are added after the vocabulary where the
file has none (T5 has no beginning, GPT-2 no padding); the end must be the file's own, for a
tokenizer without one was made for no kind of generation.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import tokenizers

from glassformer.errors import MissingExtraError, TokenizerError
from glassformer.text.codec import BOS, PAD, Codec, Specials
from glassformer.text.derivation import Way, Word, way_of

CANDIDATES = {
    "pad": ("<pad>", "[PAD]", "<|pad|>", "<|padding|>", "<PAD>", "<blank>"),
    "unk": ("<unk>", "[UNK]", "<|unk|>", "<UNK>"),
    "bos": ("<s>", "[CLS]", "<bos>", "[BOS]", "<|startoftext|>", "<|begin_of_text|>", "<BOS>"),
    "mask": ("[MASK]", "<mask>"),
    "eos": ("</s>", "[SEP]", "<eos>", "[EOS]", "<|endoftext|>", "<|end_of_text|>", "<EOS>"),
}


class ForeignCodec:
    """A ``tokenizer.json`` of the ``tokenizers`` library, from any project.

    Where its model says which ids are the special ones, and how many it has, these are taken.
    """

    kind = "tokenizer.json"

    def __init__(
        self,
        content: dict[str, Any],
        origin: str,
        specials: Specials | None = None,
        size: int | None = None,
    ):
        self._content, self._given = content, (specials, size)
        try:
            self._backend = tokenizers.Tokenizer.from_str(json.dumps(content))
        except Exception as error:  # the library raises nothing narrower
            raise TokenizerError(f"{origin} cannot be used as a tokenizer.json: {error}") from error
        # A file may ask to cut long texts or to pad short ones: both change a text in silence.
        self._backend.no_truncation()
        self._backend.no_padding()
        self._backend.encode_special_tokens = True
        vocabulary = self._backend.get_vocab(with_added_tokens=True)
        self._names = {index: name for name, index in vocabulary.items()}
        self._known = max(self._names, default=-1) + 1
        self.size = self._known
        if specials is None:
            self.specials = self._find_specials(vocabulary, origin)
        else:
            self.specials, self.size = specials, max(size or 0, self._known)
        self._hidden = frozenset(
            (self.specials.pad, self.specials.bos, self.specials.eos)
        ) | frozenset(range(self._known, self.size))

    def _find_specials(self, vocabulary: dict[str, int], origin: str) -> Specials:
        found = {
            role: next((vocabulary[name] for name in names if name in vocabulary), None)
            for role, names in CANDIDATES.items()
        }
        eos = found["eos"]
        if eos is None:
            raise TokenizerError(
                f"{origin} has no token for the end of a text; it should have one of: "
                f"{', '.join(CANDIDATES['eos'])}"
            )
        pad = self._or_added(found["pad"], PAD)
        bos = self._or_added(found["bos"], BOS)
        return Specials(pad, found["unk"], bos, eos, mask=found["mask"])

    def _or_added(self, index: int | None, name: str) -> int:
        if index is not None:
            return index
        self._names[self.size] = name
        self.size += 1
        return self.size - 1

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``. A special id that the file makes of a text becomes its unknown id."""
        found = self._backend.encode_batch_fast(list(texts), add_special_tokens=False)
        return [self._without_hidden(encoding.ids) for encoding in found]

    def _without_hidden(self, ids: list[int]) -> list[int]:
        if self._hidden.isdisjoint(ids):
            return ids
        unknown = [] if self.specials.unk is None else [self.specials.unk]
        return [kept for i in ids for kept in (unknown if i in self._hidden else [i])]

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``; only the last step where a word is not what its model alone makes of it
        (a file may add tokens, and rules for before and after)."""
        encoding = self._backend.encode(text, add_special_tokens=False)
        groups: dict[int | None, list[int]] = {}
        for place, number in enumerate(encoding.word_ids):
            groups.setdefault(number, []).append(place)
        words = []
        for places in groups.values():
            found = [encoding.ids[place] for place in places]
            ids = self._without_hidden(found)
            spans = [encoding.offsets[place] for place in places]
            spelled = text[min(a for a, _ in spans) : max(b for _, b in spans)].strip()
            steps = self._steps("".join(encoding.tokens[place] for place in places), ids)
            unknown = self.specials.unk in ids
            words.append(Word(spelled, tuple(ids), steps, unknown))
        return words

    def _steps(self, word: str, ids: list[int]) -> tuple[tuple[str, ...], ...]:
        names = self._way(word).names if self._way else [[]]
        whole = tuple(map(tuple, names))
        result = tuple(self.pieces(ids))
        return whole if whole[-1] == result else (result,)

    @cached_property
    def _way(self) -> Way | None:
        return way_of(json.loads(self._backend.to_str())["model"])

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``."""
        shown = [index for index in ids if index not in self._hidden]
        text: str = self._backend.decode(shown, skip_special_tokens=True)
        return text

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``: the file's own spelling; ids in a gap of the vocabulary as ``<12>``."""
        return [self._names.get(index, f"<{index}>") for index in ids]

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        specials, size = self._given
        if specials is None:
            return {"tokenizer": self._content}
        return {"tokenizer": self._content, "specials": asdict(specials), "size": size}

    def files(self, side: str) -> dict[str, bytes]:
        """``tokenizer.json``, and beside it which tokens are the special ones."""
        ids = asdict(self.specials)
        roles = [role for role in CANDIDATES if ids[role] is not None]
        names = {f"{role}_token": self._names.get(ids[role]) for role in roles}
        if self.specials.opens:
            names |= {"cls_token": names["bos_token"], "sep_token": names["eos_token"]}
        config = {"tokenizer_class": "PreTrainedTokenizerFast"} | names
        return {
            "tokenizer.json": json.dumps(self._content, ensure_ascii=False).encode("utf-8"),
            "tokenizer_config.json": json.dumps(config, ensure_ascii=False).encode("utf-8"),
        }

    @classmethod
    def from_content(cls, content: dict[str, Any], origin: str) -> ForeignCodec:
        """The codec whose ``content()`` this is."""
        given = content.get("specials")
        specials = None if given is None else Specials(**given)
        return cls(content["tokenizer"], origin, specials, content.get("size"))


class SentencePieceCodec:
    """A SentencePiece ``.model``, read by the ``sentencepiece`` package itself."""

    kind = "sentencepiece"

    def __init__(self, model: bytes, origin: str):
        self._model = model
        self._processor = processor_of(model, origin)
        known = int(self._processor.get_piece_size())
        eos = int(self._processor.eos_id())
        if known == 0 or eos < 0:
            raise TokenizerError(
                f"{origin} has no id for the end of a text (eos): train the SentencePiece model "
                "with one"
            )
        self._added: list[str] = []
        self._known = known
        pad = self._or_added(int(self._processor.pad_id()), PAD)
        bos = self._or_added(int(self._processor.bos_id()), BOS)
        unk = int(self._processor.unk_id())
        self.specials = Specials(pad, unk if unk >= 0 else None, bos, eos)
        self.size = known + len(self._added)

    def _or_added(self, index: int, name: str) -> int:
        if index >= 0:
            return index
        self._added.append(name)
        return self._known + len(self._added) - 1

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``; exactly what the package itself gives."""
        found: list[list[int]] = self._processor.encode(list(texts), out_type=int)
        return found

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``; the package gives the last step alone."""
        return words_at_spaces(self, text)

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``."""
        hidden = {self.specials.pad, self.specials.unk, self.specials.bos, self.specials.eos}
        shown = [i for i in ids if i < self._known and i not in hidden]
        text: str = self._processor.decode(shown)
        return text

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``."""
        names = [
            self._added[i - self._known] if i >= self._known else self._processor.id_to_piece(i)
            for i in ids
        ]
        return [str(name) for name in names]

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        return {"model": base64.b64encode(self._model).decode("ascii")}

    @classmethod
    def from_content(cls, content: dict[str, Any], origin: str) -> SentencePieceCodec:
        """The codec whose ``content()`` this is."""
        return cls(base64.b64decode(content["model"]), origin)


def words_at_spaces(codec: Codec, text: str) -> list[Word]:
    """The words of a text: each begins with a piece that begins with ▁."""
    words: list[list[int]] = []
    (ids,) = codec.encode_batch([text])
    for index, piece in zip(ids, codec.pieces(ids), strict=True):
        if piece.startswith("▁") or not words:
            words.append([])
        words[-1].append(index)
    return [
        Word(codec.decode(word), tuple(word), (tuple(codec.pieces(word)),),
             codec.specials.unk in word)
        for word in words
    ]  # fmt: skip


def processor_of(model: bytes, origin: str) -> Any:
    """The ``sentencepiece`` package's processor of a model.

    Raises:
        TokenizerError: it is no whole model.
        MissingExtraError: the package is not installed.
    """
    try:
        import sentencepiece
    except ImportError as error:
        raise MissingExtraError("sentencepiece", "sentencepiece", f"reading {origin}") from error
    processor = sentencepiece.SentencePieceProcessor()
    try:
        processor.LoadFromSerializedProto(model)
        processor.get_piece_size()
    except Exception as error:  # the package raises nothing narrower
        raise TokenizerError(
            f"{origin} is neither a tokenizer.json nor a whole SentencePiece model: {error}"
        ) from error
    return processor
