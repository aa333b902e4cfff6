"""What the grammar of the built-in pair knows of a traced sentence: its translation, and which
words of the two belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassformer.data import petit
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel
from glassformer.loaded.tokens import word_of_each
from glassformer.text.tokenizer import Tokenizer


def reference_of(model: LoadedModel, text: str) -> str | None:
    """The grammar's translation; None if the model is of another pair, or the text no sentence."""
    found = sentence_of(model, text)
    return found.french if found else None


def sentence_of(model: LoadedModel, text: str) -> petit.Sentence | None:
    """The sentence behind a text that this model translates."""
    translates = model.built_in and model.config.family == "encoder-decoder"
    return petit.find(text) if translates else None


def gold_of(model: LoadedModel, tape: Tape) -> dict[str, Any]:
    """``reference``, and ``gold``: [source token, next token] of all words that translate one
    another, None unless what was written is the reference. The row of attention that writes a word
    has the number of its token among ``next``.
    """
    sentence = sentence_of(model, tape.about["text"])
    if sentence is None:
        return {"gold": None, "reference": None}
    sides = (
        places(model.tokenizers.source, tape.about["source"], sentence.english_words),
        places(model.tokenizers.target, tape.about["next"], sentence.french_words),
    )
    gold = None
    if sides[0] is not None and sides[1] is not None:
        gold = [
            [i, j]
            for english, french in sorted(sentence.alignment)
            for i in sides[0][english]
            for j in sides[1][french]
        ]
    return {"gold": gold, "reference": sentence.french}


def places(
    tokenizer: Tokenizer, tokens: Sequence[dict[str, Any]], words: Sequence[str]
) -> list[list[int]] | None:
    """The places of each word's tokens; None if the tokens are not these words, capitals aside."""
    found: list[list[int]] = []
    texts: list[str] = []
    seen: set[int] = set()
    for place, word in enumerate(word_of_each(tokenizer, [token["id"] for token in tokens])):
        if word is None or word[1].text.isspace():
            continue
        if word[0] not in seen:
            seen.add(word[0])
            found.append([])
            texts.append(word[1].text.strip().casefold())
        found[-1].append(place)
    return found if texts == [word.casefold() for word in words] else None
