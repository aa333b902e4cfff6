"""The score of one sentence, n-gram by n-gram: where sacreBLEU's number comes from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from glassformer.errors import DataError


@dataclass(frozen=True)
class Gram:
    """One n-gram of the output: how often it is there, how often in the reference, and how many
    match, which is the smaller of the two (a count is clipped)."""

    text: str
    count: int
    reference: int
    matched: int


@dataclass(frozen=True)
class Order:
    """All n-grams of one length. ``precision`` (percent) is matched of total, or, where none
    matches, what smoothing puts in its place."""

    n: int
    matched: int
    total: int
    precision: float
    smoothed: bool
    items: tuple[Gram, ...]


@dataclass(frozen=True)
class SentenceScore:
    """BLEU and chrF (0 to 100) of one sentence, and all that the BLEU is made of."""

    bleu: float
    chrf: float
    brevity: float
    output_tokens: int
    reference_tokens: int
    ngrams: tuple[Order, ...]
    signature: str

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def sentence_score(output: str, reference: str) -> SentenceScore:
    """sacreBLEU's BLEU of one sentence and what it counts.

    It is the geometric mean of the precisions, of those lengths that the output has at all, times
    the brevity penalty. A length without a match counts as half a match, the next such length as a
    quarter, and so on.

    Raises:
        DataError: the reference is blank.
    """
    if not reference.strip():
        raise DataError("there is no reference to compare with: give one")
    metric = BLEU(effective_order=True)
    found = metric.sentence_score(output, [reference])
    sides = [metric.tokenizer(side.rstrip()).split() for side in (output, reference)]
    orders = []
    for n, (matched, total, precision) in enumerate(
        zip(found.counts, found.totals, found.precisions, strict=True), start=1
    ):
        items = grams(
            *(Counter(zip(*(side[i:] for i in range(n)), strict=False)) for side in sides)
        )
        orders.append(Order(n, matched, total, precision, matched == 0 < total, items))
    chrf = CHRF().sentence_score(output, [reference])
    return SentenceScore(
        found.score, chrf.score, found.bp, found.sys_len, found.ref_len, tuple(orders),
        str(metric.get_signature()),
    )  # fmt: skip


def grams(
    output: Counter[tuple[str, ...]], reference: Counter[tuple[str, ...]]
) -> tuple[Gram, ...]:
    """The n-grams of the output in their order."""
    return tuple(
        Gram(" ".join(gram), count, reference[gram], min(count, reference[gram]))
        for gram, count in output.items()
    )
