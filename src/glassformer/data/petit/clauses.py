"""Rules for clauses: verbs in their tenses, negation, objects, "is", and relative clauses."""

from __future__ import annotations

from typing import Any

from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.inflection import AdjectiveForms, NounForms, VerbForms, Words
from glassformer.data.petit.noun_phrases import (
    COMMON,
    DEFINITE,
    NEGATED,
    PLURAL,
    Determiners,
    Phrase,
    determined,
    full_phrase,
    person_or_thing,
    together,
)
from glassformer.data.petit.surface import FROM, A, Form, form

NE, PAS = form("ne", "not", "n'"), form("pas", "not")
HAS = (form("a", "has"), form("ont", "have"))
IS = (form("est", "is"), form("sont", "are"))
BE_FRENCH = {
    "present": IS,
    "past": (form("était", "was"), form("étaient", "were")),
    "future": (form("sera", "will be"), form("seront", "will be")),
}
BE_ENGLISH = {"present": ("is", "are"), "past": ("was", "were"), "future": ("be", "be")}
QUI, QUE = form("qui", "that"), form("que", "that", "qu'")
DEGREES = {"very": form("très", "very"), "too": form("trop", "too")}
# English word, French word; "never" is a negation with ne.
ADVERBS = {
    "often": form("souvent", "often"),
    "always": form("toujours", "always"),
    "never": form("jamais", "never"),
}
TIMES = {
    "past": ("yesterday", form("hier", "yesterday")),
    "present": ("now", form("maintenant", "now")),
    "future": ("tomorrow", form("demain", "tomorrow")),
}
COMMA = form(",", ",")

TENSE = Weighted({"present": 0.34, "past": 0.34, "future": 0.32})
POLARITY = {
    "present": Weighted({"": 0.6, "not": 0.22, "often": 0.06, "always": 0.06, "never": 0.06}),
    "past": Weighted({"": 0.74, "not": 0.26}),
    "future": Weighted({"": 0.74, "not": 0.26}),
}
NOT = Weighted({"": 0.76, "not": 0.24})
SUBJECT = Weighted({"simple": 0.8, "together": 0.07, "relative": 0.13})
OBJECT = Weighted({"simple": 0.84, "relative": 0.16})
RELATIVE_TENSE = Weighted({"present": 0.4, "past": 0.6})
PLACE = Weighted({"": 0.84, "in": 0.06, "near": 0.06, "behind": 0.04})
PREPOSITIONS = {
    "in": ([form("dans", "in")], ("building",)),
    "near": ([form("près", "near"), form("de", "near", "d'")], ("building", "place")),
    "behind": ([form("derrière", "behind")], ("building",)),
}
KIND = Weighted({"verb": 0.83, "be": 0.17})
TIME = Weighted({"": 0.84, "first": 0.08, "last": 0.08})
TIME_FIRST = Weighted({"": 0.92, "first": 0.08})
NO_TIME = Weighted({"": 1.0})

Sides = tuple[list[Any], list[Any]]


def clause(words: Words, draw: Draw, timed: bool = True) -> tuple[Any, Any]:
    """A whole clause, (English, French). ``timed``: it may hold yesterday, now or tomorrow."""
    tense = draw.pick(TENSE)
    if draw.pick(KIND) == "be":
        subject, english, french = be_clause(words, draw, tense)
        table = TIME
    else:
        verb = draw.one(words.verbs)
        subject = subject_phrase(words, draw, verb.entry.subject)
        for key in subject.keys:
            draw.related.append((key, verb.key))
        polarity = draw.pick(POLARITY[tense])
        english, french, heavy = predicate(words, draw, verb, tense, polarity, subject)
        # A time at the end could belong to a relative clause there.
        table = NO_TIME if polarity in ADVERBS else TIME_FIRST if heavy else TIME
    sides: Sides = ([subject.english, english], [subject.french, french])
    if timed:
        add_time(draw, tense, sides, table)
    return ("S", sides[0]), ("S", sides[1])


def add_time(draw: Draw, tense: str, sides: Sides, table: Weighted[str]) -> None:
    """ "yesterday, …" or "… yesterday"."""
    position = draw.pick(table)
    if not position:
        return
    draw.phenomena.add("time")
    english, french = TIMES[tense]
    link = draw.new_link()
    if position == "last":
        sides[0].append(("Adv", english, (link,)))
        sides[1].append(("Adv", french, (link,)))
        return
    comma = draw.new_link()
    sides[0][:0] = [("Adv", english, (link,)), (",", ",", (comma,))]
    sides[1][:0] = [("Adv", french, (link,)), (",", COMMA, (comma,))]


def subject_phrase(words: Words, draw: Draw, kinds: tuple[str, ...]) -> Phrase:
    """A subject: simple, two together, or with a relative clause."""
    shape = draw.pick(SUBJECT)
    if shape == "together":
        return together(words, draw, kinds)
    if shape == "relative":
        return with_relative(words, draw, draw.one(words.nouns(kinds)), COMMON)
    return full_phrase(words, draw, kinds, COMMON)


def object_phrase(words: Words, draw: Draw, kinds: tuple[str, ...], negated: bool) -> Phrase:
    """An object: simple, of somebody, or with a relative clause."""
    determiners = NEGATED if negated else COMMON
    if draw.pick(OBJECT) == "relative":
        return with_relative(words, draw, draw.one(words.nouns(kinds)), DEFINITE)
    return full_phrase(words, draw, kinds, determiners)


def predicate(words: Words, draw: Draw, verb: VerbForms, tense: str, polarity: str,
              subject: Phrase, simple: bool = False) -> tuple[Any, Any, bool]:  # fmt: skip
    """Verb, objects and place: (English, French, heavy). ``simple``: short, no place."""
    draw.lexemes.append(verb.key)
    draw.phenomena.add(tense)
    english, french = verb_group(draw, verb, tense, polarity, subject)
    heavy = False
    entry = verb.entry
    if entry.object:
        negated = polarity in ("not", "never")
        if simple:
            thing = person_or_thing(words, draw, entry.object, DEFINITE, "none")
        elif entry.to:
            thing = person_or_thing(words, draw, entry.object, NEGATED if negated else COMMON)
        else:
            thing = object_phrase(words, draw, entry.object, negated)
        for key in thing.keys:
            draw.related.append((key, verb.key))
        heavy = thing.heavy
        english.append(thing.english)
        french.append(thing.french)
    if entry.to or entry.from_:
        preposition = ("to", A) if entry.to else ("from", FROM)
        goal = person_or_thing(words, draw, entry.to or entry.from_, DEFINITE, "some")
        for key in goal.keys:
            draw.related.append((key, verb.key))
        add_preposition(draw, preposition[0], [preposition[1]], goal, (english, french))
    elif not simple and not heavy and "place" not in entry.subject:
        place = draw.pick(PLACE)
        if place:
            forms, kinds = PREPOSITIONS[place]
            where = person_or_thing(words, draw, kinds, DEFINITE, "none")
            draw.phenomena.add("place")
            add_preposition(draw, place, forms, where, (english, french))
    return ("VP", english), ("VP", french), heavy


def add_preposition(
    draw: Draw, english: str, french: list[Form], phrase: Phrase, sides: Sides
) -> None:
    """Append "near the house" to both sides."""
    link = draw.new_link()
    sides[0].append(("PP", [("P", english, (link,)), phrase.english]))
    sides[1].append(("PP", [*(("P", word, (link,)) for word in french), phrase.french]))


def verb_group(draw: Draw, verb: VerbForms, tense: str, polarity: str, subject: Phrase) -> Sides:
    """The verb with its auxiliaries, negation or adverb."""
    links = (draw.new_link(),)
    if polarity in ("not", "never"):
        draw.phenomena.add("negation")
    english = english_verb(draw, verb, tense, polarity, subject.plural, links)
    extra = (draw.link,)
    plural = subject.plural
    if tense == "present":
        french = [("V", verb.present[plural], links)]
    elif tense == "future":
        french = [("V", verb.future[plural], links)]
    elif verb.entry.auxiliary == "être":
        draw.phenomena.update(("participle-agreement", "agreement"))
        participle = verb.participle[subject.feminine + 2 * plural]
        french = [("Aux", IS[plural], links), ("V", participle, links)]
    else:
        french = [("Aux", HAS[plural], links), ("V", verb.participle[0], links)]
    if polarity == "not":
        french = [("Neg", NE, extra), french[0], ("Neg", PAS, extra), *french[1:]]
    elif polarity:
        french.append(("Adv", ADVERBS[polarity], extra))
        if polarity == "never":
            french.insert(0, ("Neg", NE_NEVER, extra))
    return english, french


NE_NEVER = form("ne", "never", "n'")


def english_verb(draw: Draw, verb: VerbForms, tense: str, polarity: str, plural: bool,
                 links: tuple[int, ...]) -> list[Any]:  # fmt: skip
    """The English verb group; a negation or adverb takes the newest link."""
    base, third, past = verb.english
    if tense == "future":
        group = [("Aux", "will", links), ("V", base, links)]
    elif polarity == "not":
        do = "did" if tense == "past" else "do" if plural else "does"
        group = [("Aux", do, links), ("V", base, links)]
    else:
        group = [("V", past if tense == "past" else base if plural else third, links)]
    if polarity == "not":
        group.insert(1, ("Neg", "not", (draw.new_link(),)))
    elif polarity:
        group.insert(0, ("Adv", polarity, (draw.new_link(),)))
    return group


DEGREE = Weighted({"": 0.56, "very": 0.26, "too": 0.18})


def be_clause(words: Words, draw: Draw, tense: str) -> tuple[Phrase, Any, Any]:
    """ "the houses are not very old": (subject, English, French)."""
    adjective = draw.one(words.predicates)
    return be(words, draw, tense, adjective, adjective.entry.of)


def be(words: Words, draw: Draw, tense: str, adjective: AdjectiveForms,
       kinds: tuple[str, ...]) -> tuple[Phrase, Any, Any]:  # fmt: skip
    """A subject of these kinds that is as the adjective says: (subject, English, French)."""
    subject = be_subject(words, draw, kinds)
    for key in subject.keys:
        draw.related.append((adjective.key, key))
    draw.lexemes.append(adjective.key)
    draw.phenomena.update((tense, "be"))
    negated = draw.pick(NOT) == "not"
    degree = draw.pick(DEGREE)
    english, french = be_predicate(draw, tense, subject, negated, degree, adjective)
    return subject, english, french


BE_SUBJECT = Weighted({"simple": 0.84, "together": 0.16})


def be_subject(words: Words, draw: Draw, kinds: tuple[str, ...]) -> Phrase:
    """A subject without adjectives of its own."""
    if draw.pick(BE_SUBJECT) == "simple":
        return person_or_thing(words, draw, kinds, DEFINITE, "none")
    return together(words, draw, kinds)


def be_predicate(draw: Draw, tense: str, subject: Phrase, negated: bool, degree: str,
                 adjective: AdjectiveForms) -> tuple[Any, Any]:  # fmt: skip
    """ "is not too wide" on both sides; the adjective has the newest link."""
    plural = subject.plural
    agreement = subject.feminine + 2 * plural
    if agreement:
        draw.phenomena.add("agreement")
    verb = (draw.new_link(),)
    left: list[Any] = [("V", BE_ENGLISH[tense][plural], verb)]
    right: list[Any] = [("V", BE_FRENCH[tense][plural], verb)]
    if tense == "future":
        left.insert(0, ("Aux", "will", verb))
    if negated:
        draw.phenomena.add("negation")
        link = (draw.new_link(),)
        left.insert(1, ("Neg", "not", link))
        right = [("Neg", NE, link), *right, ("Neg", PAS, link)]
    if degree:
        link = (draw.new_link(),)
        left.append(("Adv", degree, link))
        right.append(("Adv", DEGREES[degree], link))
    link = (draw.new_link(),)
    left.append(("A", adjective.key, link))
    right.append(("A", adjective.predicate[agreement], link))
    return ("VP", left), ("VP", right)


def with_relative(words: Words, draw: Draw, noun: NounForms, determiners: Determiners) -> Phrase:
    """ "the girl that sleeps", "the book that the girl found"."""
    head = determined(words, draw, noun, draw.pick(PLURAL), determiners, "none")
    draw.phenomena.add("relative")
    link = (draw.new_link(),)
    tense = draw.pick(RELATIVE_TENSE)
    role = draw.pick(words.relative_roles[noun.kind])
    build = subject_relative if role == "subject" else object_relative
    english, french = build(words, draw, noun, head, tense)
    draw.phenomena.add(f"relative-{role}")
    that = QUI if role == "subject" else QUE
    left = ("NP", [head.english, ("SBAR", [("C", "that", link), english])])
    right = ("NP", [head.french, ("SBAR", [("C", that, link), french])])
    return head._replace(english=left, french=right, heavy=True)


def subject_relative(
    words: Words, draw: Draw, noun: NounForms, head: Phrase, tense: str
) -> tuple[Any, Any]:
    """What follows "that" where the noun is the subject."""
    verb = draw.one(words.subject_verbs[noun.kind])
    draw.related.append((noun.key, verb.key))
    english, french, _ = predicate(words, draw, verb, tense, draw.pick(NOT), head, simple=True)
    return english, french


def object_relative(
    words: Words, draw: Draw, noun: NounForms, head: Phrase, tense: str
) -> tuple[Any, Any]:
    """What follows "that" where the noun is the object; the participle agrees with it."""
    verb = draw.one(words.relative_verbs[noun.kind])
    draw.related.append((noun.key, verb.key))
    draw.lexemes.append(verb.key)
    draw.phenomena.add(tense)
    subject = person_or_thing(words, draw, verb.entry.subject, DEFINITE, "none")
    for key in subject.keys:
        draw.related.append((key, verb.key))
    english, french = verb_group(draw, verb, tense, "", subject)
    if tense == "past":
        draw.phenomena.update(("participle-agreement", "agreement"))
        _, _, links = french[1]
        french[1] = ("V", verb.participle[head.feminine + 2 * head.plural], links)
    return ("S", [subject.english, ("VP", english)]), ("S", [subject.french, ("VP", french)])
