"""What the page offers while one types on the built-in pair: words, their kinds, their meaning."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query

from glassformer.data import petit
from glassformer.data.petit.swaps import Swaps, replaced
from glassformer.errors import DataError

if TYPE_CHECKING:
    from glassformer.explorer.models import Models

OPENING = "because it was too wide, the animal did not cross the street"
PRONOUNS = ("il", "elle")  # of "it", in the gender of the noun that it stands for


LENGTHS = range(5, 15)  # words of a drawn sentence: what fits a line of the first screen


@cache
def swaps() -> Swaps:
    """What may stand in whose place."""
    return Swaps(petit.built_in().words)


@cache
def antecedents() -> list[str]:
    """The nouns that "it" may stand for."""
    words = petit.built_in().words
    return sorted(noun.english[0] for nouns in words.it_nouns.values() for noun in nouns)


@cache
def deciding() -> list[str]:
    """The adjectives that say which of two nouns "it" stands for."""
    words = petit.built_in().words
    return sorted(a.key for group in words.it_adjectives.values() for a in group)


@cache
def known() -> list[str]:
    """All English words that the grammar can write."""
    return petit.vocabulary()[0]


def read_glosses(path: Path) -> dict[str, str]:
    """A word list: in each line a word, a tab, and what it means. Blank lines do not count.

    Raises:
        DataError: the file cannot be read, or a line is not like that.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the word list {path} cannot be read: {error}") from error
    found = {}
    for number, line in enumerate(text.split("\n"), start=1):
        word, _, gloss = (part.strip() for part in line.partition("\t"))
        if not (word or gloss):
            continue
        if not (word and gloss):
            raise DataError(
                f"{path}, line {number} is {line.strip()!r}; expected a word, a tab and its meaning"
            )
        found[word.casefold()] = gloss
    return found


def draw_sentence(seed: int) -> str:
    """A sentence of the grammar that no training has seen, of a length that fits the page."""
    found = petit.split("new", seed, 1000)
    return next(one.english for one in found if one.lengths[0] in LENGTHS)


def routes(models: Models) -> APIRouter:
    """The words of the built-in pair, what they may be changed for, and new sentences of them."""
    router = APIRouter(prefix="/api")

    @router.get("/words")
    def vocabulary() -> dict[str, Any]:
        return {
            "known": known(),
            "kinds": swaps().kinds(),
            "glosses": {**petit.meanings(), **models.glosses},
            "antecedents": antecedents(),
            "pronouns": list(PRONOUNS),
            "deciding": deciding(),
        }

    @router.get("/swaps")
    def words_to_swap(text: Annotated[str, Query(max_length=1000)]) -> dict[str, Any]:
        """Each word of the text, and the whole text with each other word in its place."""
        options = swaps().of(text)
        return {
            "words": [
                {
                    "text": word,
                    "options": [
                        {"word": one, "text": replaced(text, i, one)} for one in options[i]
                    ],
                }
                for i, word in enumerate(petit.words(text))
            ]
        }

    @router.get("/sentence")
    def sentence() -> dict[str, str]:
        return {"text": draw_sentence(random.randrange(10**9))}

    return router
