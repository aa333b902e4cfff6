"""What may stand in a gap: held against the probabilities of whole sentences."""

from __future__ import annotations

from math import exp

import pytest

from glassformer.data import petit
from glassformer.data.petit.guess import gap


@pytest.mark.parametrize(
    ("text", "place"), [("Paul is lazy", 2), ("the bear was very shy yesterday", 2)]
)
def test_a_gap_has_the_probability_of_each_whole_sentence(text: str, place: int) -> None:
    words = petit.words(text)
    found = gap(words, place)
    assert words[place] in found
    assert sum(found.values()) == pytest.approx(1)
    whole = {}
    for word in petit.vocabulary()[0]:  # every word of the language, one by one, by another way
        sentence = petit.find(" ".join([*words[:place], word, *words[place + 1 :]]))
        if sentence is not None:
            whole[word] = exp(sentence.log_probability)
    total = sum(whole.values())
    assert found == pytest.approx({word: p / total for word, p in whole.items()})
