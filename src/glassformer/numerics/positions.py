"""Positional encodings (§3.5) as tables of [length, d_model]."""

from __future__ import annotations

import torch
from torch import Tensor


def sinusoids(length: int, d_model: int) -> Tensor:
    """The paper's: PE(pos, 2i) = sin(pos / 10000^(2i/d_model)), PE(pos, 2i+1) = cos(the same)."""
    position = torch.arange(length, dtype=torch.float64)[:, None]
    exponent = torch.arange(0, d_model, 2, dtype=torch.float64) / d_model
    angle = position / 10000**exponent
    table = torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)
    return table[:, :d_model].float()


def sinusoids_concatenated(length: int, d_model: int) -> Tensor:
    """The reference implementation's: all sines, then all cosines, exponent i/(d_model/2 - 1)."""
    half = d_model // 2
    position = torch.arange(length, dtype=torch.float64)[:, None]
    exponent = torch.arange(half, dtype=torch.float64) / max(half - 1, 1)
    angle = position / 10000**exponent
    table = torch.cat((angle.sin(), angle.cos()), dim=-1)
    return torch.nn.functional.pad(table, (0, d_model - 2 * half)).float()


def sinusoids_halved(length: int, d_model: int) -> Tensor:
    """Marian's: the paper's numbers, all sines, then all cosines."""
    table = sinusoids(length, d_model)
    return torch.cat((table[:, 0::2], table[:, 1::2]), dim=-1)
