"""Tiny exact tasks, for teaching: copy, reverse, sort, add. Every answer is right or wrong.

An input belongs to training or to the new ones by a hash of itself, so no seed can mix the two.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar

from glassformer.errors import ConfigError, nearest

LETTERS = "abcdefghij"
LONGEST = 12  # letters or digits of an input of copy, reverse and sort
NEW_SHARE = 8  # one input in so many is new

Rule = tuple[Callable[[random.Random], str], Callable[[str], str]]


def letters(rng: random.Random) -> str:
    """One to twelve letters."""
    return "".join(rng.choices(LETTERS, k=rng.randint(1, LONGEST)))


def digits(rng: random.Random) -> str:
    """One to twelve digits."""
    return "".join(rng.choices("0123456789", k=rng.randint(1, LONGEST)))


def two_numbers(rng: random.Random) -> str:
    """Two numbers of three digits each: 057+368."""
    return f"{rng.randrange(1000):03}+{rng.randrange(1000):03}"


def reversed_sum(text: str) -> str:
    """The four digits of the sum, last first, as one carries: 057+368 -> 5240."""
    first, second = text.split("+")
    return f"{int(first) + int(second):04}"[::-1]


RULES: dict[str, Rule] = {
    "copy": (letters, lambda text: text),
    "reverse": (letters, lambda text: text[::-1]),
    "sort": (digits, lambda text: "".join(sorted(text))),
    "add": (two_numbers, reversed_sum),
}


@dataclass(frozen=True)
class AlgorithmData:
    """One of ``RULES`` behind the same face as a corpus of files: (input, answer)."""

    name: str
    size: int
    seed: int
    sizes: ClassVar[dict[str, int]] = {"dev": 300, "test": 1000}

    def splits(self) -> list[str]:
        """The names of its splits."""
        return ["train", *self.sizes]

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(input, answer); those of dev and test are in no training split.

        Raises:
            ConfigError: there is no such split.
        """
        if name not in self.splits():
            raise ConfigError(f"{self.name} has no split {name!r}.{nearest(name, self.splits())}")
        draw, answer = RULES[self.name]
        rng = random.Random(f"{self.name} {name} {self.seed}")
        left = self.sizes.get(name, self.size)
        while left:
            text = draw(rng)
            if is_new(text) == (name != "train"):
                left -= 1
                yield text, answer(text)

    def describe(self) -> str:
        """One line on what this is."""
        return f"{self.name}, an exact task, {self.size:,} training examples"


def is_new(text: str) -> bool:
    """Whether this input is kept from training."""
    return blake2b(text.encode(), digest_size=8).digest()[0] % NEW_SHARE == 0
