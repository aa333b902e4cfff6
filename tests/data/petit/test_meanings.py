from __future__ import annotations

from collections import Counter

from glassformer.data import petit


def test_every_french_word_has_the_meaning_that_it_has_in_sentences() -> None:
    found = petit.meanings()
    assert {word.casefold() for word in petit.vocabulary()[1]} - {","} == found.keys()
    counts: dict[str, Counter[str]] = {}
    for sentence in petit.split("train", 1, 5000):
        for word, gloss in zip(sentence.french_words, sentence.gloss, strict=True):
            counts.setdefault(word.casefold(), Counter())[gloss] += 1
    for word, of in counts.items():
        if word != "," and of.total() >= 20:
            assert of[found[word]] >= of.total() / 4, (word, found[word], of)
    assert (found["elle"], found["large"], found["rue"]) == ("it", "wide", "street")
