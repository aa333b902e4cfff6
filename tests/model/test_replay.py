"""Steps of decoding in fixed shapes, held against those that grow; recorded ones where a GPU is."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch

from glassformer.decoding import Hypothesis, beam_search, greedy
from glassformer.model import EncoderDecoder, Model
from glassformer.model.cache import WIDEST
from glassformer.model.replay import FEWEST, STEPS, Replayed, Shape, replays

Make = Callable[..., Model]
NEEDS_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
ROWS = 37


@pytest.fixture
def model(make: Make) -> EncoderDecoder:
    found = make(max_length=128)
    assert isinstance(found, EncoderDecoder)
    return found


@torch.inference_mode()
def written(body: Any, beam: int, device: str = "cpu") -> list[list[Hypothesis]]:
    """37 sentences of 1 to 13 tokens, which end after 1 to 73 tokens, never by an end token."""
    generator = torch.Generator().manual_seed(3)
    source = torch.randint(1, 31, (ROWS, 13), generator=generator)
    for row in range(ROWS):
        source[row, 1 + row % 13 :] = 0
    longest = [1 + 2 * (row * 7 % ROWS) for row in range(ROWS)]
    options: dict[str, Any] = {"rows": ROWS, "bos_id": 1, "eos_id": 2, "max_lengths": longest}
    state = body.start(source.to(device))
    if beam == 1:
        return [[one] for one in greedy(body.step, state, banned=(2,), **options)]
    return beam_search(body.step, state, beam=beam, n_best=beam, **options)


def assert_same(found: list[list[Hypothesis]], wanted: list[list[Hypothesis]]) -> None:
    for ours, theirs in zip(found, wanted, strict=True):
        assert [one.tokens for one in ours] == [one.tokens for one in theirs]
        assert [one.score for one in ours] == pytest.approx([one.score for one in theirs], abs=1e-4)


@pytest.mark.parametrize("beam", [1, 3])
def test_fixed_shapes_give_what_growing_ones_give(model: EncoderDecoder, beam: int) -> None:
    """Over more tokens than there is room for at first, while sentences leave."""
    body = Replayed(model)
    assert_same(written(body, beam), written(model, beam))
    shapes = set(body.frames)
    assert {shape.steps for shape in shapes} == {STEPS, 2 * STEPS, 4 * STEPS}
    assert {shape.groups for shape in shapes} == {64, 32, 16, FEWEST}
    assert {shape.width for shape in shapes} == {beam} and {s.columns for s in shapes} == {16}


def test_a_frame_is_used_again_and_by_one_at_a_time(model: EncoderDecoder) -> None:
    body = Replayed(model)
    once = written(body, 3)
    kept = {shape: list(frames) for shape, frames in body.frames.items()}
    assert written(body, 3) == once
    assert body.frames == kept  # nothing of the first decoding is left in them, none is new
    source = torch.arange(1, 14)[None].repeat(3, 1)
    with torch.inference_mode():
        states = [body.start(source) for _ in range(2)]
        for state in states:
            body.step(torch.ones(3, dtype=torch.int64), state)
    assert states[0].holder.frame is not states[1].holder.frame


def test_other_parameters_are_recorded_anew(model: EncoderDecoder) -> None:
    body = Replayed(model)
    written(body, 1)
    assert body.frames
    with torch.no_grad():
        model.output_matrix.mul_(-1)  # at the same address: what is recorded reads it
    assert_same(written(body, 1), written(model, 1))
    model.output_matrix.data = model.output_matrix.data.clone()
    with torch.inference_mode():
        body.start(torch.ones(3, 5, dtype=torch.int64))
    assert not body.frames


def test_where_steps_are_replayed(model: EncoderDecoder) -> None:
    with torch.inference_mode():
        assert replays(model, 4) is None  # there is no graph to record on a CPU
    vars(model)["replayed"] = Replayed(model)
    assert vars(deepcopy(model))["replayed"] is None


def test_rows_of_a_sentence_stay_together(model: EncoderDecoder) -> None:
    body = Replayed(model)
    with torch.inference_mode():
        state = body.start(torch.ones(3, 5, dtype=torch.int64)).select(torch.arange(6) // 2)
        _, state = body.step(torch.ones(6, dtype=torch.int64), state)
        with pytest.raises(AssertionError, match="stay together"):
            state.select(torch.tensor([0, 2, 1]))


@NEEDS_GPU
@pytest.mark.parametrize("beam", [1, 3])
def test_what_a_gpu_replays_is_what_it_runs(model: EncoderDecoder, beam: int) -> None:
    wanted = written(model, beam)
    model.to("cuda")
    with torch.inference_mode():
        body = replays(model, beam)
        assert body is replays(model, beam) and replays(model, WIDEST + 1) is None
    assert_same(written(body, beam, "cuda"), wanted)
    assert_same(written(body, beam, "cuda"), wanted)
    assert body is not None and all(isinstance(shape, Shape) for shape in body.frames)
