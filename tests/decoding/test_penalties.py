from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassformer.decoding.penalties import best_attainable, length_penalty


def test_by_hand():
    assert length_penalty(1, 0.6) == 1
    assert length_penalty(7, 1.0) == 2
    assert length_penalty(19, 0.5) == 2
    assert length_penalty(97, 0.0) == 1


@given(
    st.floats(-50, 0), st.floats(0, 50), st.integers(1, 13), st.integers(0, 13), st.floats(-2, 2)
)
def test_no_continuation_scores_more(now, loss, shortest, more, alpha):
    bound = best_attainable(now, shortest, shortest + more, alpha)
    scores = [(now - loss) / length_penalty(n, alpha) for n in range(shortest, shortest + more + 1)]
    assert max(scores) <= bound + 1e-12 * abs(bound)
    if loss == 0:  # and no smaller bound holds
        assert max(scores) == pytest.approx(bound)
