"""Elision, contraction, joining and splitting, on cases done by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassformer.data.petit.surface import LE, LES, A, Form, form, join, words, write_french

LA, DE = form("la", "the", "l'"), form("de", "of", "d'")
ANIMAL, HERO, PATH = (
    form("animal", "animal"), form("héros", "hero", aspirated=True), form("chemin", "path"),
)  # fmt: skip


def written(*forms: Form) -> tuple[str, set[str]]:
    phenomena: set[str] = set()
    tagged = [("P" if f is DE or f is A else "W", f, (i,)) for i, f in enumerate(forms)]
    return join([word.text for word in write_french(tagged, phenomena) if word.text]), phenomena


@pytest.mark.parametrize(
    ("forms", "text", "phenomena"),
    [
        ((LE, ANIMAL), "l'animal", {"elision"}),
        ((LE, HERO), "le héros", set()),
        ((LE, PATH), "le chemin", set()),
        ((DE, LE, PATH), "du chemin", {"contraction"}),
        ((DE, LE, HERO), "du héros", {"contraction"}),
        ((DE, LE, ANIMAL), "de l'animal", {"elision"}),
        ((DE, LES, ANIMAL), "des animal", {"contraction"}),
        ((DE, LA, PATH), "de la chemin", set()),
        ((A, LE, PATH), "au chemin", {"contraction"}),
        ((A, LES, HERO), "aux héros", {"contraction"}),
        ((A, LA, ANIMAL), "à l'animal", {"elision"}),
        ((DE, ANIMAL), "d'animal", {"elision"}),
    ],
)
def test_french_writes_words_as_their_neighbours_ask(
    forms: tuple[Form, ...], text: str, phenomena: set[str]
) -> None:
    assert written(*forms) == (text, phenomena)


def test_a_contraction_keeps_the_links_of_both_its_words() -> None:
    first, second, third = write_french(
        [("P", DE, (7,)), ("D", LE, (5,)), ("N", PATH, (3,))], set()
    )
    assert (first.text, first.gloss, first.links) == ("du", "of the", (7, 5))
    assert second.text == ""
    assert third.links == (3,)


def test_words_split_signs_and_elided_words() -> None:
    text = "parce qu'elle était trop large, l'animal n'a pas traversé la rue"
    assert words(text) == [
        "parce", "qu'", "elle", "était", "trop", "large", ",", "l'", "animal", "n'", "a", "pas",
        "traversé", "la", "rue",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["l'", "qu'", "animal", "rue", ",", "été"]), max_size=11))
def test_words_undo_join(parts: list[str]) -> None:
    # An elided word never stands before a sign or at the end.
    sound: list[str] = []
    for part in reversed(parts):
        if not part.endswith("'") or (sound and sound[0].isalpha()):
            sound.insert(0, part)
    assert words(join(sound)) == sound
