"""For a model that came without a tokenizer: a text is its ids, written as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from glassformer.errors import TokenizerError
from glassformer.text.codec import Specials
from glassformer.text.derivation import Word


class NumbersCodec:
    """``"5 17 3"`` is the ids 5, 17 and 3; ``names`` is what each means, as far as it is known."""

    kind = "numbers"

    def __init__(self, size: int, specials: Specials, names: Sequence[str] = ()):
        self.size, self.specials, self.names = size, specials, list(names)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``.

        Raises:
            TokenizerError: a word is no id.
        """
        return [[self._id(word) for word in text.split()] for text in texts]

    def _id(self, word: str) -> int:
        if word.isdecimal() and int(word) < self.size:
            return int(word)
        raise TokenizerError(
            f"{word!r} is no id: this model came without a tokenizer, so its texts are ids from 0 "
            f"to {self.size - 1}, with spaces between; or put its tokenizer.json beside it"
        )

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``: every id is shown, for none is known to stand for no text."""
        return " ".join(map(str, ids))

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``."""
        return [self.names[i] if i < len(self.names) else str(i) for i in ids]

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``."""
        (ids,) = self.encode_batch([text])
        return [Word(str(index), (index,), ((str(index),),)) for index in ids]

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        return {"size": self.size, "specials": asdict(self.specials), "names": self.names}

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> NumbersCodec:
        """The codec whose ``content()`` this is."""
        names = content.get("names", ())
        return cls(content["size"], Specials(**content["specials"]), names)
