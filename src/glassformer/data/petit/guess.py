"""What may stand in a sentence's gap, and how probable each word is, by the grammar itself.

The choices of the grammar are tried as in ``find``, but that one word of the text may be any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp
from typing import Any, TypeVar

from glassformer.data.petit.draw import Draw, Weighted
from glassformer.data.petit.find import DeadEndError, Forms, Tried, next_script
from glassformer.data.petit.grammar import Grammar, built_in
from glassformer.data.petit.inflection import AdjectiveForms, NounForms
from glassformer.data.petit.noun_phrases import PLURAL, Determiner
from glassformer.data.petit.surface import leaves

T = TypeVar("T")


class Guessing(Tried):
    """A derivation of which one word need not be in the text: ``free`` counts it while it lasts.

    A noun phrase is held against the text as soon as its determiner is chosen; else far too many
    derivations would be tried to their end.
    """

    __slots__ = ("free", "phrase", "wanted", "wild")

    def __init__(self, script: Sequence[int], wanted: Sequence[str | None]):
        super().__init__(script, Counter(word for word in wanted if word is not None))
        self.wanted, self.free = wanted, 1
        self.wild: NounForms | None = None  # the noun that is not in the text
        self.phrase: list[str] = []  # of the newest noun phrase: its adjectives and its noun

    def one(self, options: Sequence[T]) -> T:
        """See ``Tried``."""
        chosen = super().one(options)
        if isinstance(chosen, NounForms):
            self.phrase = []
            if not any(self.left[word] for word in chosen.english):
                self.free -= 1
                self.wild = chosen
        elif isinstance(chosen, AdjectiveForms) and self.phrase:
            self.phrase.insert(-1, chosen.key)
        return chosen

    def pick(self, table: Weighted[T]) -> T:
        """See ``Tried``."""
        chosen = super().pick(table)
        if table is PLURAL and self.noun is not None:
            self.phrase = [self.noun.english[bool(chosen)]]
        elif isinstance(chosen, Determiner) and self.phrase:
            starts = ("a", "an") if chosen.english is None else (chosen.english,)
            if not any(self.stands_there([start, *self.phrase]) for start in starts):
                raise DeadEndError
            self.phrase = []
        return chosen

    def stands_there(self, words: Sequence[str]) -> bool:
        """Whether the text has these words somewhere, one after the other."""
        last = len(self.wanted) - len(words)
        return any(matches(words, self.wanted[at : at + len(words)]) for at in range(last + 1))

    def said(self, table: Weighted[Any], item: Any, known: dict[Any, Forms]) -> Forms:
        """See ``Tried``: the noun that is not in the text was counted when it was chosen."""
        if table is PLURAL and self.noun is not None and self.noun is self.wild:
            return ()
        return super().said(table, item, known)

    def has(self, words: Forms) -> bool:
        """See ``Tried``."""
        return self.free > 0 or super().has(words)

    def take(self, words: Forms) -> None:
        """See ``Tried``."""
        if words and not any(self.left[word] for word in words):
            self.free -= 1
        super().take(words)


class Gapped(Grammar):
    """The rules, with a clause inside a longer sentence refused where the text does not have it."""

    def __init__(self, grammar: Grammar, wanted: Sequence[str | None]):
        self.words, self.wanted = grammar.words, wanted

    def bare(self, draw: Draw) -> tuple[Any, Any]:
        """See ``Grammar``."""
        english, french = super().bare(draw)
        assert isinstance(draw, Tried)
        written = [text for _, text, _ in leaves(english)]
        for start in range(draw.reached, len(self.wanted) - len(written) + 1):
            if matches(written, self.wanted[start : start + len(written)]):
                draw.reached = start + len(written)
                return english, french
        raise DeadEndError


def matches(words: Sequence[str], wanted: Sequence[str | None]) -> bool:
    """Whether these are the wanted words, None standing for any."""
    return len(words) == len(wanted) and all(
        there is None or word == there for word, there in zip(words, wanted, strict=True)
    )


def gap(words: Sequence[str], place: int, grammar: Grammar | None = None) -> dict[str, float]:
    """Each English word that may stand at ``place`` of a sentence, with its probability there.

    ``words`` as ``surface.words`` splits the sentence, names with their capitals. The probability
    is the grammar's of the sentence with that word, over the sum of all: exact, for every
    derivation is tried.
    """
    grammar = grammar or built_in()
    wanted = [None if i == place else word for i, word in enumerate(words)]
    gapped = Gapped(grammar, wanted)
    found: dict[str, float] = {}
    script: list[int] | None = []
    while script is not None:
        draw = Guessing(script, wanted)
        try:
            sentence = gapped.derive(draw)
        except DeadEndError:
            sentence = None
        if sentence and matches(sentence.english_words, wanted):
            found[sentence.english_words[place]] = exp(sentence.log_probability)
        script = next_script(draw.path)
    total = sum(found.values())
    return {word: probability / total for word, probability in found.items()}
