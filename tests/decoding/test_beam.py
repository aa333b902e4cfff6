from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.decoding import Hypothesis, beam_search, length_penalty
from glassformer.errors import ConfigError, GlassformerError

START, END = 0, 1
ALPHAS = st.sampled_from([0.6, 0.0, 1.0, 2.5, -0.7])
SEEDS = st.integers(0, 10_000)


def search(toy, sentences, longest, **options):
    return beam_search(
        toy.step,
        toy.start(sentences),
        rows=len(sentences),
        bos_id=START,
        eos_id=END,
        max_lengths=longest,
        **options,
    )


def hypothesis(tokens, total, finished, alpha):
    size = len(tokens) + finished
    return Hypothesis(tokens, total / length_penalty(size, alpha), total, finished)


def every(toy, sentence, longest, alpha, banned=()):
    """All that can be said at all, finished ones first, then by score."""
    found, prefixes = [], [((), 0.0)]
    for _ in range(longest):
        grown = []
        for prefix, total in prefixes:
            for token, value in enumerate(toy.next(sentence, prefix)):
                if token in banned:
                    continue
                if token == END:
                    found.append(hypothesis(prefix, total + value, True, alpha))
                else:
                    grown.append(((*prefix, token), total + value))
        prefixes = grown
    found += [hypothesis(prefix, total, False, alpha) for prefix, total in prefixes]
    return sorted(found, key=lambda h: (not h.finished, -h.score))


def plain(toy, sentence, longest, beam, alpha, n_best):
    """Beam search in plain Python, one sentence, never stopping early."""
    living, finished = [((), 0.0)], []
    for _ in range(longest):
        candidates = [
            (-(total + value), place, token)
            for place, (prefix, total) in enumerate(living)
            for token, value in enumerate(toy.next(sentence, prefix))
        ]
        best = sorted(candidates)[: 2 * beam]
        grown = []
        for total, place, token in best:
            prefix = living[place][0]
            if token == END:
                finished.append(hypothesis(prefix, -total, True, alpha))
            else:
                grown.append(((*prefix, token), -total))
        living = grown[:beam]
    finished.sort(key=lambda h: -h.score)
    return (finished + [hypothesis(p, total, False, alpha) for p, total in living])[:n_best]


def same(found, expected):
    assert [(h.tokens, h.finished) for h in found] == [(h.tokens, h.finished) for h in expected]
    assert [h.score for h in found] == pytest.approx([h.score for h in expected], rel=1e-6)
    assert [h.log_probability for h in found] == pytest.approx(
        [h.log_probability for h in expected], rel=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([(2, 5), (3, 3), (5, 2), (7, 2), (3, 1)]), ALPHAS, st.data())
def test_equals_brute_force_if_no_prefix_is_dropped(toy, seed, sizes, alpha, data):
    vocabulary, longest = sizes
    made = toy(seed, 1, vocabulary)
    beam = vocabulary**longest
    all_of_them = every(made, 0, longest, alpha)
    n_best = data.draw(st.integers(1, beam))
    (found,) = search(made, [0], [longest], beam=beam, alpha=alpha, n_best=n_best)
    same(found, all_of_them[:n_best])
    assert len(found) == min(n_best, len(all_of_them))


@settings(max_examples=100, deadline=None)
@given(
    SEEDS,
    st.sampled_from([2, 3, 5, 11]),
    st.lists(st.integers(0, 13), min_size=1, max_size=5),
    st.integers(1, 5),
    ALPHAS,
    st.sampled_from([None, 2, 3]),
    st.data(),
)
def test_equals_a_plain_search_that_never_stops_early(
    toy, seed, vocabulary, longest, beam, alpha, levels, data
):
    made = toy(seed, len(longest), vocabulary, levels)
    n_best = data.draw(st.integers(1, beam))
    found = search(made, range(len(longest)), longest, beam=beam, alpha=alpha, n_best=n_best)
    for sentence, hypotheses in enumerate(found):
        same(hypotheses, plain(made, sentence, longest[sentence], beam, alpha, n_best))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.permutations(range(7)), st.integers(1, 4), ALPHAS, st.sampled_from([None, 2]))
def test_a_sentence_is_the_same_alone_and_in_any_batch(toy, seed, order, beam, alpha, levels):
    made = toy(seed, 7, 11, levels)
    longest = [0, 3, 13, 5, 17, 1, 11]
    options = {"beam": beam, "alpha": alpha, "n_best": beam}
    together = search(made, order, [longest[s] for s in order], **options)
    for sentence, found in zip(order, together, strict=True):
        (alone,) = search(made, [sentence], [longest[sentence]], **options)
        assert found == alone


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(1, 3), ALPHAS, st.sampled_from([2, 3]), st.data())
def test_rounding_changes_only_what_is_marked_as_tied(toy, seed, beam, alpha, levels, data):
    exact = toy(seed, 3, 5, levels)
    noise = torch.rand(exact.logits.shape, generator=torch.Generator().manual_seed(seed))
    rounded = replace(exact, logits=exact.logits + 2e-7 * noise)
    n_best = data.draw(st.integers(1, beam))
    options = {"beam": beam, "alpha": alpha, "n_best": n_best}
    pairs = [search(made, range(3), [7, 5, 2], **options) for made in (exact, rounded)]
    for before, after in zip(*pairs, strict=True):
        assert len(before) == len(after)
        for here, there in zip(before, after, strict=True):
            if here.tokens != there.tokens:
                assert here.tied
                assert there.tied


def test_untied_hypotheses_are_not_marked(toy):
    made = toy(3, 5, 11)
    found = search(made, range(5), [13] * 5, n_best=3)
    assert not any(h.tied for hypotheses in found for h in hypotheses)


def test_two_equal_tokens_are_tied_and_the_lower_id_wins(toy):
    made = toy(0, 1, 5)
    made.logits[:] = torch.tensor([0.0, 1.0, 3.0, 3.0, 0.0])
    (found,) = search(made, [0], [1], beam=2, n_best=2)
    assert [h.tokens for h in found] == [(), (2,)]
    assert not found[0].tied  # the only one that ended
    assert found[1].tied


@pytest.mark.parametrize("n_best", [1, 2])
def test_a_tie_with_a_later_end_is_seen(toy, n_best):
    made = toy(0, 1, 5)
    made.logits[:] = -math.inf
    made.logits[0, 1, [END, 2]] = 0.0  # at the start: the end or 2
    made.logits[0, 8, END] = 0.0  # after 2: the end
    (found,) = search(made, [0], [3], beam=2, alpha=0.0, n_best=n_best)
    assert [h.tokens for h in found] == [(), (2,)][:n_best]
    assert all(h.tied and h.finished for h in found)
    assert len(made.seen) == 2


def test_early_stop_saves_steps(toy):
    made = toy(0, 1, 5)
    made.logits[:] = torch.tensor([0.0, 9.0, 0.0, 0.0, 0.0])
    (found,) = search(made, [0], [97])
    assert found[0].tokens == ()
    assert len(made.seen) < 5


def test_settled_sentences_leave_the_batch(toy):
    made = toy(5, 3, 7)
    search(made, range(3), [2, 13, 5], beam=2, n_best=2)
    assert made.seen[0] == 6
    assert made.seen[-1] < 6
    assert all(rows % 2 == 0 for rows in made.seen)


def test_n_best_is_filled_up_with_unfinished_ones(toy):
    made = toy(1, 1, 7)
    made.logits[..., END] = -50
    (found,) = search(made, [0], [3], beam=3, n_best=3)
    assert len(found) == 3
    assert not any(h.finished for h in found)
    assert all(len(h.tokens) == 3 for h in found)
    assert found[0].score == pytest.approx(found[0].log_probability / (8 / 6) ** 0.6)


def test_a_hand_computed_search(toy):
    made = toy(0, 1, 3)
    made.logits[:] = torch.tensor([0.0, 0.25, 0.75]).log()
    (found,) = search(made, [0], [2], beam=2, n_best=2, alpha=1.0)
    assert [h.tokens for h in found] == [(), (2,)]
    first, second = math.log(0.25), math.log(0.75 * 0.25) * 6 / 7
    assert [h.score for h in found] == pytest.approx([first, second])


@settings(max_examples=30, deadline=None)
@given(SEEDS, ALPHAS)
def test_banned_tokens_are_never_said_and_the_rest_is_not_normalised_anew(toy, seed, alpha):
    made = toy(seed, 1, 5)
    banned = (START, 3)
    expected = every(made, 0, 3, alpha, banned)
    (found,) = search(made, [0], [3], beam=27, n_best=27, alpha=alpha, banned=banned)
    same(found, expected)


def test_no_rows_and_no_room(toy):
    made = toy(0, 2, 5)
    assert search(made, [], []) == []
    assert search(made, [0, 1], [0, 0]) == [[Hypothesis((), 0.0, 0.0, False)]] * 2
    assert made.seen == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam": 0}, "beam = 0"),
        ({"n_best": 0}, "n_best = 0"),
        ({"beam": 3, "n_best": 4}, "between 1 and the beam, 3"),
        ({"alpha": math.nan}, "alpha = nan"),
        ({"alpha": math.inf}, "alpha = inf"),
        ({"alpha": -50.5}, "alpha = -50.5 must be between -50 and 50"),
        ({"banned": (5,)}, "0 to 4"),
        ({"banned": (-1,)}, "id -1"),
        ({"longest": [3]}, "1 maximum lengths for 2 rows"),
        ({"longest": [3, -1]}, "-1 must be at least 0"),
    ],
)
def test_arguments_that_do_not_fit(toy, options, message):
    options = {"longest": [3, 3]} | options
    with pytest.raises(ConfigError, match=message):
        search(toy(0, 2, 5), [0, 1], **options)


def test_nan_is_refused(toy):
    made = toy(0, 3, 5)
    made.logits[1, :, 2] = math.nan
    with pytest.raises(GlassformerError, match="the model gave NaN"):
        search(made, range(3), [5, 5, 5])
