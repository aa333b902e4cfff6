"""How hypotheses of different lengths are compared, and the best score that one can still reach."""

from __future__ import annotations


def length_penalty(length: int, alpha: float) -> float:
    """((5 + |y|) / 6)^α (Wu et al. 2016, equation 14; §6.1 takes α = 0.6).

    |y| counts all tokens that were generated, the end token among them. With α = 0 it is 1, so the
    score is the log-probability; α < 0 favours short hypotheses.
    """
    penalty: float = ((5 + length) / 6) ** alpha
    return penalty


def best_attainable(log_probability: float, shortest: int, longest: int, alpha: float) -> float:
    """No continuation that has ``shortest`` to ``longest`` tokens in the end scores more than this.

    A continuation's log-probability p' is at most p ≤ 0, so its score is p' / lp(|y|) ≤
    p / lp(|y|) ≤ p / max lp; and lp is monotone in |y|, so its maximum is at one of the two ends.
    """
    ends = (length_penalty(shortest, alpha), length_penalty(longest, alpha))
    return log_probability / max(ends)
