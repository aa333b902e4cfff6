"""What the rest of the package uses of text: the config, a tokenizer, and a pair of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from glassformer.errors import ConfigError, TokenizerError, nearest
from glassformer.text.codec import Codec, Specials
from glassformer.text.derivation import Word
from glassformer.text.existing import ForeignCodec, SentencePieceCodec
from glassformer.text.labels import LabelCodec
from glassformer.text.marian import MarianCodec
from glassformer.text.numbers import NumbersCodec
from glassformer.text.own import KINDS, OwnCodec
from glassformer.text.sealed import read_sealed, write_sealed
from glassformer.text.training import check_text, minimum_size, train_codec

# The library's threads gain little on short lines, and warn when a process forks after using
# them (a data loader does). Whoever sets the variable is left alone.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# A SentencePiece model is a protocol buffer whose first field, number 1, is a list of pieces.
SENTENCEPIECE_START = b"\x0a"

MASK = "<mask>"  # how a person writes a hidden token

Kind = Literal["word", "char", "bpe", "byte-bpe", "wordpiece", "unigram"]


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """A tokenizer to be trained, or an existing one.

    ``size`` is an upper bound on the vocabulary, for every kind: a small corpus gives fewer
    entries. ``shared``: one tokenizer for both sides, as in the paper's section 5.1.
    ``lowercase``: texts are encoded as ``text.lower()``; nothing else about them changes.
    ``existing``: the path of a ``tokenizer.json`` of any project or of a SentencePiece ``.model``,
    used on both sides; ``kind`` and ``size`` are then the file's.
    """

    kind: Kind = "bpe"
    size: int = 8000
    shared: bool = True
    lowercase: bool = False
    existing: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(
                f"tokenizer kind {self.kind!r} is unknown.{nearest(str(self.kind), KINDS)}"
            )
        if self.existing is not None:
            if self.lowercase:
                raise ConfigError(
                    f"lowercase = true cannot be combined with the existing tokenizer "
                    f"{self.existing}: whether it lower-cases is settled in its file"
                )
        elif self.size < minimum_size(self.kind):
            raise ConfigError(
                f"tokenizer size {self.size} is too small: kind {self.kind!r} needs at least "
                f"{minimum_size(self.kind)} entries (4 names, 256 bytes that spell any text, "
                "and the space), and more for anything longer"
            )


class Tokenizer:
    """Text to ids and back; any Unicode text comes back exactly from the kinds of our own.

    Attributes:
        kind: one of our own kinds, ``"tokenizer.json"``, ``"sentencepiece"``, ``"marian"``, or
            ``"numbers"``, of a model that came without one.
        size: the number of entries of the vocabulary; ids are below it.
        pad_id, unk_id, bos_id, eos_id: in our own kinds 0, 1, 2, 3; ``unk_id`` is None where an
            existing tokenizer has none.
        mask_id: what stands for a hidden token: the file's own, or ``unk_id``, which no text of our
            kinds ever has.
        opens: whether a text that a model reads begins with ``bos_id``; as the model's family has
            it where None.
    """

    def __init__(self, codec: Codec):
        self._codec = codec
        self.kind, self.size = codec.kind, codec.size
        specials = codec.specials
        self.pad_id, self.unk_id = specials.pad, specials.unk
        self.bos_id, self.eos_id = specials.bos, specials.eos
        self.opens = specials.opens
        self.mask_id = specials.unk if specials.mask is None else specials.mask

    @classmethod
    def train(cls, lines: Iterable[str], config: TokenizerConfig) -> Tokenizer:
        """Train on the lines, in one pass; or load what ``config.existing`` names.

        Raises:
            TokenizerError: no line has text; a lone surrogate; the existing file is unusable.
        """
        if config.existing is not None:
            return cls.load(Path(config.existing))
        return cls(train_codec(lines, config.kind, config.size, config.lowercase))

    @classmethod
    def of_labels(cls, names: Sequence[str]) -> Tokenizer:
        """One id for each of these texts, from 1; 0 is padding."""
        return cls(LabelCodec(names))

    @classmethod
    def of_numbers(cls, size: int) -> Tokenizer:
        """Whole numbers from 0 to ``size`` - 1, with spaces between, as an image's pixels."""
        return cls(NumbersCodec(size, Specials(0, None, 0, 0, False)))

    def encode(self, text: str) -> list[int]:
        """The ids of a text: no beginning or end is added, and none comes out of the text."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text; the same as ``encode`` for each, and faster.

        Raises:
            TokenizerError: a text holds a lone surrogate.
        """
        for number, text in enumerate(texts, start=1):
            check_text(text, f"text {number} of {len(texts)}" if len(texts) > 1 else "the text")
        return self._codec.encode_batch(texts)

    def encode_gaps(self, text: str) -> list[int]:
        """The ids of a text in which each ``<mask>`` is a hidden token.

        Raises:
            TokenizerError: nothing can stand for one.
        """
        parts = text.split(MASK)
        if self.kind != "char":  # a piece holds the space before it, and so does what is hidden
            parts = [*(part.removesuffix(" ") for part in parts[:-1]), parts[-1]]
            if self.kind in KINDS:
                parts = [parts[0], *(part.removeprefix(" ") for part in parts[1:])]
        first, *others = self.encode_batch(parts)
        if others and self.mask_id is None:
            raise TokenizerError("this tokenizer has no token that stands for a hidden one")
        return first + [i for ids in others for i in (self.mask_id or 0, *ids)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of these ids; padding, beginning, end and unknown are dropped.

        Raises:
            TokenizerError: an id is not in the vocabulary.
        """
        return self._codec.decode(self._checked(ids))

    def begun(self, ids: Sequence[int], usual: bool) -> list[int]:
        """The ids as a model reads them: after ``bos_id`` where ``opens`` says so, or where there
        would be none. ``usual`` is what the model's family does, where ``opens`` is None."""
        opens = usual if self.opens is None else self.opens
        return [self.bos_id, *ids] if opens or not ids else list(ids)

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """Each id as a person can read it: ``▁the``, ``ing``, ``<0xE2>``, ``</s>``."""
        return self._codec.pieces(self._checked(ids))

    def derive(self, text: str) -> list[Word]:
        """The words of a text, each with the steps to its pieces; together ``encode``'s ids.

        Raises:
            TokenizerError: the text holds a lone surrogate.
        """
        check_text(text)
        return self._codec.derive(text)

    def _checked(self, ids: Iterable[int]) -> list[int]:
        numbers = [int(index) for index in ids]
        for index in (min(numbers, default=0), max(numbers, default=0)):
            if not 0 <= index < self.size:
                raise TokenizerError(
                    f"id {index} is not in the vocabulary, whose ids are 0 to {self.size - 1}"
                )
        return numbers

    def content(self) -> dict[str, Any]:
        """All that it is made of, in plain values."""
        return self._codec.content()

    def save(self, path: Path | str) -> None:
        """Write one file that ``load`` needs nothing beside."""
        write_sealed(Path(path), self.kind, self.content())

    def export(self, folder: Path, side: str) -> bool:
        """Write, for other programs, the files that an existing tokenizer came in, of the side
        source or target; False for the kinds that only are ours."""
        files = (
            self._codec.files(side) if isinstance(self._codec, ForeignCodec | MarianCodec) else {}
        )
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return bool(files)

    @classmethod
    def load(cls, path: Path | str) -> Tokenizer:
        """Read a file of ``save``, another project's ``tokenizer.json``, or a SentencePiece model.

        Raises:
            TokenizerError: the file is missing, truncated or altered, or lacks a needed id.
            MissingExtraError: a SentencePiece model, and that package is not installed.
        """
        path = Path(path)
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise TokenizerError(f"{path} cannot be read: {error.strerror or error}") from error
        if path.suffix != ".json" and raw.startswith(SENTENCEPIECE_START):
            return cls(SentencePieceCodec(raw, str(path)))
        kind, content = read_sealed(path, raw)
        return cls(codec_from(kind, content, str(path)))


def codec_from(kind: str | None, content: dict[str, Any], origin: str) -> Codec:
    """The codec of a file that has been read; ``kind`` None is another project's file."""
    if kind in KINDS:
        return OwnCodec.from_content(kind, content)
    if kind == SentencePieceCodec.kind:
        return SentencePieceCodec.from_content(content, origin)
    if kind == MarianCodec.kind:
        return MarianCodec.from_content(content, origin)
    if kind == LabelCodec.kind:
        return LabelCodec.from_content(content)
    if kind == NumbersCodec.kind:
        return NumbersCodec.from_content(content)
    if kind == ForeignCodec.kind:
        return ForeignCodec.from_content(content, origin)
    if kind is None:
        return ForeignCodec(content, origin)
    raise TokenizerError(f"{origin} holds a tokenizer of the unknown kind {kind!r}")


@dataclass(frozen=True)
class TokenizerPair:
    """The tokenizers of both sides: one object twice where they share it."""

    source: Tokenizer
    target: Tokenizer

    @property
    def shared(self) -> bool:
        """Whether both sides have one vocabulary."""
        return self.source is self.target

    def save(self, directory: Path | str) -> None:
        """Write ``tokenizer.json``, or one file a side, and take away what it replaces."""
        folder = Path(directory)
        if self.shared:
            self.source.save(folder / SHARED)
            stale = [SOURCE, TARGET]
        else:
            self.source.save(folder / SOURCE)
            self.target.save(folder / TARGET)
            stale = [SHARED]
        for name in stale:
            (folder / name).unlink(missing_ok=True)

    @classmethod
    def load(cls, directory: Path | str) -> TokenizerPair:
        """Read what ``save`` wrote.

        Raises:
            TokenizerError: a file is missing, truncated or altered.
        """
        folder = Path(directory)
        if (folder / SHARED).exists():
            shared = Tokenizer.load(folder / SHARED)
            return cls(shared, shared)
        missing = [name for name in (SOURCE, TARGET) if not (folder / name).exists()]
        if missing:
            raise TokenizerError(
                f"{folder} holds no whole tokenizer: expected {SHARED}, or {SOURCE} and {TARGET}; "
                f"missing: {', '.join(missing)}"
            )
        return cls(Tokenizer.load(folder / SOURCE), Tokenizer.load(folder / TARGET))


SHARED = "tokenizer.json"
SOURCE, TARGET = "tokenizer.source.json", "tokenizer.target.json"
