"""Labels as a vocabulary: a whole text is one id. Id 0 is padding, and no label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassformer.errors import TokenizerError, nearest
from glassformer.text.codec import PAD, Specials
from glassformer.text.derivation import Word


class LabelCodec:
    """``"place"`` is one id, whatever is in it."""

    kind = "labels"

    def __init__(self, names: Sequence[str]):
        self.names = [PAD, *names]
        self.size = len(self.names)
        self.specials = Specials(0, None, 0, 0)
        self._ids = {name: index for index, name in enumerate(self.names) if index}

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Codec``.

        Raises:
            TokenizerError: a text is no label.
        """
        for text in texts:
            if text and text not in self._ids:
                raise TokenizerError(
                    f"{text!r} is none of the {self.size - 1} labels.{nearest(text, self._ids)}"
                )
        return [[self._ids[text]] if text else [] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """See ``Codec``."""
        return " ".join(self.names[index] for index in ids if index)

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """See ``Codec``."""
        return [self.names[index] for index in ids]

    def derive(self, text: str) -> list[Word]:
        """See ``Codec``."""
        (ids,) = self.encode_batch([text])
        return [Word(text, tuple(ids), ((text,),))] if ids else []

    def content(self) -> dict[str, Any]:
        """See ``Codec``."""
        return {"names": self.names[1:]}

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> LabelCodec:
        """The codec whose ``content()`` this is."""
        return cls(content["names"])
