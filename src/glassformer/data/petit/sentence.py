"""One sentence of petit with all that is true of it: translation, alignment, trees, phenomena."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from glassformer.data.petit.grammar import Both, Draft, Phrase, Word, contract, leaves

WORD = re.compile(r"[^\W_]+['’]?|[^\w\s]")


def words(text: str) -> list[str]:
    """The words of a sentence: "l'animal, ici" -> l' animal , ici."""
    return WORD.findall(text)


def joined(parts: list[Word]) -> str:
    """Words as they are written: no space before a comma or after an apostrophe."""
    return " ".join(word.text for word in parts).replace(" ,", ",").replace("' ", "'")


@dataclass(frozen=True)
class Pronoun:
    """Where "it" and il or elle stand, and the noun that they stand for: word numbers from 0."""

    english: int
    french: int
    english_noun: int
    french_noun: int
    form: str


class Sentence:
    """An English sentence and its French translation, with the gold truth about them.

    ``log_probability`` (nats) is that of its derivation under the grammar, before any split.
    """

    def __init__(self, both: Both, draft: Draft, log_probability: float):
        if contract(both.french):
            draft.phenomena.add("contraction")
        self.both, self.draft = both, draft
        self.log_probability = log_probability
        self.phenomena = frozenset(draft.phenomena)
        self.pairs = tuple(draft.pairs)
        self._english, self._french = leaves(both.english), leaves(both.french)
        self.english, self.french = joined(self._english), joined(self._french)

    def __repr__(self) -> str:
        return f"Sentence({self.english!r}, {self.french!r})"

    @cached_property
    def english_words(self) -> tuple[str, ...]:
        """The English words."""
        return tuple(word.text for word in self._english)

    @cached_property
    def french_words(self) -> tuple[str, ...]:
        """The French words."""
        return tuple(word.text for word in self._french)

    @cached_property
    def gloss(self) -> tuple[str, ...]:
        """What each French word says in English."""
        return tuple(word.gloss or word.text for word in self._french)

    @cached_property
    def alignment(self) -> frozenset[tuple[int, int]]:
        """(English word, French word) that mean the same: the gold word alignment."""
        where: dict[str, list[int]] = {}
        for i, word in enumerate(self._english):
            for key in word.keys:
                where.setdefault(key, []).append(i)
        return frozenset(
            (i, j)
            for j, word in enumerate(self._french)
            for key in word.keys
            for i in where.get(key, ())
        )

    @cached_property
    def english_tree(self) -> str:
        """The English parse in brackets: (S (NP the dog) (VP sleeps))."""
        return bracketed(self.both.english)

    @cached_property
    def french_tree(self) -> str:
        """The French parse in brackets."""
        return bracketed(self.both.french)

    @cached_property
    def pronoun(self) -> Pronoun | None:
        """ "it" and what it stands for; None where there is none."""
        draft = self.draft
        if not draft.pronoun:
            return None
        place = [
            next(i for i, word in enumerate(side) if key in word.keys)
            for key in (draft.pronoun, draft.antecedent)
            for side in (self._english, self._french)
        ]
        return Pronoun(*place, form=self._french[place[1]].text)

    @cached_property
    def frame(self) -> str:
        """The sentence without the adjective that decides what "it" is: splits go by it."""
        if self.pronoun is None:
            return self.english
        without = [word.text for word in self._english]
        without[self.pronoun.english + 3] = "…"  # it was very ADJECTIVE
        return " ".join(without)


def bracketed(phrase: Phrase) -> str:
    """A phrase in brackets."""
    inside = (p.text if isinstance(p, Word) else bracketed(p) for p in phrase.parts)
    return f"({phrase.label} {' '.join(inside)})"
