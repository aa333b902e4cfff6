"""What pushes a choice, held against cutting for real."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import glassformer as gf
from glassformer.errors import RecordingError
from glassformer.inspection.push import pushes

SENTENCE = "the girl sleeps"


def margin(tape: gf.Tape, row: int, written: int, against: int) -> float:
    logits = tape["logits"][0, row]
    return float(logits[written] - logits[against])


@pytest.mark.parametrize("stack", ["encoder.0.self", "decoder.1.self", "decoder.0.cross"])
def test_a_push_is_the_slope_of_scaling_a_share(tiny_model: gf.LoadedModel, stack: str) -> None:
    path, row, head, query, key = f"{stack}_attention.weights", 1, 1, 1, 0
    tape = tiny_model.trace(SENTENCE, "la fille dort")
    found = pushes(tape, row)
    assert found.margin == pytest.approx(margin(tape, row, found.written, found.against))
    step = 0.05

    def scaled(by: float) -> float:
        def patch(at: str, axes: str, value: Tensor) -> Tensor:
            if at != path:
                return value
            changed = value.clone()
            changed[0, head, query, key] *= by
            return changed

        tape = tiny_model.trace(SENTENCE, "la fille dort", patch=patch)
        return margin(tape, row, found.written, found.against)

    slope = (scaled(1 + step) - scaled(1 - step)) / (2 * step)
    assert float(found.shares[path][head, query, key]) == pytest.approx(slope, rel=0.02, abs=1e-4)


def test_what_is_written_later_pushes_nothing(tiny_model: gf.LoadedModel) -> None:
    tape = tiny_model.trace(SENTENCE, "la fille dort")
    found = pushes(tape, 1)
    assert all(not push[:, 2:].any() for path, push in found.shares.items() if "decoder" in path)
    assert found.shares["encoder.0.self_attention.weights"].any()


def test_the_strongest_come_first_and_in_favour(tiny_model: gf.LoadedModel) -> None:
    found = pushes(tiny_model.trace(SENTENCE, "la fille dort"), 0)
    strongest = found.strongest(7)
    values = [push for *_, push in strongest]
    assert len(values) == 7 and values == sorted(values, reverse=True) and values[-1] > 0
    path, head, query, key, push = strongest[0]
    assert float(found.shares[path][head, query, key]) == pytest.approx(push)
    assert push == pytest.approx(max(float(p.max()) for p in found.shares.values()))


def test_the_written_token_need_not_be_the_likeliest(tiny_model: gf.LoadedModel) -> None:
    tape = tiny_model.trace(SENTENCE, "la fille dort")
    likeliest = pushes(tape, 2)
    found = pushes(tape, 2, written=likeliest.against)
    assert found.against == likeliest.written
    assert found.margin == pytest.approx(-likeliest.margin)


def test_a_recording_keeps_its_values(tiny_model: gf.LoadedModel) -> None:
    tape = tiny_model.trace(SENTENCE, "la fille dort")
    before = {entry.path: entry.value.clone() for entry in tape}
    pushes(tape, 1)
    assert all(torch.equal(before[entry.path], entry.value) for entry in tape)
    assert all(parameter.grad is None for parameter in tiny_model.model.parameters())


def test_a_place_that_is_not_there_is_named(tiny_model: gf.LoadedModel) -> None:
    tape = tiny_model.trace(SENTENCE, "la fille dort")
    with pytest.raises(RecordingError, match="4 positions, not at 4"):
        pushes(tape, 4)
