"""Two systems on one test set: is one better, by how much, and where do they differ?

Paired bootstrap (Koehn 2004): test sets are drawn from the test set, sentences with replacement,
and both systems scored on each. The interval of the difference decides alone: where it holds
zero, there is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from glassformer.errors import ConfigError, DataError
from glassformer.evaluation.bleu import bleu_metric, check_counts

Statistics = NDArray[np.float64]
FEWEST_SAMPLES = 100
TAIL = 0.025  # what the 95 % interval leaves out on either side


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One metric on both systems. ``difference`` is B - A; intervals are 95 % (low, high).

    ``p_value``: two-sided, twice the share of test sets on which the worse system was at least as
    good. ``verdict`` says in words what the interval of the difference allows to say.
    """

    metric: str
    signature: str
    a: float
    b: float
    interval_a: tuple[float, float]
    interval_b: tuple[float, float]
    difference: float
    interval: tuple[float, float]
    p_value: float
    differs: bool
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A sentence on which the outputs differ; ``line`` counts from 1, ``chrf_*`` are its scores."""

    line: int
    source: str | None
    reference: str
    a: str
    b: str
    chrf_a: float
    chrf_b: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What there is to say about two systems on one test set.

    ``length_ratio_*``: tokens of the output per token of the reference. ``same_outputs``: lines
    on which both say the same. ``contrasts``: those that differ most, widest first.
    """

    names: tuple[str, str]
    sentences: int
    same_outputs: int
    samples: int
    seed: int
    length_ratio_a: float
    length_ratio_b: float
    contests: tuple[Contest, ...]
    contrasts: tuple[Contrast, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def compare(
    refs: Sequence[str],
    hyps_a: Sequence[str],
    hyps_b: Sequence[str],
    *,
    sources: Sequence[str] | None = None,
    names: tuple[str, str] = ("A", "B"),
    samples: int = 1000,
    seed: int = 1,
    show: int = 10,
) -> Comparison:
    """Compare two systems by sacreBLEU and chrF.

    Args:
        refs, hyps_a, hyps_b: detokenised text, a line each.
        sources: shown beside the sentences that differ most.
        names: what the verdicts call the systems.
        samples: test sets to draw, at least 100.
        show: how many of the sentences that differ most.

    Raises:
        DataError: sides of unequal length, or empty.
        ConfigError: too few samples.
    """
    check_counts(hyps_a, refs)
    check_counts(hyps_b, refs)
    if sources is not None and len(sources) != len(refs):
        raise DataError(f"{len(sources)} sources and {len(refs)} references: give as many")
    if samples < FEWEST_SAMPLES:
        raise ConfigError(
            f"samples = {samples} is too few for an interval: {FEWEST_SAMPLES} or more"
        )
    by_bleu, by_chrf = bleu_metric(), CHRF()
    bleu_a, bleu_b = (statistics(by_bleu, hyps, refs) for hyps in (hyps_a, hyps_b))
    chrf_a, chrf_b = (statistics(by_chrf, hyps, refs) for hyps in (hyps_a, hyps_b))
    draws = partial(resamples, len(refs), samples, seed)
    ratios = [float(found[:, 0].sum() / max(found[:, 1].sum(), 1)) for found in (bleu_a, bleu_b)]
    return Comparison(
        names=names,
        sentences=len(refs),
        same_outputs=sum(a == b for a, b in zip(hyps_a, hyps_b, strict=True)),
        samples=samples,
        seed=seed,
        length_ratio_a=ratios[0],
        length_ratio_b=ratios[1],
        contests=(
            contest(by_bleu, "sacreBLEU", bleu_a, bleu_b, draws, names),
            contest(by_chrf, "chrF2", chrf_a, chrf_b, draws, names),
        ),
        contrasts=contrasts(by_chrf, (chrf_a, chrf_b), (refs, hyps_a, hyps_b), sources, show),
    )


def statistics(metric: BLEU | CHRF, hyps: Sequence[str], refs: Sequence[str]) -> Statistics:
    """What the metric counts in each sentence: [sentence, count]. A corpus' counts are the sums.

    sacreBLEU's own significance test stands on the same two methods; it has no interval of the
    difference, and keeps all test sets in memory.
    """
    return np.array(metric._extract_corpus_statistics(list(hyps), [list(refs)]), np.float64)


def value(metric: BLEU | CHRF, counts: NDArray[np.float64]) -> float:
    """The score of summed counts [count]."""
    score: float = metric._compute_score_from_stats([int(count) for count in counts]).score
    return score


def resamples(sentences: int, samples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each sentence is in each test set that is drawn: [sentence], one after another.

    The same for every metric and both systems, which makes the comparison a paired one.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(samples):
        drawn = np.bincount(rng.integers(sentences, size=sentences), minlength=sentences)
        yield drawn.astype(np.float64)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile interval, its ends chosen so that it holds zero where p > 0.05."""
    ordered = sorted(values)
    outside = int(TAIL * (len(ordered) + 1))
    return ordered[outside - 1], ordered[-outside]


def contest(
    metric: BLEU | CHRF,
    name: str,
    a: Statistics,
    b: Statistics,
    draws: Callable[[], Iterator[NDArray[np.float64]]],
    names: tuple[str, str],
) -> Contest:
    """Both systems by one metric, on the test set and on all that were drawn from it."""
    score_a, score_b = value(metric, a.sum(0)), value(metric, b.sum(0))
    drawn = [(value(metric, times @ a), value(metric, times @ b)) for times in draws()]
    differences = [second - first for first, second in drawn]
    low, high = interval(differences)
    worse = min(sum(d <= 0 for d in differences), sum(d >= 0 for d in differences))
    p_value = min(1.0, 2 * (worse + 1) / (len(differences) + 1))
    return Contest(
        metric=name,
        signature=str(metric.get_signature()),
        a=score_a,
        b=score_b,
        interval_a=interval([first for first, _ in drawn]),
        interval_b=interval([second for _, second in drawn]),
        difference=score_b - score_a,
        interval=(low, high),
        p_value=p_value,
        differs=not low <= 0 <= high,
        verdict=verdict(name, score_b - score_a, (low, high), p_value, names),
    )


def verdict(
    metric: str,
    difference: float,
    bounds: tuple[float, float],
    p_value: float,
    names: tuple[str, str],
) -> str:
    """What may be said of a difference B - A whose 95 % interval is ``bounds``."""
    low, high = bounds
    if low <= 0 <= high:
        return (
            f"No difference by {metric}: {names[1]} - {names[0]} = {difference:+.2f}, and the 95 % "
            f"interval, {low:+.2f} to {high:+.2f}, holds zero (p = {p_value:.3f})."
        )
    better, other = (names[1], names[0]) if low > 0 else (names[0], names[1])
    low, high = (low, high) if low > 0 else (-high, -low)
    return (
        f"{better} scores {abs(difference):.2f} {metric} more than {other} "
        f"(95 % interval {low:.2f} to {high:.2f}, p = {p_value:.3f})."
    )


def contrasts(
    metric: CHRF,
    found: tuple[Statistics, Statistics],
    texts: tuple[Sequence[str], Sequence[str], Sequence[str]],
    sources: Sequence[str] | None,
    show: int,
) -> tuple[Contrast, ...]:
    """The sentences whose chrF differs most, of those whose outputs differ at all."""
    refs, hyps_a, hyps_b = texts
    scores = [[value(metric, row) for row in rows] for rows in found]
    different = [i for i in range(len(refs)) if hyps_a[i] != hyps_b[i]]
    different.sort(key=lambda i: -abs(scores[0][i] - scores[1][i]))
    return tuple(
        Contrast(
            line=i + 1,
            source=None if sources is None else sources[i],
            reference=refs[i],
            a=hyps_a[i],
            b=hyps_b[i],
            chrf_a=scores[0][i],
            chrf_b=scores[1][i],
        )
        for i in different[:show]
    )
