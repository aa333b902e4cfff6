from __future__ import annotations

import math

import pytest
import torch

from glassformer.decoding import greedy, sample
from glassformer.errors import ConfigError, GlassformerError

START, END = 0, 1


def decode(toy, sentences, longest, seed=0, **options):
    return sample(
        toy.step,
        toy.start(sentences),
        rows=len(sentences),
        bos_id=START,
        eos_id=END,
        max_lengths=longest,
        generator=torch.Generator().manual_seed(seed),
        **options,
    )


def test_the_seed_decides(toy):
    made = toy(0, 7, 11)
    first, again = (decode(made, range(7), [13] * 7, seed=3) for _ in range(2))
    assert first == again
    assert first != decode(made, range(7), [13] * 7, seed=4)


def test_log_probabilities_are_the_models_own(toy):
    made = toy(1, 5, 7)
    for sentence, found in enumerate(
        decode(made, range(5), [3, 0, 11, 5, 2], temperature=1.7, top_k=5, top_p=0.9)
    ):
        said = [*found.tokens, END] if found.finished else list(found.tokens)
        expected = sum(made.next(sentence, said[:i])[token] for i, token in enumerate(said))
        assert found.log_probability == pytest.approx(expected, rel=1e-5)
        assert len(said) <= [3, 0, 11, 5, 2][sentence]


def test_frequencies_are_the_distribution(toy):
    made = toy(0, 1, 5)
    chances = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.0])
    made.logits[:] = chances.log()
    found = decode(made, [0] * 20_000, [1] * 20_000, seed=1)
    drawn = torch.tensor([h.tokens[0] if h.tokens else END for h in found])
    counted = drawn.bincount(minlength=5) / len(found)
    # the standard deviation of a share is at most 0.5 / sqrt(20000) = 0.0035
    assert counted.tolist() == pytest.approx(chances.tolist(), abs=0.015)
    assert counted[4] == 0


@pytest.mark.parametrize("options", [{"temperature": 1e-300}, {"top_k": 1}, {"top_p": 1e-9}])
def test_the_narrowest_sampling_is_greedy(toy, options):
    made = toy(2, 7, 11)
    lengths = [5, 13, 1, 0, 7, 11, 3]
    best = greedy(
        made.step, made.start(range(7)), rows=7, bos_id=START, eos_id=END, max_lengths=lengths
    )
    found = decode(made, range(7), lengths, **options)
    assert [(h.tokens, h.finished) for h in found] == [(h.tokens, h.finished) for h in best]


def test_banned_tokens_are_never_drawn(toy):
    found = decode(toy(3, 5, 5), range(5), [29] * 5, banned=(START, 3))
    assert {token for h in found for token in h.tokens} <= {2, 4}


def test_nothing_allowed_ends_unfinished(toy):
    for options in ({}, {"top_p": 0.5, "top_k": 2}):
        (found,) = decode(toy(0, 1, 2), [0], [7], banned=(0, 1), **options)
        assert found.tokens == ()
        assert not found.finished


@pytest.mark.parametrize(
    "options", [{"temperature": 0}, {"top_k": 0}, {"top_p": 0.0}, {"banned": (5,)}]
)
def test_arguments_that_do_not_fit(toy, options):
    made = toy(0, 1, 5)
    with pytest.raises(ConfigError):
        decode(made, [0], [3], **options)
    assert len(made.seen) == ("banned" in options)  # the vocabulary is known after a step


def test_nan_is_refused(toy):
    made = toy(0, 3, 5)
    made.logits[1] = math.nan
    with pytest.raises(GlassformerError, match="the model gave NaN"):
        decode(made, range(3), [5] * 3, top_k=2, top_p=0.7)
