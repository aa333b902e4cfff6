"""Sinusoids against their formulas, element by element."""

from __future__ import annotations

import math

import pytest
import torch

from glassformer.numerics.positions import sinusoids, sinusoids_concatenated


@pytest.mark.parametrize("d_model", [2, 7, 16, 22])
def test_the_papers(d_model: int) -> None:
    table = sinusoids(53, d_model)
    assert table.shape == (53, d_model)
    for position in (0, 1, 17, 52):
        for j in range(d_model):
            angle = position / 10000 ** (2 * (j // 2) / d_model)
            expected = math.cos(angle) if j % 2 else math.sin(angle)
            assert float(table[position, j]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("d_model", [2, 7, 16, 22])
def test_the_references(d_model: int) -> None:
    table = sinusoids_concatenated(53, d_model)
    half = d_model // 2
    for position in (0, 1, 17, 52):
        for i in range(half):
            angle = position / 10000 ** (i / max(half - 1, 1))
            assert float(table[position, i]) == pytest.approx(math.sin(angle), abs=1e-6)
            assert float(table[position, half + i]) == pytest.approx(math.cos(angle), abs=1e-6)
    assert table.shape == (53, d_model)
    assert (table[:, 2 * half :] == 0).all()


def test_a_shift_is_a_rotation() -> None:
    """§3.5: PE(pos + k) is a linear function of PE(pos), the same at every position."""
    table, k, d = sinusoids(97, 6).double(), 11, 6
    for pair in range(3):
        angle = k / 10000 ** (2 * pair / d)
        turn = torch.tensor(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]],
            dtype=torch.float64,
        )
        part = table[:, 2 * pair : 2 * pair + 2]
        assert torch.allclose(part[k:], part[:-k] @ turn.T, atol=1e-6)
