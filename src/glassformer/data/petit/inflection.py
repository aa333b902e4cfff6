"""The lexicon made ready for the grammar: every form once, and which words go with which."""

from __future__ import annotations

from typing import NamedTuple

from glassformer.data.petit.draw import Weighted
from glassformer.data.petit.lexicon import Adjective, Lexicon, Noun, Verb
from glassformer.data.petit.surface import Form, form

# How many adjectives stand beside a noun.
ATTRIBUTES = {
    "none": {"none": 1.0},
    "some": {"none": 0.61, "one": 0.34, "two": 0.05},
}


class NounForms(NamedTuple):
    """A noun: (singular, plural) on each side. ``owner``: me, us or nobody may own it."""

    key: str
    english: tuple[str, str]
    french: tuple[Form, Form]
    feminine: bool
    kind: str
    of: tuple[str, ...]
    owner: str


class VerbForms(NamedTuple):
    """A verb. French: present singular and plural, future singular and plural; then the
    participle by agreement (m, f, m plural, f plural), all alike after avoir without agreement."""

    key: str
    english: tuple[str, str, str]
    present: tuple[Form, Form]
    future: tuple[Form, Form]
    participle: tuple[Form, Form, Form, Form]
    entry: Verb


class AdjectiveForms(NamedTuple):
    """An adjective by agreement (m, f, m plural, f plural): beside a noun, and after "is"."""

    key: str
    attribute: tuple[Form, Form, Form, Form]
    predicate: tuple[Form, Form, Form, Form]
    before: bool
    entry: Adjective


class Words:
    """The inflected lexicon, indexed by the kinds of noun that words go with."""

    def __init__(self, lexicon: Lexicon):
        self.lexicon = lexicon
        nouns = [_noun(noun) for noun in lexicon.nouns]
        adjectives = [_adjective(adjective) for adjective in lexicon.adjectives]
        self.verbs = [_verb(verb) for verb in lexicon.verbs]
        self.predicates = [a for a in adjectives if a.entry.predicate]
        self.personal_predicates = [a for a in self.predicates if "person" in a.entry.of]
        self.adjectives = adjectives
        self.names = [
            (name.name, form(name.name, name.name), name.gender == "f") for name in lexicon.names
        ]
        self._nouns_by_kind = {
            kind: [n for n in nouns if n.kind == kind] for kind in {n.kind for n in nouns}
        }
        self._nouns: dict[tuple[str, ...], list[NounForms]] = {}
        self.kinds = tuple(self._nouns_by_kind)
        kinds = self.kinds
        # Beside a noun: (all, before the French noun, after it).
        self.attributes = {
            kind: _attributes([a for a in adjectives if kind in a.entry.of]) for kind in kinds
        }
        self.adjective_tables = {
            (row, kind): _possible(weights, self.attributes[kind])
            for row, weights in ATTRIBUTES.items()
            for kind in kinds
        }
        self.reporting = [
            (
                verb.english,
                (form(verb.french[0], verb.english[1]), form(verb.french[1], verb.english[0])),
            )
            for verb in lexicon.reporting
        ]
        self.relative_verbs = {
            kind: [v for v in self.verbs if v.entry.relative and kind in v.entry.object]
            for kind in kinds
        }
        self.subject_verbs = {
            kind: [v for v in self.verbs if kind in v.entry.subject] for kind in kinds
        }
        self.relative_roles = {
            kind: Weighted({
                role: 1.0 if role == "subject" else 1.6
                for role, verbs in (
                    ("subject", self.subject_verbs[kind]), ("object", self.relative_verbs[kind])
                )
                if verbs
            })
            for kind in kinds
        }  # fmt: skip
        # What "it" plays with.
        self.it_nouns = {
            (kind, feminine): [n for n in nouns if n.kind == kind and n.feminine == feminine]
            for kind in ("animal", "place")
            for feminine in (False, True)
        }
        self.it_adjectives = {
            kind: [a for a in adjectives if a.entry.it == kind] for kind in ("animal", "place")
        }
        self.it_verbs = {
            (first, second): [
                v for v in self.verbs
                if v.entry.it and first in v.entry.subject and second in v.entry.object
            ]
            for first, second in (("animal", "place"), ("place", "animal"))
        }  # fmt: skip

    def nouns(self, kinds: tuple[str, ...]) -> list[NounForms]:
        """All nouns of these kinds."""
        found = self._nouns.get(kinds)
        if found is None:
            found = [n for kind in kinds for n in self._nouns_by_kind.get(kind, [])]
            self._nouns[kinds] = found
        return found


def _noun(noun: Noun) -> NounForms:
    singular, plural = (
        form(text, gloss, aspirated=noun.aspirated)
        for text, gloss in zip(noun.french, noun.english, strict=True)
    )
    feminine = noun.gender == "f"
    owner = "us" if noun.kind in ("place", "building") else "me"
    if noun.kind == "person" and not noun.of:
        owner = "nobody"
    french = (singular, plural)
    return NounForms(noun.english[0], noun.english, french, feminine, noun.kind, noun.of, owner)


def participles(masculine: str) -> tuple[str, str, str, str]:
    """A participle by agreement: -, -e, -s, -es; one that ends in s takes no other."""
    plural = masculine if masculine.endswith("s") else masculine + "s"
    return masculine, masculine + "e", plural, masculine + "es"


def _verb(verb: Verb) -> VerbForms:
    base, third, past, participle = verb.english
    singular, plural, future, future_plural, done = verb.french
    return VerbForms(
        key=base,
        english=(base, third, past),
        present=(form(singular, third), form(plural, base)),
        future=(form(future, f"will {base}"), form(future_plural, f"will {base}")),
        participle=tuple(form(text, participle) for text in participles(done)),  # type: ignore[arg-type]
        entry=verb,
    )


def _adjective(adjective: Adjective) -> AdjectiveForms:
    plain = tuple(form(text, adjective.english) for text in adjective.french)
    attribute = plain
    if adjective.before_vowel:
        masculine = form(adjective.french[0], adjective.english, adjective.before_vowel)
        attribute = (masculine, *plain[1:])
    before = adjective.position == "before"
    return AdjectiveForms(adjective.english, attribute, plain, before, adjective)  # type: ignore[arg-type]


def _possible(
    weights: dict[str, float],
    fitting: tuple[list[AdjectiveForms], list[AdjectiveForms], list[AdjectiveForms]],
) -> Weighted[str]:
    """The weights without those numbers of adjectives that this kind of noun has not."""
    every, before, after = fitting
    possible = {"none": True, "one": bool(every), "two": bool(before and after)}
    return Weighted({number: w for number, w in weights.items() if possible[number]})


def _attributes(
    fitting: list[AdjectiveForms],
) -> tuple[list[AdjectiveForms], list[AdjectiveForms], list[AdjectiveForms]]:
    return fitting, [a for a in fitting if a.before], [a for a in fitting if not a.before]
