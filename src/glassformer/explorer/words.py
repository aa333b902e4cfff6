"""What the page offers while one types on the built-in pair: words, their kinds, their meaning."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from glassformer.data import petit

if TYPE_CHECKING:
    from glassformer.explorer.models import Models

OPENING = "because it was too wide, the animal did not cross the street"


@cache
def kinds() -> dict[str, list[str]]:
    """Each English word with the words that may stand in its place, itself among them."""
    words = petit.built_in().words
    groups: dict[tuple[str, ...], list[str]] = {}
    for kind in words.kinds:
        for noun in words.nouns((kind,)):
            for number, form in enumerate(noun.english):
                groups.setdefault((kind, str(number)), []).append(form)
    adjectives = [a for group in words.it_adjectives.values() for a in group]
    groups["it",] = [adjective.key for adjective in adjectives]
    for adjective in words.adjectives:
        if adjective not in adjectives:
            groups.setdefault(("adjective",), []).append(adjective.key)
    for verb in words.verbs:
        for number, form in enumerate(verb.english):
            groups.setdefault(("verb", *verb.entry.subject, str(number)), []).append(form)
    found: dict[str, list[str]] = {}
    for members in groups.values():
        for member in members:
            found.setdefault(member, sorted(set(members)))
    return found


@cache
def antecedents() -> list[str]:
    """The nouns that "it" may stand for."""
    words = petit.built_in().words
    return sorted(noun.english[0] for nouns in words.it_nouns.values() for noun in nouns)


@cache
def known() -> list[str]:
    """All English words that the grammar can write."""
    return petit.vocabulary()[0]


@cache
def glosses() -> Mapping[str, str]:
    """Each French word with what it most often means, learned from the grammar's own glosses."""
    counts: dict[str, dict[str, int]] = {}
    for sentence in petit.split("train", 1, 4000):
        for word, gloss in zip(sentence.french_words, sentence.gloss, strict=True):
            of = counts.setdefault(word.casefold(), {})
            of[gloss] = of.get(gloss, 0) + 1
    return {word: max(of, key=lambda gloss: of[gloss]) for word, of in counts.items()}


def draw_sentence() -> str:
    """A new sentence of the grammar."""
    return next(petit.split("new", random.randrange(10**9), 1)).english


def routes(models: Models) -> APIRouter:
    """The words of the built-in pair, and new sentences of them."""
    router = APIRouter(prefix="/api")

    @router.get("/words")
    def vocabulary() -> dict[str, Any]:
        return {
            "known": known(),
            "kinds": kinds(),
            "glosses": glosses(),
            "antecedents": antecedents(),
        }

    @router.get("/sentence")
    def sentence() -> dict[str, str]:
        return {"text": draw_sentence()}

    return router
