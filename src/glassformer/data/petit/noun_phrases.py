"""Rules for noun phrases: determiners, adjectives on both sides of the noun, possession, names."""

from __future__ import annotations

from typing import Any, NamedTuple

from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.inflection import AdjectiveForms, NounForms, Words
from glassformer.data.petit.surface import LE, LES, Form, form


class Phrase(NamedTuple):
    """A noun phrase on both sides, and what the rest of the sentence agrees with.

    ``keys`` are the base forms of its head nouns; ``link`` is the head's; a ``heavy`` phrase ends
    in a clause, so nothing may follow that could belong to either.
    """

    english: Any
    french: Any
    feminine: bool
    plural: bool
    keys: tuple[str, ...]
    link: int
    heavy: bool = False


class Determiner(NamedTuple):
    """``english`` None is a or an. ``french``: masculine, feminine, plural."""

    english: str | None
    french: tuple[Form, Form, Form]
    phenomenon: str | None = None


def _determiner(
    english: str | None, m: Form, f: Form, plural: str, phenomenon: str | None = None
) -> Determiner:
    return Determiner(english, (m, f, form(plural, english or "a")), phenomenon)


AND = form("et", "and")
LA = form("la", "the", "l'")
THE = Determiner("the", (LE, LA, LES))
A = _determiner(None, form("un", "a"), form("une", "a"), "des")
SOME = _determiner("some", form("un", "a"), form("une", "a"), "des")
MY = _determiner("my", form("mon", "my"), form("ma", "my", "mon"), "mes", "possessive")
OUR = _determiner("our", form("notre", "our"), form("notre", "our"), "nos", "possessive")
THIS = _determiner("this", form("ce", "this", "cet"), form("cette", "this"), "ces", "demonstrative")
THESE = _determiner(
    "these", form("ce", "this", "cet"), form("cette", "this"), "ces", "demonstrative"
)
DEUX, TROIS = form("deux", "two"), form("trois", "three")
TWO = _determiner("two", DEUX, DEUX, "deux", "number")
THREE = _determiner("three", TROIS, TROIS, "trois", "number")
MUCH, MANY_OF, ANY_OF = form("beaucoup", "many"), form("de", "of", "d'"), form("de", "any", "d'")
MANY = Determiner("many", (MANY_OF, MANY_OF, MANY_OF), "number")
ANY = Determiner("any", (ANY_OF, ANY_OF, ANY_OF))
SOME_BEFORE_ADJECTIVE = form("de", "some", "d'")
OF = form("de", "of", "d'")

Determiners = dict[str, tuple[Weighted[Determiner], Weighted[Determiner]]]


def _styles(singular: dict[Determiner, float], plural: dict[Determiner, float]) -> Determiners:
    """By who may own the noun: singular and plural determiners. What a noun may not have goes
    to the others."""
    return {
        owner: (
            Weighted({d: w for d, w in singular.items() if d not in barred}),
            Weighted({d: w for d, w in plural.items() if d not in barred}),
        )
        for owner, barred in (("me", ()), ("us", (MY,)), ("nobody", (MY, OUR)))
    }


COMMON = _styles(
    {THE: 0.44, A: 0.2, MY: 0.13, OUR: 0.11, THIS: 0.12},
    {THE: 0.4, SOME: 0.15, MY: 0.1, OUR: 0.1, THESE: 0.11, TWO: 0.05, THREE: 0.05, MANY: 0.04},
)
DEFINITE = _styles(
    {THE: 0.64, MY: 0.12, OUR: 0.12, THIS: 0.12}, {THE: 0.64, MY: 0.12, OUR: 0.12, THESE: 0.12}
)
# After a negation: French has "pas de pommes" for what is not definite.
NEGATED = _styles(
    {THE: 0.64, MY: 0.12, OUR: 0.12, THIS: 0.12},
    {THE: 0.5, MY: 0.1, OUR: 0.1, THESE: 0.1, ANY: 0.2},
)
ONLY_THE = _styles({THE: 1.0}, {THE: 1.0})

PLURAL = Weighted({False: 0.54, True: 0.46})
NAMED = Weighted({True: 0.16, False: 0.84})


def noun_phrase(words: Words, draw: Draw, kinds: tuple[str, ...], determiners: Determiners,
                attributes: str = "some") -> Phrase:  # fmt: skip
    """Determiner, noun and at times adjectives: "our big red car".

    ``attributes`` is a row of ``inflection.ATTRIBUTES``.
    """
    noun = draw.one(words.nouns(kinds))
    return determined(words, draw, noun, draw.pick(PLURAL), determiners, attributes)


def determined(words: Words, draw: Draw, noun: NounForms, plural: bool, determiners: Determiners,
               attributes: str) -> Phrase:  # fmt: skip
    """A phrase around this noun, in this number."""
    chosen = choose_adjectives(words, draw, noun, attributes)
    determiner = draw.pick(determiners[noun.owner][plural])
    link = draw.new_link()
    agreement = noun.feminine + 2 * plural
    if plural:
        draw.phenomena.add("plural")
    if chosen and agreement:
        draw.phenomena.add("agreement")
    draw.lexemes.append(noun.key)
    before: list[Any] = []
    after: list[Any] = []
    english: list[Any] = []
    for adjective in chosen:
        here = draw.new_link()
        draw.lexemes.append(adjective.key)
        draw.related.append((adjective.key, noun.key))
        english.append(("A", adjective.key, (here,)))
        side = before if adjective.before else after
        side.append(("A", adjective.attribute[agreement], (here,)))
        draw.phenomena.add("adjective-before" if adjective.before else "adjective-after")
    english.append(("N", noun.english[plural], (link,)))
    french = [*before, ("N", noun.french[plural], (link,)), *after]
    here = draw.new_link()
    english.insert(0, ("D", _english(determiner, english[0][1]), (here,)))
    french = _french(draw, determiner, agreement, bool(before), here) + french
    return Phrase(("NP", english), ("NP", french), noun.feminine, plural, (noun.key,), link)


def choose_adjectives(
    words: Words, draw: Draw, noun: NounForms, attributes: str
) -> tuple[AdjectiveForms, ...]:
    """No adjective, one, or one before and one after the French noun."""
    table = words.adjective_tables[attributes, noun.kind]
    number = draw.pick(table)
    if number == "none":
        return ()
    fitting, before, after = words.attributes[noun.kind]
    if number == "one":
        return (draw.one(fitting),)
    return draw.one(before), draw.one(after)


def _english(determiner: Determiner, following: str) -> str:
    if determiner.english is not None:
        return determiner.english
    return "an" if following[0] in "aeiou" else "a"


def _french(
    draw: Draw, determiner: Determiner, agreement: int, adjective_first: bool, link: int
) -> list[Any]:
    """The French determiner: one word, or two for "many"."""
    if determiner.phenomenon:
        draw.phenomena.add(determiner.phenomenon)
    if determiner is MANY:
        return [("Q", MUCH, (link,)), ("D", MANY_OF, (link,))]
    if determiner is SOME and adjective_first:
        draw.phenomena.add("de-before-adjective")
        return [("D", SOME_BEFORE_ADJECTIVE, (link,))]
    return [("D", determiner.french[min(agreement, 2)], (link,))]


def name(words: Words, draw: Draw) -> Phrase:
    """A first name."""
    text, french, feminine = draw.one(words.names)
    link = draw.new_link()
    draw.phenomena.add("name")
    english: Any = ("NP", [("N", text, (link,))])
    return Phrase(english, ("NP", [("N", french, (link,))]), feminine, False, (), link)


def person_or_thing(words: Words, draw: Draw, kinds: tuple[str, ...], determiners: Determiners,
                    attributes: str = "some") -> Phrase:  # fmt: skip
    """A noun phrase or, where persons fit, sometimes a name."""
    named = "person" in kinds and draw.pick(NAMED)
    if named:
        return name(words, draw)
    return noun_phrase(words, draw, kinds, determiners, attributes)


def with_owner(words: Words, draw: Draw, noun: NounForms) -> Phrase:
    """ "the door of the house", "the friend of Anna": de contracts with le and les."""
    owned = determined(words, draw, noun, draw.pick(PLURAL), ONLY_THE, "none")
    owner = person_or_thing(words, draw, noun.of, DEFINITE, "none")
    draw.phenomena.add("of")
    link = draw.new_link()
    english = ("NP", [owned.english, ("PP", [("P", "of", (link,)), owner.english])])
    french = ("NP", [owned.french, ("PP", [("P", OF, (link,)), owner.french])])
    return owned._replace(english=english, french=french)


OWNED = Weighted({True: 0.4, False: 0.6})


def full_phrase(
    words: Words, draw: Draw, kinds: tuple[str, ...], determiners: Determiners
) -> Phrase:
    """Any phrase without a clause: a name, a noun with adjectives, a noun of somebody."""
    named = "person" in kinds and draw.pick(NAMED)
    if named:
        return name(words, draw)
    noun = draw.one(words.nouns(kinds))
    owned = bool(noun.of) and draw.pick(OWNED)
    if owned:
        return with_owner(words, draw, noun)
    return determined(words, draw, noun, draw.pick(PLURAL), determiners, "some")


def together(words: Words, draw: Draw, kinds: tuple[str, ...]) -> Phrase:
    """ "the boy and the girl", of one kind: masculine as soon as one of them is, and plural."""
    kind = draw.one(kinds)
    if kind == "person" and draw.pick(NAMED):
        first = name(words, draw)
        second = noun_phrase(words, draw, (kind,), DEFINITE, "none")
    else:
        first = noun_phrase(words, draw, (kind,), DEFINITE, "none")
        others = [noun for noun in words.nouns((kind,)) if noun.key not in first.keys]
        another = draw.one(others)
        second = determined(words, draw, another, draw.pick(PLURAL), DEFINITE, "none")
    link = draw.new_link()
    draw.phenomena.add("conjoined-subject")
    english = ("NP", [first.english, ("C", "and", (link,)), second.english])
    french = ("NP", [first.french, ("C", AND, (link,)), second.french])
    feminine = first.feminine and second.feminine
    return Phrase(english, french, feminine, True, first.keys + second.keys, first.link)
