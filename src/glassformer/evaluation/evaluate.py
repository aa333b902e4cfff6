"""All that is measured of a model in one report, and three plain sentences on how good it is.

The sentences say what was counted and no more: they are true of the best model and of one that
has learned nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from glassformer.data.petit import contrasting_pairs, split
from glassformer.evaluation.accuracy import Accuracy, count
from glassformer.evaluation.bleu import Score, chrf, paper_bleu, sacrebleu_score, tokenised_bleu
from glassformer.evaluation.heads import HeadsReport, examine_heads
from glassformer.evaluation.perplexity import Perplexity, perplexity, text_batches
from glassformer.evaluation.phenomena import (
    Exactness,
    PairAccuracy,
    exactness,
    is_exact,
    pair_accuracy,
)
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import TokenizerPair

Translate = Callable[[Sequence[str]], Sequence[str]]

GUESS = 0.25  # pairs of pronouns right by tossing a coin for each
OFTEN, RELIABLE = 0.5, 0.9


@dataclass(frozen=True, kw_only=True)
class TextReport:
    """How good translations are against references.

    ``scores``: sacreBLEU, the paper's BLEU, tokenised BLEU, chrF, each with its signature.
    ``exact``: lines equal to the reference but for white space. ``perplexity``: of the references
    under the model, if that was measured.
    """

    sacrebleu: Score
    paper: Score
    tokenised: Score
    chrf: Score
    exact: Accuracy
    perplexity: Perplexity | None = None

    @property
    def length_ratio(self) -> float:
        """Tokens written per token of the references (sacreBLEU's tokens)."""
        written, wanted = self.sacrebleu.hypothesis_tokens, self.sacrebleu.reference_tokens
        return (written or 0) / max(wanted or 0, 1)

    def sentences(self) -> list[str]:
        """Three plain sentences on how good the translations are."""
        precisions = self.tokenised.precisions or (0.0,) * 4
        third = (
            f"It writes {self.length_ratio:.2f} words for each word of the references"
            if self.perplexity is None
            else f"It writes {self.length_ratio:.2f} words for each word of the references, and "
            f"shown the beginning of one it predicts the next token in "
            f"{percent(100 * self.perplexity.accuracy)} of cases (perplexity "
            f"{self.perplexity.perplexity:.2f})"
        )
        return [
            f"On {self.exact.total:,} sentences it scores {self.sacrebleu.value:.1f} BLEU by "
            f"sacreBLEU, {self.paper.value:.1f} by the paper's own script, and "
            f"{self.chrf.value:.1f} chrF.",
            f"Of its words {percent(precisions[0])} stand in the reference too (capitals or not), "
            f"and of its runs of four words {percent(precisions[3])}; {self.exact} of its "
            "sentences are the reference itself.",
            f"{third}.",
        ]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        scores = {
            "sacrebleu": self.sacrebleu,
            "paper_bleu": self.paper,
            "tokenised_bleu": self.tokenised,
            "chrf": self.chrf,
        }
        return {
            "scores": {name: score.to_json() for name, score in scores.items()},
            "exact": self.exact.to_json(),
            "length_ratio": self.length_ratio,
            "perplexity": None if self.perplexity is None else self.perplexity.to_json(),
            "sentences": self.sentences(),
        }


@dataclass(frozen=True, kw_only=True)
class PetitReport:
    """How well the built-in pair was learned.

    ``text`` scores the new sentences. ``splits`` has the exact matches of each split that was
    held out; ``pairs`` those on contrasting pairs.
    """

    text: TextReport
    splits: dict[str, Exactness]
    pairs: PairAccuracy
    heads: HeadsReport

    def sentences(self) -> list[str]:
        """Three plain sentences: exact matches, "it", and the head that finds what "it" is."""
        new, combinations, longer = (
            self.splits[name].exact for name in ("new", "combinations", "longer")
        )
        return [
            f"It translates exactly right {new} of {new.total:,} sentences that were not in its "
            f"training, {combinations} of {combinations.total:,} with words it never saw "
            f"together, and {longer} of {longer.total:,} longer than any it learned from.",
            self.about_it(),
            self.heads.sentence(),
        ]

    def about_it(self) -> str:
        """One sentence on whether "it" becomes il or elle by what it means."""
        pairs = self.pairs.pronoun
        share = pairs.share or 0.0
        # Two standard deviations: what guessing does not reach by luck.
        luck = 2 * math.sqrt(GUESS * (1 - GUESS) / max(pairs.total, 1))
        facts = (
            f"of {pairs.total:,} pairs of sentences that differ in one adjective, it gets il or "
            f"elle right in both in {pairs}, where guessing would in 25 %"
        )
        if share <= GUESS + luck:
            return f'It does not tell from the meaning what "it" stands for: {facts}.'
        tells = (
            "tells" if share >= RELIABLE else "often tells" if share >= OFTEN else "sometimes tells"
        )
        return f'It {tells} from the meaning what "it" stands for: {facts}.'

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "new": self.text.to_json(),
            "splits": {name: found.to_json() for name, found in self.splits.items()},
            "pairs": self.pairs.to_json(),
            "heads": self.heads.to_json(),
            "sentences": self.sentences(),
        }


Report = TextReport | PetitReport


def percent(value: float) -> str:
    """A percentage; rounding makes it 0 or 100 only if it is."""
    if value in (0.0, 100.0):
        return f"{value:.0f} %"
    return f"{min(max(value, 0.1), 99.9):.1f} %"


def evaluate_translations(
    hyps: Sequence[str],
    refs: Sequence[str],
    *,
    language: str = "de",
    perplexity: Perplexity | None = None,
) -> TextReport:
    """Score translations against references.

    Args:
        hyps, refs: detokenised text, a line each.
        language: code of the target language, for the Moses tokenizer.
        perplexity: goes into the report.

    Raises:
        DataError: the sides are of unequal length, or empty.
    """
    return TextReport(
        sacrebleu=sacrebleu_score(hyps, refs),
        paper=paper_bleu(hyps, refs, language=language),
        tokenised=tokenised_bleu(hyps, refs, language=language),
        chrf=chrf(hyps, refs),
        exact=count([is_exact(hyp, ref) for hyp, ref in zip(hyps, refs, strict=True)]),
        perplexity=perplexity,
    )


def evaluate_petit(
    translate: Translate,
    model: EncoderDecoder,
    tokenizers: TokenizerPair,
    *,
    size: int = 1000,
    pairs: int = 500,
    head_pairs: int = 200,
    seed: int = 1,
) -> PetitReport:
    """Evaluate a model of the built-in pair on sentences that no training split has.

    Args:
        translate: as many translations as lines, in their order.
        model, tokenizers: looked into for perplexity and heads.
        size: sentences of each split; half as many of "longer".
        pairs: contrasting pairs to translate.
        head_pairs: how many of them the heads are examined on.
        seed: which sentences; the same for the same seed.
    """
    drawn = {
        "new": list(split("new", seed, size)),
        "combinations": list(split("combinations", seed, size)),
        "longer": list(split("longer", seed, -(-size // 2))),
    }
    hyps = {name: list(translate([s.english for s in found])) for name, found in drawn.items()}
    contrasting = list(contrasting_pairs(seed, pairs))
    said = list(translate([s.english for pair in contrasting for s in pair]))
    new = drawn["new"]
    english, french = [s.english for s in new], [s.french for s in new]
    measured = perplexity(model, text_batches(tokenizers, english, french))
    return PetitReport(
        text=evaluate_translations(hyps["new"], french, language="fr", perplexity=measured),
        splits={name: exactness(found, hyps[name]) for name, found in drawn.items()},
        pairs=pair_accuracy(contrasting, list(zip(said[::2], said[1::2], strict=True))),
        heads=examine_heads(model, tokenizers, new[:head_pairs], contrasting[:head_pairs]),
    )
