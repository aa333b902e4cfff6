"""The words of the slides, a file a language; ``speaking`` chooses one while a deck is made.

Texts are translated before they are measured, so nothing that is on a slide is a word of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from glassformer.errors import ConfigError, nearest
from glassformer.slides.words import en, fr

LANGUAGES = {"en": en.WORDS, "fr": fr.WORDS}
SPOKEN: ContextVar[str] = ContextVar("SPOKEN", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say all in this language.

    Raises:
        ConfigError: there are no slides in it.
    """
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise ConfigError(
            f"there are no slides in the language {language!r}: take one of {known}."
            f"{nearest(language, LANGUAGES)}"
        )
    before = SPOKEN.set(language)
    try:
        yield
    finally:
        SPOKEN.reset(before)


def said(name: str, /, **values: object) -> str:
    """The text of this name in the language that is spoken, with the values put in."""
    return LANGUAGES[SPOKEN.get()][name].format(**values)


def decimal(figures: str) -> str:
    """A number in figures, with the language's sign before its decimals."""
    return figures.replace(".", said("point"))
