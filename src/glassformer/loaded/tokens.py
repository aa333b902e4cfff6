"""Ids as a person can read them: pieces, and the words that they are pieces of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassformer.text.derivation import Word
from glassformer.text.tokenizer import Tokenizer


def tokens_of(tokenizer: Tokenizer, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Each id with its piece; ``unknown`` marks those of a word that the vocabulary has not."""
    words = word_of_each(tokenizer, ids)
    tokens = []
    for index, piece, word in zip(ids, tokenizer.pieces(ids), words, strict=True):
        unknown = index == tokenizer.unk_id or (word is not None and word[1].unknown)
        tokens.append({"id": index, "piece": piece} | ({"unknown": True} if unknown else {}))
    return tokens


def word_of_each(tokenizer: Tokenizer, ids: Sequence[int]) -> list[tuple[int, Word] | None]:
    """For each id the number of its word, counted from 0, and the word.

    None for padding, beginning, end; for all of them if the tokenizer would cut their text in
    another way, as an untrained model may.
    """
    words = tokenizer.derive(tokenizer.decode(ids))
    silent = {tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id}
    if [i for word in words for i in word.ids] != [i for i in ids if i not in silent]:
        return [None] * len(ids)
    each = iter([(number, word) for number, word in enumerate(words) for _ in word.ids])
    return [None if i in silent else next(each) for i in ids]
