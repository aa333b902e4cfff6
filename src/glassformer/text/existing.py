"""Tokenizers that other programs made: a tokenizer.json, or a SentencePiece .model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Engine

from glassformer.errors import MissingExtraError, TokenizerError
from glassformer.text.tokenizer import Tokenizer

NAMES = {
    "pad": ["<pad>", "[PAD]", "<|pad|>", "<|endoftext|>"],
    "unk": ["<unk>", "[UNK]", "<|unk|>"],
    "start": ["<s>", "[CLS]", "<bos>", "<|startoftext|>", "<|endoftext|>", "<pad>"],
    "end": ["</s>", "[SEP]", "<eos>", "<|endoftext|>"],
}


class ForeignCodec:
    """A tokenizer.json as it is; special tokens in a text are read as the file says."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.engine.no_padding()
        self.engine.no_truncation()
        self.size = engine.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text."""
        made = self.engine.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in made]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        return str(self.engine.decode(list(ids), skip_special_tokens=False))

    def piece(self, token: int) -> str:
        """The entry's name."""
        return str(self.engine.id_to_token(token) or f"<{token}>")

    def files(self) -> dict[str, bytes]:
        """The file again."""
        return {".json": self.engine.to_str(pretty=True).encode()}


def foreign(engine: Engine, path: Path) -> Tokenizer:
    """A foreign tokenizer.json, its special tokens found by their usual names."""
    found: dict[str, int | None] = {}
    for role, names in NAMES.items():
        ids = [i for name in names if (i := engine.token_to_id(name)) is not None]
        found[role] = ids[0] if ids else None
        if not ids and role != "unk":
            raise TokenizerError(
                f"{path} has no {role} token: looked for {', '.join(names)}; add one of them"
            )
    pad, start, end = found["pad"], found["start"], found["end"]
    assert pad is not None and start is not None and end is not None
    if pad == end:
        raise TokenizerError(
            f"{path} has one token for padding and for the end ({engine.id_to_token(pad)}): "
            "add a <pad> token"
        )
    return Tokenizer(ForeignCodec(engine), pad=pad, unk=found["unk"], bos=start, eos=end)


class SentencePieceCodec:
    """A SentencePiece model; one entry is added where it has no padding."""

    def __init__(self, processor: Any, content: bytes):
        self.processor, self.content = processor, content
        self.size = processor.get_piece_size() + (processor.pad_id() < 0)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text."""
        ids: list[list[int]] = self.processor.encode(list(texts))
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        return str(self.processor.decode(list(ids)))

    def piece(self, token: int) -> str:
        """The entry's name."""
        known = token < self.processor.get_piece_size()
        return str(self.processor.id_to_piece(token)) if known else "<pad>"

    def files(self) -> dict[str, bytes]:
        """The file again."""
        return {".model": self.content}


def sentencepiece(path: Path) -> Tokenizer:
    """A SentencePiece .model, through the optional package of that name."""
    try:
        from sentencepiece import SentencePieceProcessor
    except ImportError:
        raise MissingExtraError("sentencepiece", "sentencepiece", f"reading {path}") from None
    content = path.read_bytes()
    processor = SentencePieceProcessor()
    try:
        processor.load_from_serialized_proto(content)
    except (RuntimeError, OSError) as error:
        raise TokenizerError(f"{path} is no readable SentencePiece model: {error}") from error
    start, end = processor.bos_id(), processor.eos_id()
    if end < 0:
        raise TokenizerError(f"{path} has no end token </s>: train it with one")
    pad = processor.pad_id() if processor.pad_id() >= 0 else processor.get_piece_size()
    return Tokenizer(
        SentencePieceCodec(processor, content),
        pad=pad,
        unk=processor.unk_id(),
        bos=start if start >= 0 else end,
        eos=end,
    )
