"""The slides in another language: the same texts with the same values put in; all of it fits."""

from __future__ import annotations

import re
from string import Formatter

import click
import pytest
from looked import check_layout, words_of

import glassformer as gf
from glassformer.cli import glassformer
from glassformer.errors import ConfigError
from glassformer.slides import walk_deck
from glassformer.slides.deck import Deck, Table
from glassformer.slides.figures import number, percent
from glassformer.slides.touring import condition
from glassformer.slides.words import LANGUAGES, speaking
from glassformer.tours import conditions
from glassformer.tours.shipped import languages, named

SENTENCE = "the cat did not sleep because it was tired"


@pytest.fixture(scope="module")
def french() -> Deck:
    return walk_deck(gf.load(), SENTENCE, (), named("five-minutes", "fr"), language="fr")


def put_in(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"en"}))
def test_every_language_says_the_same(language: str) -> None:
    english, other = LANGUAGES["en"], LANGUAGES[language]
    assert other.keys() == english.keys()
    for name, text in english.items():
        assert put_in(other[name]) == put_in(text), name


def test_slides_tours_and_the_verb_have_the_same_languages() -> None:
    verb = glassformer.get_command(click.Context(glassformer), "slides")
    assert verb is not None
    option = next(one for one in verb.params if one.name == "language")
    assert list(option.type.choices) == list(LANGUAGES) == languages()  # type: ignore[attr-defined]


def test_french_fits_and_is_french(french: Deck) -> None:
    check_layout(french)
    read = words_of(french)
    assert "Des scores aux parts de 100" in read and "étape 1 sur 7" in read
    assert not any(slide.title.endswith("…") for slide in french.slides)
    said = read.replace("[:10, :12]", "").replace("[0, :, ", "").split("_____")[0]
    assert not re.search(r"\w [;:!?»]|« ", said)  # such a space would break a line


def test_every_condition_is_said_in_words(french: Deck) -> None:
    for words in LANGUAGES.values():
        assert {f"when.{one}" for one in conditions.NAMES} <= words.keys()
        assert {f"found.{one}" for one in conditions.FACTS} <= words.keys()
        assert all(text.count("|") == 1 for name, text in words.items() if name[:5] == "when.")
    with speaking("fr"):
        assert condition("not proved and share > 0.9") == (
            "la probabilité n’est pas tombée à la moitié et la part > 0,9"
        )
    notes = " ".join(slide.notes for slide in french.slides)
    assert "Si la probabilité est tombée à la moitié ou moins" in notes
    hung = re.findall(r"Si ([^:]*)\u00a0:", notes)
    assert len(hung) > 5 and not re.search(r"\b(?:proved|trained|clear|not)\b", " ".join(hung))


def test_the_numbers_are_the_same_with_a_comma(french: Deck) -> None:
    english = walk_deck(gf.load(), SENTENCE)
    for slide, other in zip(english.slides[3:6], french.slides[3:6], strict=True):
        tables = [next(p for p in one.parts if isinstance(p, Table)) for one in (slide, other)]
        first, second = (
            [cell.text for row in table.rows[1:] for cell in row[1:]] for table in tables
        )
        assert [text.replace(".", ",") for text in first] == second and "," in "".join(second)
    with speaking("fr"):
        assert (number(-1.25, 1), number(1234567)) == ("−1,2", "1\u00a0234\u00a0567")
        assert percent(0.5) == "50\u00a0%"
    assert number(-1.25, 1) == "−1.2"


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="no slides in the language 'de': take one of en, fr"):
        walk_deck(gf.load(), SENTENCE, language="de")
