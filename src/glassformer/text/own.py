"""The six kinds of our own: encoding to ids and back, without loss for any Unicode text.

Every id stands for a string of bytes, so decoding is joining them. Each kind's vocabulary is

    <pad> <unk> <s> </s>   256 single bytes   characters   words or pieces of words

and text that no piece covers is spelled in characters or, failing that, in bytes. A space is
written ▁ and belongs to the word after it; one space is put before each text (and taken off
again), so that a word looks the same at the beginning. A ▁ in the text itself is spelled in
bytes. Names of special ids in a text ("</s>", "<0x41>") are text: words and punctuation are
separated before any look-up, so that no such name is ever looked up as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import tokenizers
from tokenizers import Regex, pre_tokenizers

from glassformer.text.codec import BOS, EOS, PAD, SPECIAL_NAMES, UNK, Specials
from glassformer.text.derivation import Steps, Way, Word, byte_names, way_of

SPACE = "▁"
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
BYTE_NAMES = [f"<0x{value:02X}>" for value in range(256)]
KINDS = ("word", "char", "bpe", "byte-bpe", "wordpiece", "unigram")

# A run of spaces but its last | a word up to an apostrophe that more word follows (l', qu', don')
# | a word | punctuation and other signs | a space with nothing after it.
SUBWORDS = (
    rf"{SPACE}+(?={SPACE})|{SPACE}?\w+[{APOSTROPHES}](?=\w)"
    rf"|{SPACE}?\w+|{SPACE}?[^\w{SPACE}]+|{SPACE}"
)
# For whole words each sign stands alone: one unseen run of signs would be an unseen word.
WORDS = SUBWORDS.replace("]+", "]")


def pre_tokenizer(kind: str) -> pre_tokenizers.PreTokenizer | None:
    """What cuts a text before any look-up; no piece goes across a cut."""
    if kind == "char":
        return None
    pattern = WORDS if kind == "word" else SUBWORDS
    if kind != "byte-bpe":
        return pre_tokenizers.Split(Regex(pattern), "isolated")
    cut = pre_tokenizers.Split(Regex(pattern.replace(SPACE, " ")), "isolated")
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([cut, letters])


def prepare(text: str, kind: str, lowercase: bool) -> list[str]:
    """The text as the library gets it: the parts between literal ▁, their spaces written ▁.

    Byte-level BPE has a letter of its own for the space, and gets the text whole.
    """
    if lowercase:
        text = text.lower()
    if not text:
        return []
    if kind != "char":
        text = " " + text
    if kind == "byte-bpe":
        return [text]
    return [part.replace(" ", SPACE) for part in text.split(SPACE)]


def letters_of_bytes() -> dict[str, int]:
    """The visible character that byte-level BPE writes for each byte (GPT-2's table)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in set(plain)]
    return {chr(v): v for v in plain} | {chr(256 + n): v for n, v in enumerate(others)}


BYTE_LETTERS = letters_of_bytes()
BYTE_VALUES = {name: value for value, name in enumerate(BYTE_NAMES)}


class OwnCodec:
    """One of the six kinds, around a model of the library that has no added tokens."""

    def __init__(self, kind: str, backend: tokenizers.Tokenizer, lowercase: bool):
        self.kind, self.lowercase, self._backend = kind, lowercase, backend
        vocabulary = backend.get_vocab(with_added_tokens=False)
        self.size = len(vocabulary)
        self._names = sorted(vocabulary, key=lambda name: vocabulary[name])
        self._ids = {name: vocabulary[name] for name in self._names[len(SPECIAL_NAMES) :]}
        self._longest = max(map(len, self._ids))
        self.specials = Specials(vocabulary[PAD], vocabulary[UNK], vocabulary[BOS], vocabulary[EOS])
        self._special_ids = frozenset(vocabulary[name] for name in SPECIAL_NAMES)
        self._bytes = [self._bytes_of(name) for name in self._names]
        single = {text: index for index, text in enumerate(self._bytes) if len(text) == 1}
        named = {bytes([v]): self._ids.get(name, -1) for v, name in enumerate(BYTE_NAMES)}
        self._byte_ids = single if kind == "byte-bpe" else named
        self._literal_space = [self._byte_ids[bytes([value])] for value in SPACE.encode()]

    def _bytes_of(self, name: str) -> bytes:
        if name in SPECIAL_NAMES:
            return b""
        if self.kind == "byte-bpe":
            return bytes(BYTE_LETTERS[letter] for letter in name)
        if name in BYTE_VALUES:
            return bytes([BYTE_VALUES[name]])
        return name.replace(SPACE, " ").encode("utf-8")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``."""
        parts = [prepare(text, self.kind, self.lowercase) for text in texts]
        encoded = self._encode_parts([part for text in parts for part in text])
        result: list[list[int]] = []
        for text in parts:
            ids: list[int] = []
            for index in range(len(text)):
                ids += self._literal_space if index else []
                ids += next(encoded)
            result.append(ids)
        return result

    def _encode_parts(self, parts: list[str]) -> Iterator[list[int]]:
        for part, found in zip(parts, self._backend.encode_batch_fast(parts), strict=True):
            ids: list[int] = found.ids
            # WordPiece of the library gives up a word with an unknown character.
            yield ids if self._special_ids.isdisjoint(ids) else self._spell(part)

    def _spell(self, part: str) -> list[int]:
        """The longest known piece again and again (WordPiece), and bytes where there is none."""
        cut = self._backend.pre_tokenizer
        words = [word for word, _ in cut.pre_tokenize_str(part)] if cut else [part]
        ids: list[int] = []
        for word in words:
            start = 0
            while start < len(word):
                for end in range(min(len(word), start + self._longest), start, -1):
                    if (found := self._ids.get(word[start:end])) is not None:
                        ids.append(found)
                        break
                else:
                    end = start + 1
                    ids += [self._byte_ids[bytes([value])] for value in word[start].encode()]
                start = end
        return ids

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``."""
        words: list[Word] = []
        for index, part in enumerate(prepare(text, self.kind, self.lowercase)):
            if index:
                names = byte_names(SPACE)
                words.append(self._word(SPACE, Steps([[SPACE], names])))
            words += [self._word(word, self._way(word)) for word in self._cut(part)]
        return words

    @cached_property
    def _way(self) -> Way:
        way = way_of(json.loads(self._backend.to_str())["model"])
        assert way is not None
        return way

    def _cut(self, part: str) -> list[str]:
        cut = self._backend.pre_tokenizer or pre_tokenizers.Split(Regex(SUBWORDS), "isolated")
        return [word for word, _ in cut.pre_tokenize_str(part)]

    def _word(self, word: str, steps: Steps) -> Word:
        ids = [self._ids[name] for name in steps.names[-1]]
        text = b"".join(self._bytes[index] for index in ids).decode("utf-8")
        text = text if text == " " or self.kind == "char" else text.removeprefix(" ")
        in_bytes = any(name in BYTE_VALUES for name in steps.names[-1])
        unknown = len(steps.names) > 1 if self.kind == "word" else in_bytes
        shown = tuple(tuple(map(self._shown, names)) for names in steps.names)
        return Word(text, tuple(ids), shown, unknown, steps.scores)

    def _shown(self, name: str) -> str:
        return self.pieces([self._ids[name]])[0] if name in self._ids else name

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``; bytes that are no UTF-8 (a model can put them out) become U+FFFD."""
        text = b"".join([self._bytes[index] for index in ids]).decode("utf-8", errors="replace")
        return text if self.kind == "char" else text.removeprefix(" ")

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``: ▁ for a space, <0xE2> for a byte that is no whole character."""
        if self.kind != "byte-bpe":
            return [self._names[index] for index in ids]
        return [self._byte_piece(index) for index in ids]

    def _byte_piece(self, index: int) -> str:
        if index in self._special_ids:
            return self._names[index]
        try:
            return self._bytes[index].decode("utf-8").replace(" ", SPACE)
        except UnicodeDecodeError:
            return "".join(BYTE_NAMES[value] for value in self._bytes[index])

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        return {"lowercase": self.lowercase, "tokenizer": json.loads(self._backend.to_str())}

    @classmethod
    def from_content(cls, kind: str, content: dict[str, Any]) -> OwnCodec:
        """The codec whose ``content()`` this is."""
        backend = tokenizers.Tokenizer.from_str(json.dumps(content["tokenizer"]))
        return cls(kind, backend, content["lowercase"])
