"""Which words of a sentence may be changed for which, so that it stays a sentence of petit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from glassformer.data.petit.grammar import TOO, Grammar, built_in
from glassformer.data.petit.inflection import AdjectiveForms, NounForms, VerbForms, Words
from glassformer.data.petit.surface import WORD

IS = ("is", "are", "was", "were", "be")
TOGETHER = (("in", "behind"), ("often", "always"), ("very", TOO))


class Swaps:
    """The words of a lexicon by what may stand in their place.

    A noun changes for one of its kind and number that may own and be owned alike. A verb changes
    for one that takes all that it takes. An adjective changes by what it is said of: the noun
    after it, or the subject of the "is" before it.
    """

    def __init__(self, words: Words):
        self.words = words

    @cached_property
    def nouns(self) -> dict[str, tuple[NounForms, int]]:
        """Each form, with its noun and its number."""
        found = self.words.nouns(self.words.kinds)
        return {form: (noun, n) for noun in found for n, form in enumerate(noun.english)}

    @cached_property
    def adjectives(self) -> dict[str, AdjectiveForms]:
        """Each adjective."""
        return {adjective.key: adjective for adjective in self.words.adjectives}

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Each word that needs no look at its neighbours, with those in whose place it may stand:
        names, nouns, verbs, and some of the grammar's own words."""
        alike: dict[tuple[object, ...], list[str]] = {}
        for form, (noun, number) in self.nouns.items():
            alike.setdefault((noun.kind, noun.of, noun.owner, number), []).append(form)
        groups = [*alike.values(), [name for name, _, _ in self.words.names], *TOGETHER]
        groups += [list(forms) for forms in zip(*(v for v, _ in self.words.reporting), strict=True)]
        found = {word: list(group) for group in groups for word in group}
        for verb in self.words.verbs:
            wider = [other for other in self.words.verbs if takes_all(other, verb)]
            for number, form in enumerate(verb.english):
                found[form] = [other.english[number] for other in wider]
        return found

    def kinds(self) -> dict[str, list[str]]:
        """Each word with those of its kind, itself among them, whatever sentence it stands in: a
        menu for a word alone. ``of`` knows better where there is a sentence."""
        found = {word: sorted(group) for word, group in self.groups.items()}
        for here in self.words.adjectives:
            fitting = [
                other for other in self.words.adjectives
                if (here.entry.it is not None and other.entry.it is not None)
                or (here.entry.it is None and other.before == here.before
                    and other.entry.predicate >= here.entry.predicate
                    and set(other.entry.of) >= set(here.entry.of))
            ]  # fmt: skip
            found[here.key] = sorted(adjective.key for adjective in fitting)
        return found

    def of(self, text: str) -> list[list[str]]:
        """For each word of the text those that may stand in its place, in the order of the
        alphabet; none where the word is unknown, or nothing fits."""
        words = WORD.findall(text)
        there = {self.key(word) for word in words}  # nothing is said of two boys and a boy
        return [
            sorted(
                option for option in set(self.options(words, i)) if self.key(option) not in there
            )
            for i in range(len(words))
        ]

    def key(self, word: str) -> str:
        """A noun's singular; any other word itself."""
        return self.nouns[word][0].key if word in self.nouns else word

    def options(self, words: list[str], place: int) -> Iterable[str]:
        """What may stand at a place, whatever else stands in the sentence."""
        word = words[place]
        if word in self.adjectives:
            return self.adjectives_at(words, place)
        if word == TOO and self.subject(words, place) == "it":
            return ()  # the grammar gives "it" no other degree
        return self.groups.get(word, ())

    def adjectives_at(self, words: list[str], place: int) -> Iterator[str]:
        """The adjectives that may stand at a place, by what is said of what there."""
        here = self.adjectives[words[place]]
        said_of = self.subject(words, place)
        if said_of == "it":
            for fitting in self.words.it_adjectives.values():
                yield from (adjective.key for adjective in fitting)
        elif said_of is not None:
            kind = self.nouns[said_of][0].kind if said_of in self.nouns else "person"
            yield from (a.key for a in self.words.predicates if kind in a.entry.of)
        else:
            around = words[max(place - 1, 0) : place] + words[place + 1 : place + 2]
            paired = any(word in self.adjectives for word in around)
            noun = next((word for word in words[place:] if word in self.nouns), None)
            if noun is not None:
                fitting = self.words.attributes[self.nouns[noun][0].kind][0]
                yield from (a.key for a in fitting if not paired or a.before == here.before)

    def subject(self, words: list[str], place: int) -> str | None:
        """What an "is" before this place speaks of: a noun, a name or "it"; None if there is no
        "is", as for an adjective beside its noun."""
        known = {*self.nouns, *(name for name, _, _ in self.words.names), "it"}
        before = [word for word in words[:place] if word not in ("not", "very", TOO, "will")]
        if len(before) < 2 or before[-1] not in IS:
            return None
        return next((word for word in reversed(before) if word in known), None)


def takes_all(other: VerbForms, verb: VerbForms) -> bool:
    """Whether the other verb can stand wherever this one does."""
    here, there = verb.entry, other.entry
    return (
        set(there.subject) >= set(here.subject)
        and ("place" in there.subject) == ("place" in here.subject)  # no "near the house" after it
        and bool(there.object) == bool(here.object)
        and set(there.object) >= set(here.object)
        and (there.to, there.from_) == (here.to, here.from_)
        and there.relative >= here.relative
        and there.it >= here.it
    )


def replaced(text: str, place: int, word: str) -> str:
    """The text with another word at a place; an "a" or "an" before it follows suit."""
    spans = list(WORD.finditer(text))
    here = spans[place]
    head, tail = text[: here.start()], text[here.end() :]
    before = spans[place - 1] if place else None
    if before and before.group() in ("a", "an"):
        article = "an" if word[0] in "aeiou" else "a"
        head = text[: before.start()] + article + text[before.end() : here.start()]
    return head + word + tail


def swaps_of(text: str, grammar: Grammar | None = None) -> list[list[str]]:
    """For each word of a text, as ``surface.words`` splits it, what may stand in its place."""
    return Swaps((grammar or built_in()).words).of(text)
