"""The splits keep their promises, whatever the seeds."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from glassformer.data import petit
from glassformer.data.petit.splits import MOST_ENGLISH, MOST_FRENCH, is_withheld
from glassformer.errors import ConfigError

SIZE = 3001


def texts(name: petit.Split, seed: int, size: int) -> list[str]:
    return [s.english for s in petit.split(name, seed, size)]


def test_a_seed_gives_the_same_sentences_and_another_gives_others() -> None:
    assert texts("train", 3, 53) == texts("train", 3, 53)
    assert texts("train", 3, 53) == texts("train", 3, 97)[:53]
    assert texts("train", 3, 53) != texts("train", 5, 53)


def test_no_sentence_stands_in_two_splits() -> None:
    names: list[petit.Split] = ["train", "new", "combinations", "longer"]
    sets = [set(texts(name, seed, 701)) for seed, name in enumerate(names)]
    sets[0] |= set(texts("train", 7, 10_007))
    for one, other in itertools.combinations(sets, 2):
        assert not one & other


def test_withheld_pairs_never_stand_in_one_training_sentence() -> None:
    together: set[tuple[str, str]] = set()
    for s in petit.split("train", 11, SIZE):
        together.update(itertools.combinations(sorted(set(s.lexemes)), 2))
        assert s.lengths[0] <= MOST_ENGLISH
        assert s.lengths[1] <= MOST_FRENCH
    assert not any(is_withheld(a, b) for a, b in together)
    for s in petit.split("combinations", 11, 307):
        pairs = {tuple(sorted(pair)) for pair in s.related if is_withheld(*pair)}
        assert pairs
        assert not pairs & together


def test_related_words_are_words_of_the_sentence() -> None:
    for s in petit.split("train", 2, 997):
        assert {word for pair in s.related for word in pair} <= set(s.lexemes)


def test_longer_sentences_are_longer_than_any_in_training() -> None:
    for s in petit.split("longer", 1, 101):
        assert s.lengths[0] > MOST_ENGLISH
        assert s.lengths[1] > MOST_FRENCH


def test_sentences_of_the_paper_are_not_withheld() -> None:
    for a, b in itertools.combinations(["animal", "cross", "street", "tired", "wide"], 2):
        assert not is_withheld(a, b)


def test_every_form_is_learned_and_none_is_unknown() -> None:
    """Each form at least 20 times in 60 000 sentences (most far above 100)."""
    english: Counter[str] = Counter()
    french: Counter[str] = Counter()
    size = 30_011
    for s in petit.split("train", 1, size):
        english.update(s.english_words)
        french.update(s.french_words)
    known_english, known_french = petit.vocabulary()
    assert set(known_english) == set(english)
    assert set(known_french) == set(french)
    assert 390 <= len(known_english) <= 450
    assert len(known_french) > len(known_english)
    assert min(english.values()) >= 50
    assert min(french.values()) >= 10
    rare = [word for word, count in french.items() if count < 25]
    assert len(rare) < 0.02 * len(french), rare


def test_contrasting_pairs_differ_in_one_adjective_and_its_consequences() -> None:
    train = {s.key for s in petit.split("train", 1, 10_007)}
    orders = Counter[bool]()
    for one, other in petit.contrasting_pairs(1, 211):
        assert one.pronoun is not None
        assert other.pronoun is not None
        different = [
            i
            for i, (a, b) in enumerate(zip(one.english_words, other.english_words, strict=True))
            if a != b
        ]
        assert different == [one.pronoun.english + 3]
        assert {one.pronoun.form, other.pronoun.form} == {"il", "elle"}
        assert one.pronoun.english_noun == other.pronoun.english_other
        assert one.key == other.key
        assert one.key not in train
        orders[one.pronoun.noun_first] += 1
    assert min(orders.values()) > 70


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no split 'longr'\. Did you mean 'longer'\?"):
        petit.split("longr", 1, 1)  # type: ignore[arg-type]
