from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.decoding import Hypothesis, greedy
from glassformer.errors import ConfigError, GlassformerError

START, END = 0, 1


def decode(toy, sentences, longest, banned=()):
    return greedy(
        toy.step,
        toy.start(sentences),
        rows=len(sentences),
        bos_id=START,
        eos_id=END,
        max_lengths=longest,
        banned=banned,
    )


def plain(toy, sentence, longest, banned):
    """One sentence in plain Python."""
    tokens, total = [], 0.0
    while len(tokens) < longest:
        values = toy.next(sentence, tokens)
        allowed = [token for token in range(len(values)) if token not in banned]
        best = max(allowed, key=lambda token: values[token])  # max takes the first of equals
        total += values[best]
        if best == END:
            return tuple(tokens), total, True
        tokens.append(best)
    return tuple(tokens), total, False


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.integers(0, 17), min_size=1, max_size=7),
    st.sampled_from([(), (START,), (2, START)]),
    st.sampled_from([None, 2]),
)
def test_equals_each_sentence_decoded_alone(toy, seed, longest, banned, levels):
    made = toy(seed, len(longest), 5, levels)
    found = decode(made, range(len(longest)), longest, banned)
    for sentence, hypothesis in enumerate(found):
        tokens, total, finished = plain(made, sentence, longest[sentence], banned)
        assert (hypothesis.tokens, hypothesis.finished) == (tokens, finished)
        assert hypothesis.log_probability == pytest.approx(total, rel=1e-6)
        assert hypothesis.score == hypothesis.log_probability


def test_a_sentence_of_the_greatest_length_is_unfinished(toy):
    made = toy(0, 1, 5)
    made.logits[:] = torch.tensor([0.0, 1.0, 2.0, 0.0, 0.0])
    (found,) = decode(made, [0], [3])
    assert found.tokens == (2, 2, 2)
    assert not found.finished
    assert not found.tied


def test_rows_that_are_done_leave_the_batch(toy):
    made = toy(0, 3, 5)
    made.logits[:] = torch.tensor([0.0, 1.0, 2.0, 0.0, 0.0])
    decode(made, range(3), [2, 0, 5])
    assert made.seen == [2, 2, 1, 1, 1]


def test_equal_tokens_are_tied_and_the_lower_id_wins(toy):
    made = toy(0, 1, 5)
    made.logits[:] = torch.tensor([0.0, 1.0, 3.0, 3.0, 0.0])
    (found,) = decode(made, [0], [2])
    assert found.tokens == (2, 2)
    assert found.tied


def test_nothing_allowed_ends_unfinished(toy):
    assert decode(toy(0, 1, 3), [0], [7], banned=(0, 1, 2)) == [Hypothesis((), 0.0, 0.0, False)]


def test_a_vocabulary_of_one_token(toy):
    (found,) = decode(toy(0, 1, 1), [0], [3])
    assert found == Hypothesis((0, 0, 0), 0.0, 0.0, False)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_refused(toy, bad):
    made = toy(0, 3, 5)
    made.logits[1, :, 2] = bad
    with pytest.raises(GlassformerError, match="the model gave NaN"):
        decode(made, range(3), [5, 5, 5], banned=(2,))


def test_lengths_must_fit_the_rows(toy):
    with pytest.raises(ConfigError, match="3 maximum lengths for 2 rows"):
        decode(toy(0, 2, 5), range(2), [1, 2, 3])
