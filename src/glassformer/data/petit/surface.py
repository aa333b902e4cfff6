"""From leaves to text: French elision and contraction, spaces, and the words of a text again.

A leaf is (tag, form, links): links are numbers, and an English and a French leaf that share one
are translations of each other. A node is (label, children). Both are plain tuples because
millions of them are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

WORD = re.compile(r"\w+['’](?=\w)|\w+|[^\w\s]")
VOWELS = frozenset("aeiouyhàâæéèêëîïôœùû")


class Form(NamedTuple):
    """A French word: ``short`` is what it becomes before a vowel sound."""

    text: str
    gloss: str
    short: str
    vowel: bool


def form(text: str, gloss: str, short: str | None = None, aspirated: bool = False) -> Form:
    """A French word; one with h counts as a vowel sound unless the h is aspirated."""
    vowel = text[0].lower() in VOWELS and not aspirated
    return Form(text, gloss, text if short is None else short, vowel)


class Written(NamedTuple):
    """A French word as it is written, with its links; ``text`` "" was contracted away."""

    text: str
    gloss: str
    links: tuple[int, ...]


LE, LES = form("le", "the", "l'"), form("les", "the")
A, DE = form("à", "to"), form("de", "of", "d'")
FROM = form("de", "from", "d'")
CONTRACTED = {
    (p.text, article.text): text
    for p, article, text in ((A, LE, "au"), (A, LES, "aux"), (DE, LE, "du"), (DE, LES, "des"))
}


def leaves(node: Any) -> list[Any]:
    """The leaves of a node, in order."""
    found: list[Any] = []
    _gather(node, found)
    return found


def _gather(node: Any, found: list[Any]) -> None:
    for child in node[1]:
        if len(child) == 3:
            found.append(child)
        else:
            _gather(child, found)


def write_french(found: list[Any], phenomena: set[str]) -> list[Written]:
    """Each French leaf as it is written beside its neighbours; one item a leaf."""
    written: list[Written] = []
    skip = False
    last = len(found) - 1
    for i, (tag, here, links) in enumerate(found):
        if skip:
            skip = False
            written.append(Written("", "", ()))
            continue
        text = here.text
        if i < last:
            following = found[i + 1]
            after = following[1]
            if tag == "P" and (after is LES or (after is LE and not found[i + 2][1].vowel)):
                joined = CONTRACTED.get((text, after.text))
                if joined is not None:
                    phenomena.add("contraction")
                    gloss = f"{here.gloss} {after.gloss}"
                    written.append(Written(joined, gloss, links + following[2]))
                    skip = True
                    continue
            if after.vowel and here.short is not text:
                text = here.short
                if text[-1] == "'":
                    phenomena.add("elision")
        written.append(Written(text, here.gloss, links))
    return written


def join(texts: list[str]) -> str:
    """Words to text: no space after an apostrophe, none before a comma."""
    return " ".join(texts).replace("' ", "'").replace(" ,", ",")


def words(text: str) -> list[str]:
    """The words of a text: signs alone, and a word up to an apostrophe alone (l' | animal)."""
    return WORD.findall(text)


class Tree(tuple[Any, ...]):
    """A parse tree: (label, child, …); a child is a Tree or, at the bottom, a word.

    ``str()`` writes it with brackets: ``(NP (D the) (N animal))``.
    """

    @property
    def label(self) -> str:
        """The name of this part."""
        return str(self[0])

    @property
    def children(self) -> tuple[Any, ...]:
        """What it consists of."""
        return self[1:]

    def leaves(self) -> Iterator[str]:
        """The words, in order."""
        for child in self[1:]:
            if isinstance(child, Tree):
                yield from child.leaves()
            else:
                yield child

    def __str__(self) -> str:
        return f"({' '.join(str(part) for part in self)})"


def tree_of(node: Any, texts: Iterator[str]) -> Tree | None:
    """The Tree of a node whose leaves read ``texts``; None where all was contracted away."""
    if len(node) == 3:
        text = next(texts)
        return Tree((node[0], text)) if text else None
    children = [tree_of(child, texts) for child in node[1]]
    kept = [child for child in children if child is not None]
    return Tree((node[0], *kept)) if kept else None
