"""English texts of petit alone, with their probability: sentences, and small stories.

A story says two to four things of one hero, in one tense: what comes later depends on a word long
past. Its probability is that of its choices, for no two derivations give one text: a sentence
alone has no full stop, each sentence of a story has one, and the rest is the grammar's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from glassformer.data.petit.clauses import DEGREE, NOT, POLARITY, be_predicate, predicate
from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.grammar import TWO_TENSES, Grammar, built_in
from glassformer.data.petit.noun_phrases import DEFINITE, NAMED, Phrase, determined, name
from glassformer.data.petit.splits import is_new
from glassformer.data.petit.surface import join, leaves

STORY = Weighted({False: 0.5, True: 0.5})
HERO = Weighted({"person": 0.6, "animal": 0.4})
SENTENCES = Weighted({2: 0.3, 3: 0.4, 4: 0.3})
BE = Weighted({False: 0.7, True: 0.3})


class Text(NamedTuple):
    """An English text, the logarithm of its probability (nats), and what decides its split."""

    english: str
    log_probability: float
    key: str


def sentence_alone(grammar: Grammar, draw: Draw) -> Text:
    """A sentence of the grammar."""
    sentence = grammar.derive(draw)
    return Text(sentence.english, sentence.log_probability, sentence.key)


def story_or_sentence(grammar: Grammar, draw: Draw) -> Text:
    """A story, or as often a sentence alone."""
    return story(grammar, draw) if draw.pick(STORY) else sentence_alone(grammar, draw)


def story(grammar: Grammar, draw: Draw) -> Text:
    """ "the wolf saw a garden. the wolf was not very tired." """
    words = grammar.words
    kind = draw.pick(HERO)
    tense = draw.pick(TWO_TENSES)
    if kind == "person" and draw.pick(NAMED):
        hero = name(words, draw)
    else:
        noun = draw.one(words.nouns((kind,)))
        hero = determined(words, draw, noun, False, DEFINITE, "none")
    told = [told_of(grammar, draw, hero, kind, tense) for _ in range(draw.pick(SENTENCES))]
    text = " ".join(join([word for _, word, _ in leaves(one)]) + "." for one in told)
    return Text(text, draw.log_probability, text)


def told_of(grammar: Grammar, draw: Draw, hero: Phrase, kind: str, tense: str) -> Any:
    """An English clause about the hero: what it does, or how it is."""
    words = grammar.words
    if draw.pick(BE):
        adjective = draw.one([a for a in words.predicates if kind in a.entry.of])
        negated = draw.pick(NOT) == "not"
        said = be_predicate(draw, tense, hero, negated, draw.pick(DEGREE), adjective)[0]
    else:
        verb = draw.one(words.subject_verbs[kind])
        polarity = draw.pick(POLARITY[tense])
        said = predicate(words, draw, verb, tense, polarity, hero)[0]
    return ("S", [hero.english, said])


TEXTS = {"petit-sentences": sentence_alone, "petit-stories": story_or_sentence}


def texts(
    name: str, new: bool, seed: int, size: int, grammar: Grammar | None = None
) -> Iterator[Text]:
    """``size`` texts, always the same for the same seed, drawn with the probability they carry.

    ``name`` is one of ``TEXTS``. Those that are new are in no training, whatever the seed: one in
    eight, by a hash of the text. Nothing else is withheld, so the best that a model can do on new
    texts is the probability itself.
    """
    grammar = grammar or built_in()
    rng = random.Random(f"{name} {new} {seed}")
    while size > 0:
        text = TEXTS[name](grammar, Draw(rng))
        if is_new(text.key) == new:
            size -= 1
            yield text
