"""The rules for whole sentences: clauses alone, joined, reported, explained, and with "it"."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from glassformer.data.petit.clauses import (
    COMMA,
    NOT,
    be,
    be_predicate,
    clause,
    predicate,
    verb_group,
)
from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.inflection import AdjectiveForms, NounForms, VerbForms, Words
from glassformer.data.petit.lexicon import Lexicon, load_lexicon
from glassformer.data.petit.noun_phrases import (
    AND,
    DEFINITE,
    Phrase,
    determined,
    full_phrase,
    person_or_thing,
)
from glassformer.data.petit.sentence import Sentence, finish
from glassformer.data.petit.surface import form

RULES = Weighted({"clause": 0.48, "it": 0.3, "because": 0.05, "reported": 0.06, "joined": 0.11})
FIRST = Weighted({True: 0.5, False: 0.5})
TWO_TENSES = Weighted({"present": 0.5, "past": 0.5})
CONJUNCTION = Weighted({"and": 0.6, "but": 0.4})
AGAIN = Weighted({False: 0.7, True: 0.3})
REPORT_AGAIN = Weighted({False: 0.85, True: 0.15})
# The two nouns of "it" differ in gender more often than not: only then is there a choice.
GENDERS = Weighted(
    {(False, True): 0.36, (True, False): 0.36, (False, False): 0.14, (True, True): 0.14}
)
# Who stands first, and what "it" is.
ORDERS = Weighted({("animal", "place"): 0.5, ("place", "animal"): 0.5})
MEANT = Weighted({"animal": 0.5, "place": 0.5})

THAT = form("que", "that", "qu'")
PARCE, BECAUSE_QUE = form("parce", "because"), form("que", "because", "qu'")
BUT = form("mais", "but")
PRONOUNS = (form("il", "it"), form("elle", "it"))
TOO = "too"


class Grammar:
    """The rules over one lexicon."""

    def __init__(self, lexicon: Lexicon):
        self.words = Words(lexicon)

    def generate(self, rng: random.Random) -> Sentence:
        """One sentence, drawn with the probability that it carries."""
        return self.derive(Draw(rng))

    def derive(self, draw: Draw) -> Sentence:
        """The sentence of these choices."""
        rule = draw.pick(RULES)
        if rule == "it":
            return self.with_it(draw)
        english, french = getattr(self, rule)(draw)
        return finish(draw, english, french)

    def clause(self, draw: Draw) -> tuple[Any, Any]:
        """One clause alone."""
        return clause(self.words, draw)

    def bare(self, draw: Draw) -> tuple[Any, Any]:
        """A clause without yesterday, now or tomorrow, for inside a longer sentence."""
        return clause(self.words, draw, timed=False)

    def joined(self, draw: Draw) -> tuple[Any, Any]:
        """ "… and …", "…, but …"; at times once more."""
        first = self.bare(draw)
        kind = draw.pick(CONJUNCTION)
        link = (draw.new_link(),)
        second = self.joined(draw) if draw.pick(AGAIN) else self.bare(draw)
        draw.phenomena.add("joined")
        if kind == "and":
            english = [first[0], ("C", "and", link), second[0]]
            return ("S", english), ("S", [first[1], ("C", AND, link), second[1]])
        comma = (draw.new_link(),)
        english = [first[0], (",", ",", comma), ("C", "but", link), second[0]]
        return ("S", english), ("S", [first[1], (",", COMMA, comma), ("C", BUT, link), second[1]])

    def reported(self, draw: Draw) -> tuple[Any, Any]:
        """ "Anna says that …"."""
        subject = person_or_thing(self.words, draw, ("person",), DEFINITE)
        english_forms, french_forms = draw.one(self.words.reporting)
        verb, that = (draw.new_link(),), (draw.new_link(),)
        draw.phenomena.add("reported")
        inner = self.reported(draw) if draw.pick(REPORT_AGAIN) else self.bare(draw)
        said = ("V", english_forms[not subject.plural], verb)
        dit = ("V", french_forms[subject.plural], verb)
        english = ("VP", [said, ("SBAR", [("C", "that", that), inner[0]])])
        french = ("VP", [dit, ("SBAR", [("C", THAT, that), inner[1]])])
        return ("S", [subject.english, english]), ("S", [subject.french, french])

    def because(self, draw: Draw) -> tuple[Any, Any]:
        """ "… because the girl was tired", with a noun where "it" could be."""
        verb = draw.one(self.words.subject_verbs["person"])
        tense = draw.pick(TWO_TENSES)
        subject = full_phrase(self.words, draw, ("person",), DEFINITE)
        for key in subject.keys:
            draw.related.append((key, verb.key))
        polarity = draw.pick(NOT)
        english, french, _ = predicate(
            self.words, draw, verb, tense, polarity, subject, simple=True
        )
        adjective = draw.one(self.words.personal_predicates)
        reason, left, right = be(self.words, draw, tense, adjective, ("person",))
        main = ("S", [subject.english, english]), ("S", [subject.french, french])
        return explain(draw, main, (("S", [reason.english, left]), ("S", [reason.french, right])))

    def with_it(self, draw: Draw) -> Sentence:
        """ "the animal did not cross the street because it was too tired": what "it" is follows
        from its adjective alone, and either noun may stand first."""
        order = draw.pick(ORDERS)
        animal, place = draw.pick(GENDERS)
        genders = {"animal": animal, "place": place}
        verb = draw.one(self.words.it_verbs[order])
        nouns = {kind: draw.one(self.words.it_nouns[kind, genders[kind]]) for kind in order}
        meant = draw.pick(MEANT)
        adjective = draw.one(self.words.it_adjectives[meant])
        pair = [nouns[kind] for kind in order]
        return self.frame(draw, verb, pair, order.index(meant), adjective)

    def frame(self, draw: Draw, verb: VerbForms, nouns: list[NounForms], meant: int,
              adjective: AdjectiveForms) -> Sentence:  # fmt: skip
        """The "it" sentence of this verb, subject and object; ``meant`` says which "it" is."""
        tense = draw.pick(TWO_TENSES)
        negated = draw.pick(NOT_WITH_IT)
        subject = determined(self.words, draw, nouns[0], False, DEFINITE, "none")
        english, french = it_predicate(self.words, draw, verb, tense, negated, subject)
        thing = determined(self.words, draw, nouns[1], False, DEFINITE, "none")
        phrases = (subject, thing)
        main = (
            ("S", [subject.english, ("VP", [*english, thing.english])]),
            ("S", [subject.french, ("VP", [*french, thing.french])]),
        )
        noun, other = phrases[meant], phrases[1 - meant]
        it = draw.new_link()
        pronoun = PRONOUNS[noun.feminine]
        left, right = be_predicate(draw, tense, noun, False, TOO, adjective)
        hidden = draw.link
        draw.lexemes.append(adjective.key)
        draw.related += [
            (adjective.key, nouns[meant].key), (nouns[0].key, verb.key), (nouns[1].key, verb.key),
            (nouns[0].key, nouns[1].key),
        ]  # fmt: skip
        draw.phenomena.update(("it", pronoun.text))
        draw.it = (it, noun.link, other.link, pronoun.text)
        reason = (
            ("S", [("NP", [("Pro", "it", (it,))]), left]),
            ("S", [("NP", [("Pro", pronoun, (it,))]), right]),
        )
        return finish(draw, *explain(draw, main, reason), hidden)


NOT_WITH_IT = Weighted({"not": 0.5, "": 0.5})


def it_predicate(words: Words, draw: Draw, verb: VerbForms, tense: str, polarity: str,
                 subject: Phrase) -> tuple[list[Any], list[Any]]:  # fmt: skip
    """The verb group of an "it" sentence."""
    draw.lexemes.append(verb.key)
    draw.phenomena.add(tense)
    return verb_group(draw, verb, tense, polarity, subject)


def explain(draw: Draw, main: tuple[Any, Any], reason: tuple[Any, Any]) -> tuple[Any, Any]:
    """Main clause and reason in either order; half of the reasons stand first."""
    link = (draw.new_link(),)
    left = ("SBAR", [("C", "because", link), reason[0]])
    right = ("SBAR", [("C", PARCE, link), ("C", BECAUSE_QUE, link), reason[1]])
    if not draw.pick(FIRST):
        draw.phenomena.add("because-last")
        return ("S", [*main[0][1], left]), ("S", [*main[1][1], right])
    draw.phenomena.add("because-first")
    comma = (draw.new_link(),)
    return (
        ("S", [left, (",", ",", comma), main[0]]),
        ("S", [right, (",", COMMA, comma), main[1]]),
    )


@cache
def built_in() -> Grammar:
    """The grammar over the package's own lexicon."""
    return Grammar(load_lexicon())


def generate(rng: random.Random) -> Sentence:
    """One sentence of petit, drawn with the probability that it carries."""
    return built_in().generate(rng)
