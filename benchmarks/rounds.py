"""How speeds are compared: in turns, round by round, so that a slow minute falls on everyone.

A ratio is taken within each round; what is told is the median of the rounds, with the lowest and
the highest.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Figure = dict[str, float]  # median, low, high


def alternate(
    contenders: Mapping[str, Callable[[int], object]], rounds: int, warm: int = 1
) -> dict[str, list[float]]:
    """Seconds that each contender took in each round.

    Each is called with the round's number, ``-warm`` to ``rounds - 1``; the rounds below 0 do not
    count. Each round begins with another contender, so that nobody always follows the same one.
    """
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-warm, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            began = time.perf_counter()
            contenders[name](number)
            took = time.perf_counter() - began
            if number >= 0:
                seconds[name].append(took)
    return seconds


def spread(values: Sequence[float]) -> Figure:
    """The median, the lowest and the highest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def rate(work: Sequence[float], seconds: Sequence[float]) -> Figure:
    """Work a second: each round's work over its seconds."""
    return spread([w / s for w, s in zip(work, seconds, strict=True)])


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    """How many times as fast ours was, from the seconds of each round: 2 is twice as fast."""
    return spread([b / a for a, b in zip(ours, theirs, strict=True)])


def fastest(seconds: Mapping[str, Sequence[float]]) -> str:
    """Who has the lowest median."""
    return min(seconds, key=lambda name: statistics.median(seconds[name]))


def say(figure: Figure, unit: float = 1.0, digits: int = 1) -> str:
    """``median (low to high)`` in this unit."""
    median, low, high = (figure[key] / unit for key in ("median", "low", "high"))
    return f"{median:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def within_noise(here: Sequence[float], there: Sequence[float]) -> float:
    """The difference of two means over what chance allows: up to 1, it may be chance.

    Welch's t with two samples of at least two, against the 97.5th percentile of Student's t at as
    many degrees of freedom as the samples have together (the smallest of them the strictest).
    """
    error = sum(statistics.variance(values) / len(values) for values in (here, there)) ** 0.5
    freedom = len(here) + len(there) - 2
    allowed = {2: 4.303, 3: 3.182, 4: 2.776}.get(freedom, 2.571 if freedom < 10 else 2.228)
    return abs(statistics.mean(here) - statistics.mean(there)) / (error * allowed)
