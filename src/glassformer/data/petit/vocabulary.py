"""All word forms that sentences of petit can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from glassformer.data.petit import clauses, grammar, noun_phrases, surface
from glassformer.data.petit.grammar import Grammar, built_in
from glassformer.data.petit.inflection import Words
from glassformer.data.petit.surface import Form

DETERMINERS = (
    noun_phrases.THE, noun_phrases.A, noun_phrases.SOME, noun_phrases.MY, noun_phrases.OUR,
    noun_phrases.THIS, noun_phrases.THESE, noun_phrases.TWO, noun_phrases.THREE,
    noun_phrases.MANY, noun_phrases.ANY,
)  # fmt: skip


def vocabulary(of: Grammar | None = None) -> tuple[list[str], list[str]]:
    """(English, French) word forms as ``words`` splits a text, sorted; signs included."""
    lexicon = (of or built_in()).words
    english = {*own_english(), *lexical_english(lexicon)}
    french = {"au", "aux", "du", "des", ","}
    for word in (*own_french(), *lexical_french(lexicon)):
        french.update((word.text, word.short))
    return sorted(english), sorted(french)


# What these mean most often; the lexicon names them by another use first, or not at all.
MOST_OFTEN = {
    "au": "to the", "aux": "to the", "du": "of the", "des": "some", "ces": "these",
    "qu'": "because",
}  # fmt: skip


def meanings(of: Grammar | None = None) -> dict[str, str]:
    """What each French word form means most often, in small letters."""
    found: dict[str, str] = {}
    for word in (*own_french(), *lexical_french((of or built_in()).words)):
        for text in (word.text, word.short):
            found.setdefault(text.casefold(), word.gloss)
    return {**found, **MOST_OFTEN}


def own_english() -> Iterator[str]:
    """The grammar's own words."""
    yield from (determiner.english or "an" for determiner in DETERMINERS)
    yield from ("a", ",", "of", "and", "but", "that", "because", "it", "to", "from", "not")
    yield from ("do", "does", "did", "will", "be", "is", "are", "was", "were")
    for table in (clauses.ADVERBS, clauses.DEGREES, clauses.PREPOSITIONS):
        yield from table
    yield from (english for english, _ in clauses.TIMES.values())


def lexical_english(lexicon: Words) -> Iterator[str]:
    """The lexicon's words."""
    for noun in lexicon.nouns(tuple(lexicon.kinds)):
        yield from noun.english
    for verb in lexicon.verbs:
        yield from verb.english
    for english, _ in lexicon.reporting:
        yield from english
    yield from (adjective.key for adjective in lexicon.adjectives)
    yield from (name for name, _, _ in lexicon.names)


def own_french() -> Iterable[Form]:
    """The grammar's own words."""
    for determiner in DETERMINERS:
        yield from determiner.french
    yield from (surface.A, surface.DE, noun_phrases.MUCH, noun_phrases.AND)
    yield from (clauses.NE, clauses.PAS, *clauses.HAS, *clauses.IS, clauses.QUI, clauses.QUE)
    yield from (form for forms in clauses.BE_FRENCH.values() for form in forms)
    for table in (clauses.DEGREES, clauses.ADVERBS):
        yield from table.values()
    yield from (french for _, french in clauses.TIMES.values())
    yield from (form for forms, _ in clauses.PREPOSITIONS.values() for form in forms)
    yield from (grammar.PARCE, grammar.BUT, *grammar.PRONOUNS)


def lexical_french(lexicon: Words) -> Iterable[Form]:
    """The lexicon's words."""
    for noun in lexicon.nouns(tuple(lexicon.kinds)):
        yield from noun.french
    for verb in lexicon.verbs:
        agreeing = verb.entry.auxiliary == "être" or verb.entry.relative
        yield from (*verb.present, *verb.future, *verb.participle[: 4 if agreeing else 1])
    for _, french in lexicon.reporting:
        yield from french
    for adjective in lexicon.adjectives:
        yield from adjective.attribute
    yield from (french for _, french, _ in lexicon.names)
