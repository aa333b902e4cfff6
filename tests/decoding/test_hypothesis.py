"""The scores of a step, and the memory that they are written into."""

from __future__ import annotations

import torch

from glassformer.decoding.hypothesis import NEVER, Room, log_probabilities


def test_a_room_is_used_again_and_logits_stay_as_they_are() -> None:
    chance = torch.Generator().manual_seed(1)
    logits, others = torch.randn(7, 11, generator=chance), torch.randn(5, 11, generator=chance)
    before, room = logits.clone(), Room()
    scores = log_probabilities(logits, [3], room)
    expected = before.log_softmax(-1)
    expected[:, 3] = NEVER
    assert torch.equal(logits, before) and torch.equal(scores, expected)
    later = log_probabilities(others.double(), [], room)
    assert later.data_ptr() == scores.data_ptr() and later.dtype == torch.float32
    assert torch.equal(later, others.log_softmax(-1))
    apart = log_probabilities(logits, [3])
    assert torch.equal(apart, expected) and apart.data_ptr() != scores.data_ptr()
