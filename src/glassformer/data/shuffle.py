"""A random order of any number of things that takes no memory: a permutation by formula.

A Feistel network permutes the numbers of 2k bits; numbers beyond the count are permuted again
until they fall inside ("cycle walking", Black and Rogaway 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROUNDS = 6
Numbers = NDArray[np.uint64]


class Permutation:
    """A permutation of 0 … count - 1, the same for the same key; ``p[rows]`` looks numbers up."""

    def __init__(self, count: int, key: tuple[int, ...]):
        self.count = count
        self.half = np.uint64(max((max(count - 1, 1).bit_length() + 1) // 2, 1))
        self.low = np.uint64((1 << int(self.half)) - 1)
        words = np.random.SeedSequence(key).generate_state(ROUNDS, np.uint64)
        self.keys = [np.uint64(word) for word in words]

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these positions of the order point: int64 [row] -> int64 [row]."""
        numbers = self.once(rows.astype(np.uint64))
        while (outside := numbers >= self.count).any():
            numbers[outside] = self.once(numbers[outside])
        return numbers.astype(np.int64)

    def once(self, numbers: Numbers) -> Numbers:
        """One pass through the network."""
        left, right = numbers >> self.half, numbers & self.low
        for key in self.keys:
            left, right = right, left ^ (mixed(right ^ key) & self.low)
        return (left << self.half) | right


def mixed(x: Numbers) -> Numbers:
    """The finalising hash of SplitMix64 (Steele et al. 2014): every bit depends on every bit."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
