"""Which sentence belongs to which split, and streams of each.

Nothing is kept in memory: a hash of a sentence's key says whether it is for training or new, and
a hash of two words whether they are withheld from training as a pair. Neither depends on the
seed, so no seed can mix the splits.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from typing import Literal, get_args

from glassformer.data.petit.draw import Draw
from glassformer.data.petit.grammar import Grammar, built_in
from glassformer.data.petit.sentence import Sentence
from glassformer.errors import ConfigError, nearest

Split = Literal["train", "new", "combinations", "longer"]
# No training sentence has more words on either side; a longer one has more on both.
MOST_ENGLISH, MOST_FRENCH = 16, 18
NEW_SHARE = 8  # one sentence in so many is new
WITHHELD_SHARE = 20  # one pair of words in so many is withheld


def bucket(text: str, buckets: int) -> int:
    """A number below ``buckets`` that depends on the text alone."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") % buckets


def is_new(key: str) -> bool:
    """Whether a sentence with this key is kept from training."""
    return bucket(key, NEW_SHARE) == 0


@cache
def is_withheld(first: str, second: str) -> bool:
    """Whether training may not show these two words (English base forms) in one sentence."""
    if first > second:
        first, second = second, first
    return first != second and bucket(f"together {first} {second}", WITHHELD_SHARE) == 0


def has_withheld_pair(sentence: Sentence) -> bool:
    """Whether two content words of the sentence are a withheld pair, near each other or not."""
    lexemes = sentence.lexemes
    return any(is_withheld(a, b) for i, a in enumerate(lexemes) for b in lexemes[:i])


def fits_length(sentence: Sentence) -> bool:
    """Whether both sides are as short as training sentences are."""
    english, french = sentence.lengths
    return english <= MOST_ENGLISH and french <= MOST_FRENCH


def belongs(sentence: Sentence, name: Split) -> bool:
    """Whether the sentence may stand in this split; no sentence may stand in two."""
    if name == "longer":
        english, french = sentence.lengths
        return english > MOST_ENGLISH and french > MOST_FRENCH and not has_withheld_pair(sentence)
    if not fits_length(sentence):
        return False
    if name == "combinations":
        return any(is_withheld(a, b) for a, b in sentence.related)
    return is_new(sentence.key) == (name == "new") and not has_withheld_pair(sentence)


def split(name: Split, seed: int, size: int, grammar: Grammar | None = None) -> Iterator[Sentence]:
    """``size`` sentences of a split, always the same for the same seed.

    train: what a model learns from. new: sentences that are in no training split, of words and
    pairs of words that are. combinations: each holds two words that belong together in it
    (adjective and noun, verb and object …) and stand in no training sentence together.
    longer: more words, on both sides, than any training sentence.

    Raises:
        ConfigError: the split is unknown.
    """
    if name not in get_args(Split):
        raise ConfigError(f"petit has no split {name!r}.{nearest(str(name), get_args(Split))}")
    return _stream(name, seed, size, grammar or built_in())


def _stream(name: Split, seed: int, size: int, grammar: Grammar) -> Iterator[Sentence]:
    rng = random.Random(f"petit {name} {seed}")
    while size > 0:
        sentence = grammar.generate(rng)
        if belongs(sentence, name):
            size -= 1
            yield sentence


def what_it_is(name: Split, seed: int, size: int) -> Iterator[tuple[str, str]]:
    """English sentences of a split, each with what "it" is there: animal, place or nothing."""
    kinds = {noun.english[0]: noun.kind for noun in built_in().words.nouns(("animal", "place"))}
    for sentence in split(name, seed, size):
        it = sentence.pronoun
        yield (
            sentence.english,
            ("nothing" if it is None else kinds[sentence.english_words[it.english_noun]]),
        )


def contrasting_pairs(
    seed: int, size: int, grammar: Grammar | None = None
) -> Iterator[tuple[Sentence, Sentence]]:
    """``size`` pairs of new sentences that differ in one adjective, and so in il and elle.

    The nouns differ in gender; "it" is the first noun in one sentence of a pair and the second
    in the other, in either order. Neither sentence is in any training split.
    """
    grammar = grammar or built_in()
    rng = random.Random(f"petit contrasting {seed}")
    while size > 0:
        pair = _pair(grammar, rng)
        if all(belongs(sentence, "new") for sentence in pair):
            size -= 1
            yield pair


def _pair(grammar: Grammar, rng: random.Random) -> tuple[Sentence, Sentence]:
    """The same choices twice, but for what "it" is."""
    words = grammar.words
    order = rng.choice([("animal", "place"), ("place", "animal")])
    feminine = rng.random() < 0.5
    nouns = [rng.choice(words.it_nouns[order[0], feminine]),
             rng.choice(words.it_nouns[order[1], not feminine])]  # fmt: skip
    verb = rng.choice(words.it_verbs[order])
    adjectives = [rng.choice(words.it_adjectives[kind]) for kind in order]
    first = rng.randrange(2)
    again = rng.getstate()
    pair = []
    for meant in (first, 1 - first):
        rng.setstate(again)
        pair.append(grammar.frame(Draw(rng), verb, nouns, meant, adjectives[meant]))
    return pair[0], pair[1]
