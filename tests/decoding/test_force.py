from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.decoding import force, greedy
from glassformer.errors import ConfigError, GlassformerError

START, END = 0, 1


def score(toy, targets):
    return force(
        toy.step, toy.start(range(len(targets))), targets=targets, bos_id=START, eos_id=END
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.lists(st.integers(0, 10), max_size=7), max_size=5))
def test_equals_the_log_probabilities_of_each_prefix(toy, seed, targets):
    made = toy(seed, 5, 11)
    for sentence, (target, found) in enumerate(zip(targets, score(made, targets), strict=True)):
        expected = [
            made.next(sentence, target[:i])[token] for i, token in enumerate([*target, END])
        ]
        assert found == pytest.approx(expected, rel=1e-5)


def test_agrees_with_greedy_decoding(toy):
    made = toy(2, 3, 7)
    made.logits[..., END] += 2
    found = greedy(
        made.step, made.start(range(3)), rows=3, bos_id=START, eos_id=END, max_lengths=[29] * 3
    )
    assert all(h.finished for h in found)
    for hypothesis, values in zip(found, score(made, [h.tokens for h in found]), strict=True):
        assert sum(values) == pytest.approx(hypothesis.log_probability, abs=1e-5)


def test_targets_that_are_read_leave_the_batch(toy):
    made = toy(0, 3, 5)
    score(made, [[2, 3], [], [4, 4, 4]])
    assert made.seen == [3, 2, 2, 1]


@pytest.mark.parametrize("token", [5, -1])
def test_a_foreign_token_is_named(toy, token):
    with pytest.raises(ConfigError, match=f"id {token}, but .* 0 to 4"):
        score(toy(0, 2, 5), [[2], [3, token]])


def test_nan_is_refused(toy):
    made = toy(0, 2, 5)
    made.logits[1] = math.nan
    with pytest.raises(GlassformerError, match="the model gave NaN"):
        score(made, [[2], [3]])
