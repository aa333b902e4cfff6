"""Handwritten digits of 8 x 8 pixels, 1797 of them, that scikit-learn carries; an extra.

A source is the 64 pixels of an image, row by row, from 0 to 16; a target is the digit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from glassformer.errors import ConfigError, MissingExtraError, nearest

SPLITS = ("train", "dev", "test")
PARTS = ("test", "test", "dev", *["train"] * 7)  # of ten images in their shuffled order


class Digits:
    """The images behind the same face as a corpus of files."""

    def __init__(self) -> None:
        try:
            from sklearn.datasets import load_digits
        except ImportError:
            raise MissingExtraError("scikit-learn", "images", "reading its digits") from None
        found = load_digits()
        self.images, self.digits = found.data.astype(int).tolist(), found.target.tolist()
        self.order = list(range(len(self.images)))
        random.Random("digits").shuffle(self.order)  # one writer's stand together

    def splits(self) -> list[str]:
        """The names of its splits."""
        return list(SPLITS)

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(pixels, digit); a fifth of the images are for the test.

        Raises:
            ConfigError: there is no such split.
        """
        if name not in SPLITS:
            raise ConfigError(f"the digits have no split {name!r}.{nearest(name, SPLITS)}")
        for place, row in enumerate(self.order):
            if PARTS[place % len(PARTS)] == name:
                yield " ".join(map(str, self.images[row])), str(self.digits[row])

    def describe(self) -> str:
        """One line on what this is."""
        return "scikit-learn's handwritten digits, 1797 images of 8 x 8 pixels"
