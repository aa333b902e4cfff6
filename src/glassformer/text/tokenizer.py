"""A tokenizer as the rest of Glassformer sees it: text to ids, ids to text, four special ids.

The text that comes back from our own kinds is the text that went in, whatever it is. Foreign ones
(see ``existing``) do with it what they do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from tokenizers import Tokenizer as Engine

from glassformer.errors import TokenizerError, nearest
from glassformer.text.kinds import BYTES, SPACE, SPECIALS, train

Kind = Literal["word", "char", "bpe", "byte-bpe", "wordpiece", "unigram"]

# Encoding runs in threads; a process that forks after that is warned about on every fork.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """Which tokenizer a training has.

    ``size`` bounds the vocabulary; char takes every character that it saw, up to the bound.
    ``shared`` makes one for both languages. ``lowercase`` lower-cases all text on the way in.
    ``existing`` is the file of one that is there already: a tokenizer.json or a SentencePiece
    .model; ``kind`` and ``size`` are then its own.
    """

    kind: Kind = "bpe"
    size: int = 8000
    shared: bool = True
    lowercase: bool = False
    existing: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise TokenizerError(
                f"tokenizer.kind = {self.kind!r} is not known.{nearest(self.kind, get_args(Kind))}"
            )


class Codec(Protocol):
    """What a tokenizer is made of: ids of texts, text of ids, names of ids."""

    size: int

    def encode(self, texts: Sequence[str]) -> list[list[int]]: ...
    def decode(self, ids: Sequence[int]) -> str: ...
    def piece(self, token: int) -> str: ...
    def files(self) -> dict[str, bytes]: ...


class Tokenizer:
    """Text to ids and back. ``pad_id``, ``unk_id``, ``bos_id`` and ``eos_id`` never come from text."""

    def __init__(self, codec: Codec, *, pad: int, unk: int | None, bos: int, eos: int):
        self.codec = codec
        self.pad_id, self.unk_id, self.bos_id, self.eos_id = pad, unk, bos, eos
        self.specials = frozenset(i for i in (pad, unk, bos, eos) if i is not None)

    @property
    def size(self) -> int:
        """Entries of the vocabulary."""
        return self.codec.size

    @classmethod
    def train(cls, lines: Iterable[str], config: TokenizerConfig) -> Tokenizer:
        """Learn a tokenizer from lines of text, or read the existing one that the config names.

        Raises:
            TokenizerError: no text, too small a size, an unreadable existing file.
        """
        if config.existing is not None:
            return cls.load(Path(config.existing))
        lowered = (line.lower() for line in lines) if config.lowercase else lines
        return own(train(config.kind, config.size, lowered), config.lowercase)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without start and end."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, as ``encode`` gives them, in parallel."""
        for text in texts:
            if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
                raise TokenizerError(f"half a surrogate pair is no text: {text[:60]!r}")
        return self.codec.encode(texts)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special ids have none."""
        return self.codec.decode([i for i in ids if i not in self.specials])

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Each id's entry, as a person may read it; ▁ marks a space."""
        return [self.codec.piece(i) for i in ids]

    def save(self, path: Path) -> None:
        """Write the tokenizer: PATH.json, or PATH.model for a SentencePiece one."""
        for suffix, content in self.codec.files().items():
            path.with_suffix(suffix).write_bytes(content)

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read one of ours, a foreign tokenizer.json, or a SentencePiece .model.

        Raises:
            TokenizerError: it is not there, not readable, or lacks a special token.
        """
        from glassformer.text.existing import foreign, sentencepiece

        if not path.is_file():
            raise TokenizerError(f"there is no tokenizer {path}")
        if path.suffix == ".model":
            return sentencepiece(path)
        try:
            content: Any = json.loads(path.read_bytes())
            if isinstance(content, dict) and "glassformer" in content:
                settings = content.pop("glassformer")
                engine = Engine.from_str(json.dumps(content))
                return own(engine, bool(settings["lowercase"]))
            return foreign(Engine.from_str(json.dumps(content)), path)
        except TokenizerError:
            raise
        except Exception as error:  # the engine raises bare Exceptions
            raise TokenizerError(f"{path} is no readable tokenizer: {error}") from error


class OwnCodec:
    """One of our own kinds, exact in both directions."""

    def __init__(self, engine: Engine, lowercase: bool):
        self.engine, self.lowercase = engine, lowercase
        self.size = engine.get_vocab_size()
        self.byte_level = engine.token_to_id(BYTES[0]) is None
        if not self.byte_level:
            self.bytes = [engine.token_to_id(name) for name in BYTES]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """A space is put before each text, so that its first word is a word like any other."""
        spaced = [" " + (text.lower() if self.lowercase else text) for text in texts]
        found = [e.ids for e in self.engine.encode_batch_fast(spaced, add_special_tokens=False)]
        if self.byte_level:
            return found
        for row, (text, ids) in enumerate(zip(spaced, found, strict=True)):
            # ▁ in the text would come back as a space, a special's name as nothing, and an
            # unknown word of WordPiece not at all: these are spelt in bytes.
            if SPACE in text or min(ids, default=len(SPECIALS)) < len(SPECIALS):
                found[row] = self.careful(text)
        return found

    def careful(self, text: str) -> list[int]:
        """The ids of a text in which some entries must be spelt in bytes."""
        ids: list[int] = []
        for i, part in enumerate(text.split(SPACE)):
            if i:
                ids += self.spelt(SPACE)
            made = self.engine.encode(part, add_special_tokens=False)
            end = 0
            for token, (start, stop) in zip(made.ids, made.offsets, strict=True):
                if token >= len(SPECIALS):
                    ids.append(token)
                elif stop > end:
                    ids += self.spelt(part[start:stop])
                end = max(end, stop)
        return ids

    def spelt(self, text: str) -> list[int]:
        """A text as byte entries."""
        return [self.bytes[byte] for byte in text.encode()]

    def decode(self, ids: Sequence[int]) -> str:
        """The text, without the space that encoding put before it."""
        text: str = self.engine.decode(list(ids), skip_special_tokens=False)
        return text.removeprefix(" ")

    def piece(self, token: int) -> str:
        """The entry's name; a byte-level one is shown as its text."""
        name: str | None = self.engine.id_to_token(token)
        if name is None:
            return f"<{token}>"
        if self.byte_level and token >= len(SPECIALS):
            return str(self.engine.decode([token])).replace(" ", SPACE)
        return name

    def files(self) -> dict[str, bytes]:
        """A tokenizer.json with a section of ours."""
        content = json.loads(self.engine.to_str()) | {"glassformer": {"lowercase": self.lowercase}}
        return {".json": (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()}


def own(engine: Engine, lowercase: bool) -> Tokenizer:
    """A tokenizer of one of our kinds, whose special ids are always the same."""
    pad, unk, bos, eos = range(len(SPECIALS))
    if [engine.id_to_token(i) for i in range(4)] != SPECIALS:
        raise TokenizerError(f"a tokenizer of ours begins with {SPECIALS}; this one was altered")
    return Tokenizer(OwnCodec(engine, lowercase), pad=pad, unk=unk, bos=bos, eos=eos)


@dataclass(frozen=True)
class TokenizerPair:
    """The tokenizers of both languages, which may be one."""

    source: Tokenizer
    target: Tokenizer

    @property
    def shared(self) -> bool:
        """Whether both languages have one vocabulary."""
        return self.source is self.target

    def save(self, folder: Path) -> None:
        """Write tokenizer.*, or tokenizer-source.* and tokenizer-target.*, into the folder."""
        if self.shared:
            self.source.save(folder / "tokenizer")
        else:
            self.source.save(folder / "tokenizer-source")
            self.target.save(folder / "tokenizer-target")

    @classmethod
    def load(cls, folder: Path) -> TokenizerPair:
        """Read what ``save`` wrote."""
        files = {file.stem: file for file in folder.glob("tokenizer*") if file.suffix in SUFFIXES}
        if "tokenizer" in files:
            one = Tokenizer.load(files["tokenizer"])
            return cls(one, one)
        if {"tokenizer-source", "tokenizer-target"} <= files.keys():
            return cls(
                Tokenizer.load(files["tokenizer-source"]), Tokenizer.load(files["tokenizer-target"])
            )
        raise TokenizerError(f"{folder} has no tokenizer")


SUFFIXES = (".json", ".model")
