"""Corpus scores: sacreBLEU, the paper's compound-split BLEU, tokenised BLEU, chrF.

A BLEU is worth as much as its definition (Table 2's tokenisation alone moves it by 1.5 points), so
every score carries a signature. The n-gram arithmetic is sacreBLEU's throughout, the Moses
tokenizer is sacremoses'; here is what the paper did to the text before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Sized
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import sacremoses
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacremoses import MosesPunctNormalizer, MosesTokenizer

from glassformer.errors import ConfigError, DataError, nearest

TOKENIZATIONS = ("13a", "intl", "zh", "char", "none")  # those that need no download
COMPOUND = re.compile(r"(\S)-(\S)")


@dataclass(frozen=True, kw_only=True)
class Score:
    """A corpus score: ``value`` from 0 to 100 and the signature that says how it came about.

    Of a BLEU also the precisions of 1- to 4-grams (percent), the brevity penalty, and the tokens
    that were counted on either side; a chrF has none of these.
    """

    name: str
    value: float
    signature: str
    precisions: tuple[float, ...] | None = None
    brevity_penalty: float | None = None
    hypothesis_tokens: int | None = None
    reference_tokens: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def sacrebleu_score(
    hyps: Sequence[str], refs: Sequence[str], *, tokenize: str = "13a", lowercase: bool = False
) -> Score:
    """sacreBLEU (Post 2018), to be compared with other papers' by its signature.

    Args:
        hyps, refs: detokenised text, a line each.
        tokenize: 13a (the standard), intl, zh, char or none.

    Raises:
        DataError: the sides are of unequal length, or empty.
        ConfigError: an unknown tokenisation.
    """
    return bleu(hyps, refs, bleu_metric(tokenize, lowercase), "sacreBLEU")


def paper_bleu(hyps: Sequence[str], refs: Sequence[str], *, language: str = "de") -> Score:
    """BLEU as the paper measured it (Table 2): about 1.5 points above sacreBLEU on En-De.

    Unicode punctuation to ASCII, Moses tokenisation in the target language's rules, compounds
    split as ``##AT##-##AT##``, then multi-bleu: BLEU-4, case kept, no smoothing. Both sides are
    prepared alike.

    Args:
        hyps, refs: detokenised text, a line each.
        language: code of the target language; one that Moses does not know gets English rules.

    Raises:
        DataError: the sides are of unequal length, or empty.
    """
    check_counts(hyps, refs)
    prepared = [
        [split_compounds(moses(to_ascii(t), language)) for t in side] for side in (hyps, refs)
    ]
    signature = "|".join(
        (
            "glassformer.paper|case:mixed",
            f"tok:moses-{language}|punctuation:ascii|compounds:split|smooth:none",
            f"sacremoses:{sacremoses.__version__}",
        )
    )
    return bleu(prepared[0], prepared[1], multi_bleu(), "paper BLEU", signature)


def tokenised_bleu(
    hyps: Sequence[str], refs: Sequence[str], *, lowercase: bool = True, language: str = "de"
) -> Score:
    """Moses-tokenised, lower-cased multi-bleu: what papers on Multi30k report.

    Args:
        hyps, refs: detokenised text, a line each.
        lowercase: lower-case both sides first.
        language: code of the target language; one that Moses does not know gets English rules.

    Raises:
        DataError: the sides are of unequal length, or empty.
    """
    check_counts(hyps, refs)
    prepared = [
        [moses(text.lower() if lowercase else text, language) for text in side]
        for side in (hyps, refs)
    ]
    case = "lc" if lowercase else "mixed"
    signature = (
        f"glassformer.tokenised|case:{case}|tok:moses-{language}|smooth:none|"
        f"sacremoses:{sacremoses.__version__}"
    )
    return bleu(prepared[0], prepared[1], multi_bleu(), "tokenised BLEU", signature)


def chrf(hyps: Sequence[str], refs: Sequence[str]) -> Score:
    """chrF2 (Popović 2015): the F-score of character 1- to 6-grams, recall weighing double.

    Raises:
        DataError: the sides are of unequal length, or empty.
    """
    check_counts(hyps, refs)
    metric = CHRF()
    found = metric.corpus_score(list(hyps), [list(refs)])
    return Score(name="chrF2", value=found.score, signature=str(metric.get_signature()))


def check_counts(hyps: Sized, refs: Sized) -> None:
    """Refuse sides that do not fit together, and nothing at all."""
    if len(hyps) != len(refs):
        raise DataError(
            f"{len(hyps)} translations and {len(refs)} references: line i of one side must be "
            "the translation of line i of the other, so both need as many lines"
        )
    if not len(hyps):
        raise DataError("there is nothing to score: no translations and no references")


def bleu_metric(tokenize: str = "13a", lowercase: bool = False) -> BLEU:
    """sacreBLEU's metric with its standard smoothing."""
    if tokenize not in TOKENIZATIONS:
        raise ConfigError(
            f"tokenisation {tokenize!r} is unknown.{nearest(tokenize, TOKENIZATIONS)}"
        )
    # force: that lines end in " ." is no reason for a warning on the terminal.
    return BLEU(tokenize=tokenize, lowercase=lowercase, force=True)


def multi_bleu() -> BLEU:
    """multi-bleu.perl: tokens are what stands between spaces, and nothing is smoothed."""
    return BLEU(tokenize="none", smooth_method="none", force=True)


def bleu(
    hyps: Sequence[str], refs: Sequence[str], metric: BLEU, name: str, signature: str = ""
) -> Score:
    """The corpus BLEU that ``metric`` gives."""
    check_counts(hyps, refs)
    found = metric.corpus_score(list(hyps), [list(refs)])
    return Score(
        name=name,
        value=found.score,
        signature=signature or str(metric.get_signature()),
        precisions=tuple(found.precisions),
        brevity_penalty=found.bp,
        hypothesis_tokens=found.sys_len,
        reference_tokens=found.ref_len,
    )


def to_ascii(text: str) -> str:
    """Unicode punctuation as ASCII: Moses' replace-unicode-punctuation mapping."""
    normalised: str = punctuation().replace_unicode_punct(text)
    return normalised


def moses(text: str, language: str) -> str:
    """The Moses tokens of a line, a space between them."""
    tokens: str = moses_tokenizer(language).tokenize(text, return_str=True)
    return tokens


def split_compounds(text: str) -> str:
    """Compounds in two: "rich-text format" -> "rich ##AT##-##AT## text format".

    From left to right without overlap, as the script of the time did: a-b-c is split once only,
    for the letter b can stand beside but one of the two hyphens.
    """
    return COMPOUND.sub(r"\1 ##AT##-##AT## \2", text)


@cache
def moses_tokenizer(language: str) -> MosesTokenizer:
    """The tokenizer of a language."""
    return MosesTokenizer(language)


@cache
def punctuation() -> MosesPunctNormalizer:
    """The owner of the punctuation mapping."""
    return MosesPunctNormalizer()
