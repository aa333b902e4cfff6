"""A grammar with few words, so that sentences come again and again."""

from __future__ import annotations

import pytest

from glassformer.data import petit


@pytest.fixture(scope="session")
def small() -> petit.Grammar:
    """Two nouns of each kind, one of each gender; few verbs and adjectives; one name."""
    full = petit.load_lexicon()
    kept: list[petit.Noun] = []
    for gender in ("m", "f"):
        kinds = {noun.kind for noun in kept if noun.gender == gender}
        for noun in full.nouns:
            if noun.gender == gender and noun.kind not in kinds:
                kept.append(noun)
                kinds.add(noun.kind)
    verbs = tuple(v for v in full.verbs if v.english[0] in ("see", "find", "cross", "scare"))
    adjectives = tuple(a for a in full.adjectives if a.english in ("tired", "wide", "old", "red"))
    return petit.Grammar(
        petit.Lexicon(full.names[:1], tuple(kept), verbs, full.reporting[:1], adjectives)
    )
