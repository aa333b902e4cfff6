"""The choices behind one sentence: taken at random, with the probability that they had."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import log
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Alternatives with weights, whose sum need not be 1."""

    __slots__ = ("bounds", "items", "logs")

    def __init__(self, alternatives: dict[T, float]):
        total = sum(alternatives.values())
        self.items = list(alternatives)
        self.logs = [log(weight / total) for weight in alternatives.values()]
        self.bounds: list[float] = []
        reached = 0.0
        for weight in alternatives.values():
            reached += weight / total
            self.bounds.append(reached)
        self.bounds[-1] = 1.0


class Draw:
    """One derivation in the making: its choices, its probability and what it met on the way."""

    __slots__ = ("it", "lexemes", "link", "log_probability", "next_random", "phenomena", "related")

    def __init__(self, rng: random.Random):
        self.next_random = rng.random
        self.log_probability = 0.0
        self.phenomena: set[str] = set()
        # Content words by their English base, and which two of them stand in a relation.
        self.lexemes: list[str] = []
        self.related: list[tuple[str, str]] = []
        self.link = 0
        # Links of the pronoun, of its noun and of the other noun, and the pronoun's gender.
        self.it: tuple[int, int, int, str] | None = None

    def one(self, options: Sequence[T]) -> T:
        """One of equally likely options."""
        n = len(options)
        self.log_probability -= log(n)
        return options[int(self.next_random() * n)]

    def pick(self, table: Weighted[T]) -> T:
        """One of weighted alternatives."""
        point = self.next_random()
        i = 0
        for bound in table.bounds:
            if point < bound:
                break
            i += 1
        self.log_probability += table.logs[i]
        return table.items[i]

    def new_link(self) -> int:
        """A number that ties words of both sides together."""
        self.link += 1
        return self.link
