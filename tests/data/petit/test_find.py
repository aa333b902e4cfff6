"""The sentence behind a text."""

from __future__ import annotations

import pytest

from glassformer.data import petit
from glassformer.explorer.words import OPENING


def test_drawn_sentences_are_found_with_all_that_is_true_of_them() -> None:
    found = total = 0
    for sentence in petit.split("new", 5, 120):
        if sentence.lengths[0] > 12:
            continue
        again = petit.find(sentence.english)
        total += 1
        if again is None:
            continue
        found += 1
        assert again == sentence
        assert again.alignment == sentence.alignment and again.gloss == sentence.gloss
        assert again.log_probability == pytest.approx(sentence.log_probability)
    assert total > 80 and found / total > 0.9


@pytest.mark.parametrize(
    ("text", "french"),
    [
        (OPENING, "parce qu'elle était trop large, l'animal n'a pas traversé la rue"),
        (OPENING.replace("wide", "tired"),
         "parce qu'il était trop fatigué, l'animal n'a pas traversé la rue"),
        ("The animal did not cross the street", "l'animal n'a pas traversé la rue"),
    ],
)  # fmt: skip
def test_sentences_of_the_first_screen(text: str, french: str) -> None:
    sentence = petit.find(text)
    assert sentence is not None and sentence.french == french


@pytest.mark.parametrize(
    "text", ["", "the pizza sleeps", "girl the sleeps", "the girl sleep", "😀", "the " * 99]
)
def test_no_sentence_is_made_up(text: str) -> None:
    assert petit.find(text) is None
