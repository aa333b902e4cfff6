"""A sentence of petit: both texts, and everything that is true of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from glassformer.data.petit.draw import Draw
from glassformer.data.petit.surface import Tree, Written, join, leaves, tree_of, write_french


@dataclass(frozen=True)
class Pronoun:
    """An "it": where it and its noun stand, as indices into the words of each side.

    ``form`` is il or elle; ``other`` is the noun that it does not stand for.
    """

    form: str
    english: int
    french: int
    english_noun: int
    french_noun: int
    english_other: int
    french_other: int

    @property
    def noun_first(self) -> bool:
        """Whether its noun stands before the other noun."""
        return self.english_noun < self.english_other


@dataclass(frozen=True)
class Sentence:
    """One sentence in both languages.

    ``log_probability`` is the natural logarithm of the probability of its derivation (there is
    but one). ``phenomena`` names what is in it. ``lexemes`` are its content words by their
    English base form; ``related`` those pairs of them that belong together (adjective and noun,
    subject and verb, verb and object, a pronoun's noun and the other noun). ``key`` decides its
    split: two sentences that differ only in the adjective said of "it" have one key.

    Built when asked for: words, alignment, gloss, trees, pronoun.
    """

    english: str
    french: str
    log_probability: float = field(compare=False)
    phenomena: frozenset[str] = field(compare=False)
    lexemes: tuple[str, ...] = field(compare=False, repr=False)
    related: tuple[tuple[str, str], ...] = field(compare=False, repr=False)
    key: str = field(compare=False, repr=False)
    _sides: tuple[Any, Any] = field(compare=False, repr=False)
    _leaves: tuple[list[Any], list[Written]] = field(compare=False, repr=False)
    _it: tuple[int, int, int, str] | None = field(compare=False, repr=False)

    @cached_property
    def english_words(self) -> tuple[str, ...]:
        """The words, as ``surface.words`` splits the text."""
        return tuple(text for _, text, _ in self._leaves[0])

    @property
    def lengths(self) -> tuple[int, int]:
        """Words of the English and of the French side, signs included."""
        return len(self._leaves[0]), len(self._french)

    @cached_property
    def _french(self) -> list[Written]:
        return [word for word in self._leaves[1] if word.text]

    @cached_property
    def french_words(self) -> tuple[str, ...]:
        """The words, as ``surface.words`` splits the text."""
        return tuple(word.text for word in self._french)

    @cached_property
    def gloss(self) -> tuple[str, ...]:
        """What each French word means, in English."""
        return tuple(word.gloss for word in self._french)

    @cached_property
    def alignment(self) -> frozenset[tuple[int, int]]:
        """(English index, French index) of all words that translate one another."""
        where: dict[int, list[int]] = {}
        for i, (_, _, links) in enumerate(self._leaves[0]):
            for link in links:
                where.setdefault(link, []).append(i)
        return frozenset(
            (i, j)
            for j, word in enumerate(self._french)
            for link in word.links
            for i in where.get(link, ())
        )

    @cached_property
    def english_tree(self) -> Tree:
        """The parse tree of the English sentence."""
        tree = tree_of(self._sides[0], iter(self.english_words))
        assert tree is not None
        return tree

    @cached_property
    def french_tree(self) -> Tree:
        """The parse tree of the French sentence; du, au, des, aux stand where de, à do."""
        tree = tree_of(self._sides[1], iter([word.text for word in self._leaves[1]]))
        assert tree is not None
        return tree

    @cached_property
    def pronoun(self) -> Pronoun | None:
        """The "it" of this sentence, if there is one."""
        if self._it is None:
            return None
        *links, form = self._it
        english, noun, other = (
            next(i for i, leaf in enumerate(self._leaves[0]) if link in leaf[2]) for link in links
        )
        french, french_noun, french_other = (
            next(j for j, word in enumerate(self._french) if link in word.links) for link in links
        )
        return Pronoun(form, english, french, noun, french_noun, other, french_other)


def finish(draw: Draw, english: Any, french: Any, hidden: int | None = None) -> Sentence:
    """Write out a derivation; the English word with the link ``hidden`` stays out of its key."""
    left = leaves(english)
    written = write_french(leaves(french), draw.phenomena)
    text = join([word for _, word, _ in left])
    key = text
    if hidden is not None:
        key = join(["_" if hidden in links else word for _, word, links in left])
    return Sentence(
        text,
        join([word.text for word in written if word.text]),
        draw.log_probability,
        frozenset(draw.phenomena),
        tuple(draw.lexemes),
        tuple(draw.related),
        key,
        (english, french),
        (left, written),
        draw.it,
    )
