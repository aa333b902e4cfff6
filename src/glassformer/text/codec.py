"""What a tokenizer delegates to: one small protocol with an implementation for each origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from glassformer.text.derivation import Word

PAD, UNK, BOS, EOS = SPECIAL_NAMES = ("<pad>", "<unk>", "<s>", "</s>")


@dataclass(frozen=True)
class Specials:
    """The ids that stand for no text; ``unk`` is None where every text can be encoded.

    ``opens`` is whether a text that a model reads begins with ``bos``; as the model's family has it
    where None. ``mask`` stands for a hidden token; ``unk`` does where it is None.
    """

    pad: int
    unk: int | None
    bos: int
    eos: int
    opens: bool | None = None
    mask: int | None = None


class Codec(Protocol):
    """Text to ids and back. Texts hold no lone surrogates, ids are in range (the caller checks)."""

    kind: str
    size: int
    specials: Specials

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, never those of padding, beginning or end."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids; ids that stand for no text are dropped."""

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Each id as a person can read it."""

    def derive(self, text: str) -> list[Word]:
        """The words of a text, each with the steps to its pieces."""

    def content(self) -> dict[str, Any]:
        """All that is needed to make this codec again, as JSON."""
