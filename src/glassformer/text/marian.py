"""Marian's tokenizers, of the OPUS-MT translators: SentencePiece cuts, ``vocab.json`` numbers.

Each side has a SentencePiece model of its own, both usually one vocabulary. A text may begin with
the language that is wanted, as ``>>fra<<``, which is one entry of the vocabulary.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from glassformer.errors import TokenizerError
from glassformer.text.codec import Specials
from glassformer.text.derivation import Word
from glassformer.text.existing import processor_of, words_at_spaces

LANGUAGE = re.compile(r">>.+?<<")


class MarianCodec:
    """One side: a SentencePiece model and the ids of its pieces."""

    kind = "marian"

    def __init__(self, model: bytes, ids: dict[str, int], specials: Specials, origin: str):
        self._model, self._ids, self.specials = model, ids, specials
        self._processor = processor_of(model, origin)
        self._names = {index: name for name, index in ids.items()}
        self.size = max(self._names) + 1
        if specials.unk is None:
            raise TokenizerError(f"{origin}: its vocab.json has no <unk>")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``."""
        unknown = self.specials.unk
        return [[self._ids.get(piece, unknown) for piece in self._cut(text)] for text in texts]  # type: ignore[misc]

    def _cut(self, text: str) -> list[str]:
        language = LANGUAGE.match(text)
        before = [language.group()] if language and language.group() in self._ids else []
        rest: list[str] = self._processor.encode(text[len("".join(before)) :], out_type=str)
        return before + rest

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``."""
        hidden = {self.specials.pad, self.specials.unk, self.specials.bos, self.specials.eos}
        text: str = self._processor.decode_pieces(self.pieces([i for i in ids if i not in hidden]))
        return text.replace("▁", " ").strip()

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``."""
        return [self._names.get(index, f"<{index}>") for index in ids]

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``; the package gives the last step alone."""
        return words_at_spaces(self, text)

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        model = base64.b64encode(self._model).decode("ascii")
        return {"model": model, "ids": self._ids, "specials": asdict(self.specials)}

    def files(self, side: str) -> dict[str, bytes]:
        """The files of this side, by their names in an OPUS-MT folder."""
        ids = json.dumps(self._ids, ensure_ascii=False).encode("utf-8")
        config = {"separate_vocabs": False, "source_lang": None, "target_lang": None,
                  "model_max_length": 512, "tokenizer_class": "MarianTokenizer"}  # fmt: skip
        return {
            f"{side}.spm": self._model,
            "vocab.json": ids,
            "tokenizer_config.json": json.dumps(config, indent=2).encode("utf-8"),
        }

    @classmethod
    def from_content(cls, content: dict[str, Any], origin: str) -> MarianCodec:
        """The codec whose ``content()`` this is."""
        specials = Specials(**content["specials"])
        return cls(base64.b64decode(content["model"]), content["ids"], specials, origin)
