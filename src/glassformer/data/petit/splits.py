"""Sentences drawn from the grammar, and the splits that tell learning from remembering.

Which split a sentence belongs to follows from a hash of it, so nothing has to be remembered:

- ``train``: short, no held-out pair of words, nine in ten of all frames;
- ``new``: the same, but of the frames that training never shows;
- ``combinations``: with a pair of words (adjective and noun, verb and noun, the two nouns of "it")
  that never stand together in training;
- ``longer``: of more words than any in training.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from glassformer.data.petit.grammar import Draft, Grammar
from glassformer.data.petit.lexicon import lexicon
from glassformer.data.petit.sentence import Sentence
from glassformer.errors import ConfigError, nearest

T = TypeVar("T")

LONGEST = 16  # English words, commas counted, of a training sentence
LONGER = 26  # of the longest in "longer"
NEW_FRAMES = 0.1  # share of frames that training never shows
HELD_OUT = 0.05  # share of word pairs that training never shows


class Draw:
    """Draws each choice at random and adds up its log-probability; remembers what it drew."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.log_probability = 0.0
        self.drawn: list[Any] = []

    def __call__(self, options: Sequence[T], shares: Sequence[float] | None = None) -> T:
        if shares is None:
            found = options[int(self.rng.random() * len(options))]
            self.log_probability -= math.log(len(options))
        else:
            i = self.rng.choices(range(len(options)), shares)[0]
            found = options[i]
            self.log_probability += math.log(shares[i])
        self.drawn.append(found)
        return found


class Replay(Draw):
    """Draws what was drawn before, but for the choices that ``instead`` makes anew by their place."""

    def __init__(self, drawn: list[Any], instead: dict[int, Callable[[Sequence[Any]], Any]]):
        super().__init__(random.Random())
        self.before, self.instead = drawn, instead

    def __call__(self, options: Sequence[T], shares: Sequence[float] | None = None) -> T:
        place = len(self.drawn)
        found = self.before[place]
        if place in self.instead:
            found = self.instead[place](options)
        share = 1 / len(options) if shares is None else shares[list(options).index(found)]
        self.log_probability += math.log(share)
        self.drawn.append(found)
        return found


@cache
def grammar() -> Grammar:
    """The grammar over the package's lexicon."""
    return Grammar(lexicon())


def generate(rng: random.Random, clauses: int = 1) -> Sentence:
    """One sentence, drawn with its probability under the grammar."""
    return derived(Draw(rng), clauses)


def derived(draw: Draw, clauses: int = 1) -> Sentence:
    """The sentence that these draws make."""
    draft = Draft()
    both = grammar().sentence(draw, draft, clauses)
    return Sentence(both, draft, draw.log_probability)


def share(text: str) -> float:
    """A number in [0, 1) that a text always has."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


@cache
def held_out(pair: tuple[str, str]) -> bool:
    """Whether this pair of words never stands together in training."""
    return share("pair: " + " + ".join(pair)) < HELD_OUT


def split_of(sentence: Sentence) -> str:
    """The split that a sentence belongs to."""
    if len(sentence.english_words) > LONGEST:
        return "longer"
    if any(held_out(pair) for pair in sentence.pairs):
        return "combinations"
    return "new" if share("frame: " + sentence.frame) < NEW_FRAMES else "train"


def split(name: str, seed: int, size: int) -> Iterator[Sentence]:
    """``size`` sentences of a split, the same for the same seed; one may come more than once."""
    known = ("train", "new", "combinations", "longer")
    if name not in known:
        raise ConfigError(f"petit has no split {name!r}.{nearest(name, known)}")
    rng = random.Random(f"{name} {seed}")
    while size > 0:
        sentence = generate(rng, clauses=rng.randint(2, 3) if name == "longer" else 1)
        if split_of(sentence) != name or len(sentence.english_words) > LONGER:
            continue
        yield sentence
        size -= 1


# The places of these choices among those of a because-sentence (see ``Grammar.because``).
ABOUT, REASON = 9, 10


def contrasting_pairs(seed: int, size: int) -> Iterator[tuple[Sentence, Sentence]]:
    """Pairs that differ in one adjective, which makes "it" another noun, of the other gender.

    All of frames that training never shows, and with no held-out pair of words.
    """
    rng = random.Random(f"contrast {seed}")
    while size > 0:
        draw = Draw(rng)
        sentence = derived(draw)
        if "it" not in sentence.phenomena or split_of(sentence) != "new":
            continue
        other = "place" if draw.drawn[ABOUT] == "animal" else "animal"
        instead: dict[int, Callable[[Sequence[Any]], Any]] = {ABOUT: lambda _, o=other: o}  # type: ignore[misc]
        instead[REASON] = rng.choice
        twin = derived(Replay(draw.drawn, instead))
        assert sentence.pronoun is not None and twin.pronoun is not None
        if sentence.pronoun.form == twin.pronoun.form or split_of(twin) != "new":
            continue
        yield sentence, twin
        size -= 1
