"""Hypotheses that share a cache: what they see, what is kept once, what is moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from glassformer.model import DecoderOnly, EncoderDecoder, Model
from glassformer.model.cache import ROOM, WIDEST

Make = Callable[..., Model]


@pytest.fixture
def model(make: Make) -> EncoderDecoder:
    found = make()
    assert isinstance(found, EncoderDecoder)
    return found


@torch.inference_mode()
def test_hypotheses_see_their_own_ancestors_alone(
    model: EncoderDecoder, source: Tensor, target: Tensor
) -> None:
    """Beams of three: reordered, one sentence leaves, then each row by itself, then two a row."""
    generator = torch.Generator().manual_seed(7)
    rows = torch.arange(5).repeat_interleave(3)
    written = torch.empty(15, 0, dtype=torch.int64)
    state = model.start(source).select(rows)
    orders = {
        2: torch.tensor([1, 1, 0, 3, 5, 4, 8, 8, 8, 9, 11, 10, 14, 12, 13]),
        4: torch.tensor([2, 0, 0, 6, 7, 8, 12, 13, 13]),
        6: torch.tensor([5, 0, 3]),
        8: torch.tensor([2, 2, 1, 1, 0, 0]),
    }
    for i in range(11):
        tokens = torch.randint(1, 31, (len(rows),), generator=generator)
        written = torch.cat((written, tokens[:, None]), 1)
        logits, state = model.step(tokens, state)
        full = model.logits(model(source[rows], written))[:, -1]
        assert (logits - full).abs().max() < 1e-5
        if i in orders:
            state = state.select(orders[i])
            rows, written = rows[orders[i]], written[orders[i]]
    assert state.length == 11


@torch.inference_mode()
def test_the_source_is_kept_once_and_own_tokens_as_the_formula_says(
    model: EncoderDecoder, source: Tensor
) -> None:
    alone, state = model.start(source), model.start(source).select(torch.arange(20) // 4)
    _, alone = model.step(torch.ones(5, dtype=torch.int64), alone)
    for _ in range(7):
        _, state = model.step(torch.ones(20, dtype=torch.int64), state)
    own, cross = state.numbers
    assert own == 3 * 20 * 7 * 2 * (5 + 7)  # layers, rows, tokens, heads, d_k + d_v
    assert cross == alone.numbers[1] == 3 * 5 * 11 * 2 * (5 + 7)


@torch.inference_mode()
def test_reordering_hypotheses_moves_no_keys(model: EncoderDecoder, source: Tensor) -> None:
    state = model.start(source).select(torch.arange(20) // 4)
    _, state = model.step(torch.ones(20, dtype=torch.int64), state)
    held = [part.data_ptr() for cache in state.caches for part in cache.own.room or ()]
    state = state.select(torch.arange(20) // 4 * 4 + torch.arange(20).flip(0) % 4)
    _, state = model.step(torch.ones(20, dtype=torch.int64), state)
    assert [p.data_ptr() for cache in state.caches for p in cache.own.room or ()] == held
    state = state.select(torch.arange(16))
    assert state.caches[0].own.room is not None and state.caches[0].own.room[0].size(0) == 4


@torch.inference_mode()
def test_room_grows_and_nothing_is_lost(make: Make) -> None:
    model = make(family="decoder-only")
    assert isinstance(model, DecoderOnly)
    tokens = torch.randint(1, 31, (3, 2 * ROOM + 7), generator=torch.Generator().manual_seed(5))
    full, state = model.logits(model(tokens)), model.start()
    for i in range(tokens.size(1)):
        logits, state = model.step(tokens[:, i], state)
        assert (logits - full[:, i]).abs().max() < 1e-5
    room = state.caches[0].own.room
    assert room is not None and room[0].size(2) == 4 * ROOM


def test_a_gradient_goes_through_the_cache(model: EncoderDecoder, source: Tensor) -> None:
    state = model.start(source)
    for _ in range(3):
        logits, state = model.step(torch.ones(5, dtype=torch.int64), state)
    logits.sum().backward()
    assert all(p.grad is not None for p in model.decoder.parameters())


@torch.inference_mode()
def test_very_many_hypotheses_of_a_sentence_stand_apart(
    model: EncoderDecoder, source: Tensor
) -> None:
    state = model.start(source).select(torch.zeros(WIDEST + 1, dtype=torch.int64))
    assert state.width == 1
    logits, state = model.step(torch.arange(WIDEST + 1) + 1, state)
    full = model.logits(model(source[:1].expand(17, -1), torch.arange(17)[:, None] + 1))[:, -1]
    assert (logits - full).abs().max() < 1e-5
    assert len(state.select(torch.tensor([], dtype=torch.int64)).caches) == 3
