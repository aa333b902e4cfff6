"""Pairs of words that differ in one thing only, as the lexicon knows them."""

from __future__ import annotations

from collections.abc import Iterable

from glassformer.data.petit.grammar import Grammar, built_in
from glassformer.data.petit.surface import Form
from glassformer.data.petit.vocabulary import vocabulary

Pairs = list[tuple[str, str]]


def pairs(of: Grammar | None = None) -> dict[str, tuple[Pairs, Pairs]]:
    """Name -> (English pairs, French pairs): one and several, masculine and feminine, present and
    past. A word that looks alike in both forms is no pair."""
    words = (of or built_in()).words
    nouns = words.nouns(words.kinds)
    return {
        "plural": (
            differing(noun.english for noun in nouns),
            differing(texts(noun.french) for noun in nouns),
        ),
        "gender": ([], differing(texts(a.predicate[:2]) for a in words.adjectives)),
        "past": (differing(verb.english[1:] for verb in words.verbs), []),
    }


def texts(forms: tuple[Form, ...]) -> tuple[str, ...]:
    """What the forms look like."""
    return tuple(form.text for form in forms)


def differing(found: Iterable[tuple[str, ...]]) -> Pairs:
    """Those of two forms."""
    return [(before, after) for before, after in found if before != after]


def word_classes(of: Grammar | None = None) -> dict[str, str]:
    """Each word form of both sides in small letters -> noun, adjective, verb, name or grammar (the
    grammar's own words); of two classes the first."""
    words = (of or built_in()).words
    found: dict[str, str] = {}

    def take(name: str, forms: Iterable[str]) -> None:
        for form in forms:
            found.setdefault(form.casefold(), name)

    for noun in words.nouns(words.kinds):
        take("noun", (*noun.english, *texts(noun.french)))
    for adjective in words.adjectives:
        take("adjective", (adjective.key, *texts(adjective.attribute)))
        take("adjective", (form.short for form in adjective.attribute))
    for verb in words.verbs:
        take("verb", (*verb.english, *texts((*verb.present, *verb.future, *verb.participle))))
    for english, french in words.reporting:
        take("verb", (*english, *texts(french)))
    take("name", (name for name, _, _ in words.names))
    for side in vocabulary(of):
        take("grammar", side)
    return found
