"""Sentences and their parse trees, a tree written as a line of brackets and tags (§6.3).

As Vinyals et al. 2015 had it, whom the paper follows, what is written holds no words: they stand in
the sentence, in the same order. (S (NP (D the) (N wolf)) (VP (V sleeps))) is written
(S (NP D N) (VP V)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from glassformer.data import petit
from glassformer.data.files import read_lines
from glassformer.data.petit import Tree
from glassformer.data.sources import PACKED, ParallelData
from glassformer.errors import DataError, SourceError

PARTS = re.compile(r"\(|\)|[^\s()]+")
EMPTY = "-NONE-"  # the tag of what is not there to be read: traces
# Sections of the Penn Treebank's Wall Street Journal, as they have always been divided.
SECTIONS = {"train": range(2, 22), "dev": range(22, 23), "test": range(23, 24)}


def linear(tree: Tree) -> str:
    """The tree on one line, a tag where each word is."""
    if not isinstance(tree[1], Tree):
        return tree.label
    return f"({tree.label} {' '.join(linear(child) for child in tree.children)})"


def petit_trees(name: str, seed: int, size: int) -> Iterator[tuple[str, str]]:
    """English sentences of a split of petit with their trees."""
    split: petit.Split = "train" if name == "train" else "new"
    for sentence in petit.split(split, seed, size):
        yield sentence.english, linear(sentence.english_tree)


@dataclass
class Reader:
    """Trees out of lines of brackets, wherever the lines are broken."""

    name: str

    def trees(self, lines: Iterable[str]) -> Iterator[Tree]:
        """One tree after the other, as it stands there.

        Raises:
            DataError: brackets that do not close, or a word outside of them.
        """
        open_ones: list[list[Any]] = []
        number = 0
        for number, line in enumerate(lines, 1):
            for part in PARTS.findall(line):
                if part == "(":
                    open_ones.append([])
                elif not open_ones:
                    raise DataError(f"{self.name}, line {number}: {part!r} stands in no bracket")
                elif part != ")":
                    open_ones[-1].append(part)
                else:
                    done = open_ones.pop()
                    if done and isinstance(done[0], Tree):
                        done.insert(0, "")  # the Treebank's outermost bracket has no label
                    if len(done) < 2:
                        raise DataError(f"{self.name}, line {number}: a bracket has no content")
                    if open_ones:
                        open_ones[-1].append(Tree(done))
                    else:
                        yield Tree(done)
        if open_ones:
            raise DataError(f"{self.name}, line {number}: the last tree has no end")


def cleaned(tree: Tree) -> Tree | None:
    """Without what is not read, and labels without function and index: NP-SBJ-1 is NP.

    None where nothing is left. An outermost bracket that only holds the sentence goes too.
    """
    if not isinstance(tree[1], Tree):
        return None if tree.label == EMPTY else tree
    children = [kept for child in tree.children if (kept := cleaned(child)) is not None]
    if not children:
        return None
    if tree.label in ("", "TOP", "ROOT") and len(children) == 1:
        return children[0]
    return Tree((re.split(r"(?<=.)[-=|]", tree.label)[0], *children))


def bank_pairs(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """(words, brackets) of each tree of these files."""
    for file in files:
        for tree in Reader(str(file)).trees(read_lines(file)):
            kept = cleaned(tree)
            if kept is not None:
                yield " ".join(kept.leaves()), linear(kept)


def open_treebank(path: Path | None) -> ParallelData:
    """A treebank of one's own, one file of trees a split, or the Penn Treebank's folders 00 to 24.

    Raises:
        SourceError: neither is there.
    """
    if path is None:
        raise SourceError("a treebank needs a folder: data.path=FOLDER. " + WANTED)
    readers = {}
    for split, sections in SECTIONS.items():
        own = [path / (f"{split}.trees" + end) for end in PACKED]
        files = [file for file in own if file.is_file()]
        files = files or [f for s in sections for f in sorted((path / f"{s:02}").glob("*.mrg*"))]
        if not files:
            raise SourceError(f"{path} has no trees for the {split} split. {WANTED}")
        readers[split] = partial(bank_pairs, files)
    return ParallelData(readers, f"the treebank in {path}")


WANTED = (
    "It should hold train.trees, dev.trees and test.trees (.gz and .zst are read too), in brackets "
    "as the Penn Treebank's: (S (NP (DT the) (NN wolf)) (VP (VBZ sleeps))); or the Treebank's own "
    "folders wsj/00 to wsj/24, of which 02-21 are trained on, 22 is dev and 23 test"
)
