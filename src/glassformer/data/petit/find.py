"""The sentence behind a text: which choices of the grammar write it, found by trying them.

A grammar of rules that draw is run again and again with choices tried in turn instead of drawn.
A choice whose words are not in the text, or all used up, is never taken, so few choices are left.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import Any, TypeVar

from glassformer.data.petit.clauses import BE_SUBJECT, OBJECT, SUBJECT, TENSE, TIME, TIME_FIRST
from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.grammar import AGAIN, REPORT_AGAIN, RULES, Grammar, built_in
from glassformer.data.petit.inflection import AdjectiveForms, NounForms, VerbForms
from glassformer.data.petit.noun_phrases import OWNED, PLURAL, Determiner
from glassformer.data.petit.sentence import Sentence
from glassformer.data.petit.surface import leaves, words

T = TypeVar("T")
Forms = tuple[str, ...]

MOST_TRIES = 1000  # derivations: most sentences take some dozens
MOST_WORDS = 40

# What a choice that writes no word by itself says of the words of the sentence: any of these.
TIMES = ("yesterday", "now", "tomorrow")
SAYS: dict[int, dict[Any, tuple[str, ...]]] = {
    id(RULES): {
        "it": ("it",),
        "because": ("because",),
        "reported": ("that",),
        "joined": ("and", "but"),
    },
    id(SUBJECT): {"together": ("and",), "relative": ("that",)},
    id(BE_SUBJECT): {"together": ("and",)},
    id(OBJECT): {"relative": ("that",)},
    id(OWNED): {True: ("of",)},
    id(AGAIN): {True: ("and", "but")},
    id(REPORT_AGAIN): {True: ("that",)},
    id(TENSE): {"future": ("will",)},
    id(TIME): {"first": TIMES, "last": TIMES},
    id(TIME_FIRST): {"first": TIMES},
}
# Choices that are words themselves.
WORDS = frozenset("and but not often always never very too in near behind".split())


class DeadEndError(Exception):
    """No choice is left that the text allows."""


class Tried(Draw):
    """A derivation whose choices follow a list of numbers, and beyond it are the first allowed.

    ``path`` is what was chosen: for each choice its number among those allowed, and how many they
    were. ``left`` counts the words of the text that no choice has taken yet; ``reached`` is where
    in the text the last whole clause ends.
    """

    __slots__ = ("left", "noun", "path", "reached", "script")

    def __init__(self, script: Sequence[int], left: Counter[str]):
        super().__init__(random.Random(0))
        self.script, self.left = script, left.copy()
        self.path: list[tuple[int, int]] = []
        self.noun: NounForms | None = None
        self.reached = 0

    def choose(self, allowed: Sequence[T]) -> T:
        """The next choice.

        Raises:
            DeadEndError: none is allowed.
        """
        if not allowed:
            raise DeadEndError
        place = len(self.path)
        number = self.script[place] if place < len(self.script) else 0
        self.path.append((number, len(allowed)))
        return allowed[number]

    def one(self, options: Sequence[T]) -> T:
        """See ``Draw``: one that the text has a form of."""
        fitting = [option for option in options if self.has(forms(option))]
        chosen = self.choose(fitting)
        if isinstance(chosen, NounForms):
            self.noun = chosen  # its number is the choice after
        else:
            self.take(forms(chosen))
        self.log_probability -= log(len(options))
        return chosen

    def pick(self, table: Weighted[T]) -> T:
        """See ``Draw``: one whose words the text has."""
        known = SAYS.get(id(table), {})
        said = [self.said(table, item, known) for item in table.items]
        number = self.choose([n for n, words in enumerate(said) if self.has(words)])
        if table is not RULES and table is not AGAIN:  # "and" or "but" is a choice to come
            self.take(said[number])
        self.log_probability += table.logs[number]
        return table.items[number]

    def said(self, table: Weighted[Any], item: Any, known: dict[Any, tuple[str, ...]]) -> Forms:
        """The words of which an item needs one; none if it says nothing of them."""
        if table is PLURAL and self.noun is not None:
            return (self.noun.english[item],)
        if isinstance(item, Determiner):
            return (item.english,) if item.english else ("a", "an")
        return (item,) if item in WORDS else known.get(item, ())

    def has(self, words: Forms) -> bool:
        """Whether one of these words is left, or none is needed."""
        return not words or any(self.left[word] > 0 for word in words)

    def take(self, words: Forms) -> None:
        """Use up the one of these words that is there, if it is clear which."""
        there = [word for word in words if self.left[word]]
        if len(there) == 1:
            self.left[there[0]] -= 1


def forms(option: Any) -> Forms:
    """The English forms of a noun, verb, adjective, name or verb of saying; none of a kind."""
    if isinstance(option, NounForms | VerbForms):
        return option.english
    if isinstance(option, AdjectiveForms):
        return (option.key,)
    if isinstance(option, tuple):
        return (option[0],) if isinstance(option[0], str) else tuple(option[0])
    return ()


class Checking(Grammar):
    """The rules, with a clause inside a longer sentence refused unless the text goes on with it."""

    def __init__(self, grammar: Grammar, wanted: Forms):
        self.words = grammar.words
        self.text = f" {' '.join(wanted)} "

    def bare(self, draw: Draw) -> tuple[Any, Any]:
        """See ``Grammar``."""
        english, french = super().bare(draw)
        assert isinstance(draw, Tried)
        written = " ".join(text for _, text, _ in leaves(english)).casefold()
        place = self.text.find(f" {written} ", draw.reached)
        between = self.text[draw.reached : place].split()
        if place < 0 or not (between[-1:] == ["that"] or between in ([], ["and"], [",", "but"])):
            raise DeadEndError
        draw.reached = place + len(written) + 1
        return english, french


def find(text: str, grammar: Grammar | None = None) -> Sentence | None:
    """The sentence that is written so, capitals aside.

    None if the grammar has none, or if it was not found in ``MOST_TRIES`` derivations.
    """
    return find_words(tuple(word.casefold() for word in words(text)), grammar or built_in())


@lru_cache(maxsize=256)
def find_words(wanted: tuple[str, ...], grammar: Grammar) -> Sentence | None:
    """``find`` by the words, in small letters."""
    names = {name.casefold(): name for name, _, _ in grammar.words.names}
    left = Counter(names.get(word, word) for word in wanted)
    if len(wanted) > MOST_WORDS:
        return None
    checking = Checking(grammar, wanted)
    script: list[int] | None = []
    for _ in range(MOST_TRIES):
        if script is None:
            return None
        draw = Tried(script, left)
        try:
            sentence = checking.derive(draw)
        except DeadEndError:
            sentence = None
        if sentence and tuple(word.casefold() for word in sentence.english_words) == wanted:
            return sentence
        script = next_script(draw.path)
    return None


def next_script(path: Sequence[tuple[int, int]]) -> list[int] | None:
    """The list of choices after this one: its last choice that has another takes that one."""
    for place in reversed(range(len(path))):
        number, count = path[place]
        if number + 1 < count:
            return [*(number for number, _ in path[:place]), number + 1]
    return None
