"""Exact matches on the built-in pair, where every sentence has one right translation.

A translation is right if it equals the reference after runs of white space were made one space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glassformer.data.petit import Sentence, words
from glassformer.evaluation.accuracy import Accuracy, count
from glassformer.evaluation.bleu import check_counts

PRONOUNS = frozenset(("il", "elle", "ils", "elles"))
Pair = tuple[Sentence, Sentence]


@dataclass(frozen=True, kw_only=True)
class Exactness:
    """Exact matches, of all sentences and of those in which each phenomenon occurs."""

    exact: Accuracy
    phenomena: dict[str, Accuracy]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "exact": self.exact.to_json(),
            "phenomena": {name: found.to_json() for name, found in self.phenomena.items()},
        }


@dataclass(frozen=True, kw_only=True)
class PairAccuracy:
    """Contrasting pairs on which both sentences are right; a guess gets one in four pronouns.

    ``pronoun``: il or elle is right in both. ``sentence``: both are right to the letter.
    ``single``: pronouns right, sentence by sentence (a guess gets half).
    """

    pronoun: Accuracy
    sentence: Accuracy
    single: Accuracy

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "pronoun": self.pronoun.to_json(),
            "sentence": self.sentence.to_json(),
            "single": self.single.to_json(),
        }


def is_exact(hyp: str, ref: str) -> bool:
    """Whether two texts are the same but for white space."""
    return hyp.split() == ref.split()


def exactness(sentences: Sequence[Sentence], hyps: Sequence[str]) -> Exactness:
    """Exact matches over the sentences, overall and for each phenomenon.

    Raises:
        DataError: not as many translations as sentences, or none.
    """
    check_counts(hyps, sentences)
    right = [is_exact(hyp, s.french) for hyp, s in zip(hyps, sentences, strict=True)]
    names = sorted(set().union(*(s.phenomena for s in sentences)))
    return Exactness(
        exact=count(right),
        phenomena={
            name: count([ok for ok, s in zip(right, sentences, strict=True) if name in s.phenomena])
            for name in names
        },
    )


def pronouns(text: str) -> list[str]:
    """The third-person subject pronouns of a French text, in order."""
    return [word for word in words(text) if word in PRONOUNS]


def pair_accuracy(pairs: Sequence[Pair], hyps: Sequence[tuple[str, str]]) -> PairAccuracy:
    """How often "it" is understood: pairs that differ in one adjective, and so in il and elle.

    A pronoun is right if the translation has the reference's pronouns and no others, so that
    neither a missing one nor both at once passes.

    Raises:
        DataError: not as many pairs of translations as pairs, or none.
    """
    check_counts(hyps, pairs)
    chosen: list[bool] = []
    both_chosen: list[bool] = []
    both_exact: list[bool] = []
    for pair, outputs in zip(pairs, hyps, strict=True):
        ok = [pronouns(h) == pronouns(s.french) for s, h in zip(pair, outputs, strict=True)]
        chosen += ok
        both_chosen.append(all(ok))
        both_exact.append(all(is_exact(h, s.french) for s, h in zip(pair, outputs, strict=True)))
    return PairAccuracy(
        pronoun=count(both_chosen), sentence=count(both_exact), single=count(chosen)
    )
