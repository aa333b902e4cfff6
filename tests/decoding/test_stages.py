from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.decoding import Narrowing, greedy, sample, stages
from glassformer.errors import ConfigError

START, END = 0, 1
NARROWINGS = st.builds(
    Narrowing,
    st.floats(0.1, 5.0),
    st.one_of(st.none(), st.integers(1, 60)),
    st.one_of(st.none(), st.floats(0.05, 1.0)),
)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9999), NARROWINGS, st.sampled_from([(), (0,), (0, 2)]), st.integers(1, 23))
def test_the_mass_is_one_at_the_beginning_and_at_the_end(seed, narrowing, banned, shown):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(53, generator=generator) * 3
    token = int(torch.randint(3, 53, (1,), generator=generator))
    found = stages(logits, token, narrowing, banned, shown)
    for which in ("plain", "probability"):
        mass = sum(getattr(option, which) for option in found.options)
        assert mass + getattr(found.rest, which) == pytest.approx(1, abs=1e-6)
    assert len(found.options) + found.rest.count == 53
    assert token in [option.id for option in found.options]
    kept = [option for option in found.options if option.kept]
    assert all(option.probability == 0 for option in found.options if option not in kept)
    assert not any(option.id in banned for option in kept)
    if len(kept) > 1:  # the stages follow from one another: e^scaled, over the sum
        ratio = math.exp(kept[1].scaled - kept[0].scaled)
        assert kept[1].probability / kept[0].probability == pytest.approx(ratio, rel=1e-4)
        between = (kept[1].logit - kept[0].logit) / narrowing.temperature
        assert kept[1].scaled - kept[0].scaled == pytest.approx(between, abs=1e-4)


def test_a_case_by_hand():
    logits = torch.tensor([1.0, 3.0, 2.0, 0.0]) * math.log(2)  # 2, 8, 4 and 1 of 15
    found = stages(logits, 2, Narrowing(temperature=0.5, top_k=2), banned=(0,), shown=3)
    assert [option.id for option in found.options] == [1, 2, 0]
    assert [option.plain for option in found.options] == pytest.approx([8 / 15, 4 / 15, 2 / 15])
    assert [option.kept for option in found.options] == [True, True, False]
    assert [option.probability for option in found.options] == pytest.approx([0.8, 0.2, 0])
    assert found.probability == pytest.approx(0.2)
    assert (found.rest.count, found.rest.plain) == (1, pytest.approx(1 / 15))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), NARROWINGS)
def test_the_journal_shows_what_sampling_did_and_changes_nothing(toy, seed, narrowing):
    made = toy(seed, 1, 29)
    seen = []

    def watch(logits, taken, state):
        seen.append(stages(logits[0], int(taken[0]), narrowing, (2,)))

    options = {
        "rows": 1, "bos_id": START, "eos_id": END, "max_lengths": [13], "banned": (2,),
        "temperature": narrowing.temperature, "top_k": narrowing.top_k, "top_p": narrowing.top_p,
    }  # fmt: skip

    def drawn(**more):
        generator = torch.Generator().manual_seed(7)
        (found,) = sample(made.step, made.start([0]), generator=generator, **options, **more)
        return found

    found = drawn(watch=watch)
    assert found == drawn()
    tokens = [*found.tokens, *([END] if found.finished else [])]
    assert [step.token for step in seen] == tokens
    assert all(step.probability > 0 for step in seen)
    plain = [next(o.plain for o in step.options if o.id == step.token) for step in seen]
    assert sum(map(math.log, plain)) == pytest.approx(found.log_probability, rel=1e-5)


def test_a_prefix_comes_first_with_the_models_own_probability(toy):
    made = toy(3, 1, 11)
    options = {"rows": 1, "bos_id": START, "eos_id": END, "max_lengths": [7]}
    (free,) = greedy(made.step, made.start([0]), **options)
    prefix = [token for token in (5, 6) if token not in free.tokens[:1]] or [7]
    (found,) = greedy(made.step, made.start([0]), prefix=prefix, **options)
    assert list(found.tokens[: len(prefix)]) == prefix
    total, said = 0.0, [*found.tokens, *([END] if found.finished else [])]
    for place, token in enumerate(said):
        after = made.next(0, said[:place])
        total += after[token]
        assert place < len(prefix) or token == max(range(11), key=lambda i: after[i])
    assert found.log_probability == pytest.approx(total, rel=1e-6)
    (ended,) = greedy(made.step, made.start([0]), prefix=[5, END], **options)
    assert ended.tokens == (5,)
    assert ended.finished
    with pytest.raises(ConfigError, match="may not be said"):
        greedy(made.step, made.start([0]), prefix=[5], banned=(5,), **options)
    with pytest.raises(ConfigError, match="begin with has the id 11"):
        greedy(made.step, made.start([0]), prefix=[11], **options)
