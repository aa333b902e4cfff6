"""Labelled bracket F1 of parse trees (Table 4), counted as the standard scorer, EVALB, counts.

A bracket is a label and the words from one to another; a word's own tag is none. With Collins's
parameters, as everyone: the outermost TOP does not count, punctuation is taken out before words are
counted, ADVP and PRT are one. A tree with another number of words than the sentence, or whose
brackets do not close, is an *error*, one without words is *skipped*: both are counted, and left out
of precision, recall and F1. What they would be if such a tree had no bracket right is told too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glassformer.errors import DataError
from glassformer.evaluation.accuracy import Accuracy

PARTS = re.compile(r"\(|\)|[^\s()]+")
PUNCTUATION = frozenset((",", ":", "``", "''", "."))
OUTERMOST = frozenset(("TOP", "ROOT"))
SAME = {"PRT": "ADVP"}

Bracket = tuple[str, int, int]


@dataclass(frozen=True)
class Brackets:
    """The brackets of one tree that count, with how often, and the tags of its words."""

    spans: Counter[Bracket]
    tags: tuple[str, ...]


def read_brackets(text: str) -> Brackets | None:
    """A tree as ``data.trees.linear`` writes it; None if its brackets are not those of one tree."""
    spans: Counter[Bracket] = Counter()
    tags: list[str] = []
    waiting: list[tuple[str, int]] = []
    parts = PARTS.findall(text)
    for i, part in enumerate(parts):
        if part == "(":
            label = parts[i + 1] if i + 1 < len(parts) else ")"
            if label in "()" or (i and not waiting):
                return None
            waiting.append((SAME.get(label, label), len(tags)))
        elif part == ")":
            if not waiting or parts[i - 2] == "(":
                return None
            label, start = waiting.pop()
            if label not in OUTERMOST:
                spans[label, start, len(tags)] += 1
        elif not waiting:
            return None
        elif parts[i - 1] != "(" and part not in PUNCTUATION:
            tags.append(part)
    return None if waiting else Brackets(spans, tuple(tags))


@dataclass(frozen=True, kw_only=True)
class BracketReport:
    """Brackets in the trees that were compared: right, in the answer, in the reference.

    ``errors`` and ``skipped`` are trees that were not; ``left_out`` are the brackets of their
    references. ``exact`` are trees right in every bracket, ``tags`` words with the right tag.
    """

    trees: int
    errors: int
    skipped: int
    right: int
    answered: int
    wanted: int
    left_out: int
    exact: Accuracy
    tags: Accuracy

    @property
    def precision(self) -> float:
        """The share of the answer's brackets that are right."""
        return self.right / self.answered if self.answered else 0.0

    @property
    def recall(self) -> float:
        """The share of the reference's brackets that were found."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean, of the trees that could be compared: EVALB's figure."""
        return harmonic(self.precision, self.recall)

    @property
    def f1_of_all(self) -> float:
        """The same, a tree that could not be compared having nothing right."""
        whole = self.wanted + self.left_out
        return harmonic(self.precision, self.right / whole if whole else 0.0)

    def sentences(self) -> list[str]:
        """Three plain sentences."""
        return [
            f"Of {self.trees:,} sentences it draws {self.exact} of the trees right in every "
            "bracket.",
            f"Labelled bracket F1 is {100 * self.f1:.2f} (precision {100 * self.precision:.2f}, "
            f"recall {100 * self.recall:.2f}); {self.tags} of the words have the right tag.",
            f"{self.errors} trees do not fit their sentence and {self.skipped} are empty; with "
            f"them as wholly wrong, F1 is {100 * self.f1_of_all:.2f}.",
        ]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; shares in percent, as they are always told."""
        return {
            "trees": self.trees,
            "errors": self.errors,
            "skipped": self.skipped,
            "precision": 100 * self.precision,
            "recall": 100 * self.recall,
            "f1": 100 * self.f1,
            "f1_of_all": 100 * self.f1_of_all,
            "exact": self.exact.to_json(),
            "tags": self.tags.to_json(),
            "sentences": self.sentences(),
        }


def harmonic(one: float, other: float) -> float:
    """The harmonic mean."""
    return 2 * one * other / (one + other) if one + other else 0.0


def score_trees(answers: Sequence[str], references: Sequence[str]) -> BracketReport:
    """Compare trees, each as one line of brackets and tags.

    Raises:
        DataError: unequally many, none, or a reference that is no tree.
    """
    if len(answers) != len(references) or not references:
        raise DataError(f"{len(answers)} trees for {len(references)} references: give as many")
    counts: Counter[str] = Counter()
    exact = 0
    for number, (text, reference) in enumerate(zip(answers, references, strict=True), 1):
        wanted, found = read_brackets(reference), read_brackets(text)
        if wanted is None:
            raise DataError(f"reference {number} is no tree: {reference}")
        if not text.strip() or (found is not None and not found.tags):
            counts["skipped"] += 1
            counts["left_out"] += wanted.spans.total()
        elif found is None or len(found.tags) != len(wanted.tags):
            counts["errors"] += 1
            counts["left_out"] += wanted.spans.total()
        else:
            counts["right"] += (found.spans & wanted.spans).total()
            counts["answered"] += found.spans.total()
            counts["wanted"] += wanted.spans.total()
            counts["words"] += len(wanted.tags)
            counts["tagged"] += sum(map(str.__eq__, found.tags, wanted.tags))
            exact += found.spans == wanted.spans
    return BracketReport(
        trees=len(references), errors=counts["errors"], skipped=counts["skipped"],
        right=counts["right"], answered=counts["answered"], wanted=counts["wanted"],
        left_out=counts["left_out"], exact=Accuracy(exact, len(references)),
        tags=Accuracy(counts["tagged"], counts["words"]),
    )  # fmt: skip
