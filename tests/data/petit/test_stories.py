"""English texts alone: their probability is right, and new ones are new."""

from __future__ import annotations

import random
from collections import Counter
from math import exp

import pytest

from glassformer.data import petit
from glassformer.data.petit.draw import Draw
from glassformer.data.petit.noun_phrases import ONLY_THE, determined
from glassformer.data.petit.stories import told_of
from glassformer.data.petit.surface import leaves


@pytest.mark.parametrize("name", petit.TEXTS)
def test_new_texts_are_new_and_the_same_again(name: str) -> None:
    trained = {text.english for text in petit.texts(name, False, 1, 3001)}
    new = list(petit.texts(name, True, 5, 501))
    assert not trained & {text.english for text in new}
    assert new == list(petit.texts(name, True, 5, 501))


def test_a_sentence_alone_has_the_grammars_probability() -> None:
    for text in petit.texts("petit-sentences", True, 1, 41):
        found = petit.find(text.english)
        if found is not None:  # long ones are not always found
            assert found.log_probability == pytest.approx(text.log_probability)


def test_what_is_told_comes_as_often_as_its_probability_says(small: petit.Grammar) -> None:
    rng, size = random.Random(3), 20_011
    (cow,) = (n for n in small.words.nouns(("animal",)) if not n.feminine)
    counts: Counter[str] = Counter()
    probability: dict[str, float] = {}
    for _ in range(size):
        draw = Draw(rng)
        hero = determined(small.words, draw, cow, False, ONLY_THE, "none")
        told = told_of(small, draw, hero, "animal", "past")
        text = " ".join(word for _, word, _ in leaves(told))
        counts[text] += 1
        known = probability.setdefault(text, draw.log_probability)
        assert known == pytest.approx(draw.log_probability, abs=1e-9)
    often = [(counts[text], size * exp(p)) for text, p in probability.items() if size * exp(p) > 15]
    assert len(often) > 20
    statistic = sum((found - expected) ** 2 / expected for found, expected in often)
    assert abs(statistic - len(often)) < 5 * (2 * len(often)) ** 0.5


def test_a_story_is_of_one_hero_in_one_tense() -> None:
    for text in petit.texts("petit-stories", True, 2, 200):
        if not text.english.endswith("."):
            continue
        told = text.english.removesuffix(".").split(". ")
        assert 2 <= len(told) <= 4
        heroes = {tuple(words.split()[: 1 if words[0].isupper() else 2]) for words in told}
        assert len(heroes) == 1
        assert (
            len({"was" in words.split() for words in told if {"was", "is"} & {*words.split()}}) < 2
        )
