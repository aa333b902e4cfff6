"""Every swap that is offered is a sentence of the grammar: it is derived again, with the choices
of the first but for one, and what follows from that one."""

from __future__ import annotations

import random
from typing import Any

from glassformer.data import petit
from glassformer.data.petit.draw import Draw
from glassformer.data.petit.noun_phrases import NAMED
from glassformer.data.petit.swaps import Swaps, replaced, swaps_of

GRAMMAR = petit.built_in()
OPENING = "because it was too wide, the animal did not cross the street"


class Open(Exception):  # noqa: N818
    """A choice that nothing says how to make; the options."""


class Script(Draw):
    """Makes the choices of another derivation again, but for one; ``more`` says how to make those
    that then have no model."""

    def __init__(self, rng: random.Random, script: list[Any], at: int, other: Any, more: list[Any]):
        super().__init__(rng)
        self.script, self.at, self.other, self.more = list(script), at, other, list(more)
        self.made: list[Any] = []

    def choose(self, name: Any, options: list[Any]) -> Any:
        found = self.next(name, options)
        self.made.append((name, options, found))
        return found

    def next(self, name: Any, options: list[Any]) -> Any:
        if len(self.made) == self.at:
            self.script.pop(0)
            return self.other
        if self.script and self.script[0][0] == id(NAMED) != name:
            self.script.pop(0)  # no name would fit here
        if self.script and self.script[0][0] == name and self.script[0][2] in options:
            return self.script.pop(0)[2]
        if self.script and self.script[0][0] == name:
            self.script.pop(0)
        if not self.more:
            raise Open(options)
        return self.more.pop(0)

    def one(self, options: Any) -> Any:
        return self.choose("one", list(options))

    def pick(self, table: Any) -> Any:
        return self.choose(id(table), table.items)


class Recorded(Draw):
    """Draws as ever, and keeps the choices."""

    def __init__(self, rng: random.Random):
        super().__init__(rng)
        self.made: list[Any] = []

    def one(self, options: Any) -> Any:
        found = super().one(options)
        self.made.append(("one", list(options), found))
        return found

    def pick(self, table: Any) -> Any:
        found = super().pick(table)
        self.made.append((id(table), table.items, found))
        return found


def derivations(script: list[Any], at: int, other: Any, more: tuple[Any, ...] = ()) -> set[str]:
    """The English texts where one choice is another, and up to two more may follow from it."""
    rng = random.Random(0)
    try:
        return {GRAMMAR.derive(Script(rng, script, at, other, list(more))).english}
    except Open as found:
        if len(more) == 2:
            return set()
        return set().union(
            *(derivations(script, at, other, (*more, option)) for option in found.args[0])
        )


def neighbours(script: list[Any]) -> set[str]:
    """All sentences that are one choice away."""
    return {
        text
        for at, (_, options, taken) in enumerate(script)
        for other in options
        if other is not taken
        for text in derivations(script, at, other)
    }


def test_every_swap_is_a_sentence_of_the_grammar() -> None:
    offered = 0
    for seed in range(60):
        draw = Recorded(random.Random(seed))
        sentence = GRAMMAR.derive(draw)
        if len(sentence.english_words) > 18:
            continue
        possible = None
        for place, options in enumerate(swaps_of(sentence.english)):
            for word in options:
                possible = possible or neighbours(draw.made)
                text = replaced(sentence.english, place, word)
                assert text in possible, (sentence.english, word)
                offered += 1
    assert offered > 1000


def test_every_swap_is_of_known_words() -> None:
    known = set(petit.vocabulary()[0])
    for sentence in petit.split("new", 3, 700):
        for place, options in enumerate(swaps_of(sentence.english)):
            for word in options[:3]:
                assert set(petit.words(replaced(sentence.english, place, word))) <= known


def test_the_opening_can_be_changed_where_it_matters() -> None:
    words, options = petit.words(OPENING), swaps_of(OPENING)
    by_word = dict(zip(words, options, strict=True))
    assert {"tired", "hungry", "narrow"} <= {*by_word["wide"]}
    assert "dog" in by_word["animal"]
    assert {"avoid", "leave"} == {*by_word["cross"]}
    assert by_word["it"] == by_word[","] == by_word["too"] == []
    assert replaced(OPENING, words.index("wide"), "tired") == OPENING.replace("wide", "tired")


def test_articles_follow_suit() -> None:
    assert replaced("a dog ate an egg", 1, "ant") == "an ant ate an egg"
    assert replaced("a dog ate an egg", 4, "cake") == "a dog ate a cake"


def test_what_is_not_known_gets_no_offer() -> None:
    assert swaps_of("zork 😀 the, ") == [[]] * 4
    assert swaps_of("") == []
    assert Swaps(GRAMMAR.words).of("wide") == [[]]
