"""Probabilities: every choice of a small part of the grammar taken in turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from math import exp, log
from typing import Any, TypeVar

import pytest

from glassformer.data import petit
from glassformer.data.petit.clauses import be_clause
from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.noun_phrases import COMMON, NEGATED, Determiners, full_phrase
from glassformer.data.petit.sentence import Sentence, finish

T = TypeVar("T")


class EveryDraw(Draw):
    """Takes the choices that it is told, then the first of each, noting how many there were."""

    __slots__ = ("counts", "told")

    def __init__(self, told: Sequence[int]):
        super().__init__(random.Random())
        self.told, self.counts = list(told), list[int]()

    def _choice(self, count: int) -> int:
        at = len(self.counts)
        self.counts.append(count)
        if at == len(self.told):
            self.told.append(0)
        return self.told[at]

    def one(self, options: Sequence[T]) -> T:
        self.log_probability -= log(len(options))
        return options[self._choice(len(options))]

    def pick(self, table: Weighted[T]) -> T:
        i = self._choice(len(table.items))
        self.log_probability += table.logs[i]
        return table.items[i]


def every(derive: Callable[[Draw], Sentence]) -> Iterator[Sentence]:
    """The sentences of all derivations."""
    told: list[int] = []
    while True:
        draw = EveryDraw(told)
        yield derive(draw)
        told = draw.told
        while told and told[-1] == draw.counts[len(told) - 1] - 1:
            told.pop()
        if not told:
            return
        told[-1] += 1


def phrase(
    grammar: petit.Grammar, kinds: tuple[str, ...], determiners: Determiners
) -> Callable[[Draw], Sentence]:
    def derive(draw: Draw) -> Sentence:
        made = full_phrase(grammar.words, draw, kinds, determiners)
        return finish(draw, made.english, made.french)

    return derive


def being(grammar: petit.Grammar) -> Callable[[Draw], Sentence]:
    def derive(draw: Draw) -> Sentence:
        subject, english, french = be_clause(grammar.words, draw, "present")
        sides: Any = [("S", [subject.english, english]), ("S", [subject.french, french])]
        return finish(draw, *sides)

    return derive


@pytest.mark.parametrize("part", ["persons", "things", "it", "be"])
def test_all_derivations_differ_and_their_probabilities_sum_to_one(
    small: petit.Grammar, part: str
) -> None:
    derive = {
        "persons": phrase(small, ("person",), COMMON),
        "things": phrase(small, ("openable", "thing"), NEGATED),
        "it": small.with_it,
        "be": being(small),
    }[part]
    sentences = list(every(derive))
    assert len({s.english for s in sentences}) == len(sentences) > 50
    assert sum(exp(s.log_probability) for s in sentences) == pytest.approx(1, abs=1e-9)
    assert len({(s.english, s.french) for s in sentences}) == len(sentences)


def test_sampling_follows_the_probabilities(small: petit.Grammar) -> None:
    derive = phrase(small, ("person",), COMMON)
    expected = {s.english: exp(s.log_probability) for s in every(derive)}
    rng, size = random.Random(3), 20_011
    counts = dict.fromkeys(expected, 0)
    for _ in range(size):
        counts[derive(Draw(rng)).english] += 1
    # Pearson's statistic is near its degrees of freedom, with deviation sqrt(2 n).
    statistic = sum((counts[e] - size * p) ** 2 / (size * p) for e, p in expected.items())
    freedom = len(expected) - 1
    assert abs(statistic - freedom) < 5 * (2 * freedom) ** 0.5


def test_the_whole_small_grammar_has_one_derivation_a_sentence(small: petit.Grammar) -> None:
    """With few words, sentences come again and again: the same text is the same tree."""
    rng = random.Random(4)
    seen: dict[str, Sentence] = {}
    again = 0
    for _ in range(30_011):
        s = small.generate(rng)
        if s.lengths[0] > 9:
            continue
        other = seen.setdefault(s.english, s)
        again += other is not s
        assert (s.french, s.english_tree, s.french_tree) == (
            other.french, other.english_tree, other.french_tree,
        )  # fmt: skip
        assert s.log_probability == pytest.approx(other.log_probability, abs=1e-9)
    assert again > 1000
