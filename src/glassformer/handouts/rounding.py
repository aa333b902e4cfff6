"""Parameters in few bits: each row of a matrix becomes whole numbers and one scale.

A scale has eleven bits that count, a level at most twelve, so that their product is exact in fp32:
a model can be run with precisely the parameters that are written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from glassformer.errors import RecordingError

FEWEST_BITS, MOST_BITS = 8, 12


@dataclass(frozen=True)
class Rounded:
    """``levels`` [rows, columns] int32 and ``scale`` [rows] fp32, of a parameter of ``shape``."""

    shape: tuple[int, ...]
    levels: Tensor
    scale: Tensor
    bits: int

    def value(self) -> Tensor:
        """The parameter: fp32."""
        return (self.levels * self.scale[:, None]).reshape(self.shape)

    def planes(self) -> dict[str, Tensor]:
        """The levels as a file has them: their upper eight bits, which compress, and each bit below
        in a row of its own, which does not."""
        extra, flat = self.bits - FEWEST_BITS, self.levels.flatten().numpy()
        high = torch.from_numpy((flat >> extra).astype(np.int8))
        planes = {"high": high, "scale": self.scale}
        if extra:
            rows = [np.packbits((flat >> bit) & 1) for bit in reversed(range(extra))]
            planes["low"] = torch.from_numpy(np.concatenate(rows).astype(np.uint8))
        return planes


def round_rows(value: Tensor, bits: int) -> Rounded:
    """A matrix, or what has more axes, in ``bits`` bits a number and a scale for each last row.

    Raises:
        RecordingError: it holds NaN or infinity.
    """
    assert FEWEST_BITS <= bits <= MOST_BITS and value.dim() >= 2, (bits, value.shape)
    rows = value.detach().cpu().float().reshape(-1, value.size(-1))
    if not bool(rows.isfinite().all()):
        raise RecordingError("these parameters hold NaN or infinity: they cannot be rounded")
    top = 2 ** (bits - 1) - 1
    scale = few_bits(rows.abs().amax(-1) / top)
    levels = (rows / scale.clamp_min(torch.finfo(torch.float32).tiny)[:, None]).round()
    return Rounded(tuple(value.shape), levels.clamp(-top, top).int(), scale, bits)


def few_bits(value: Tensor) -> Tensor:
    """The next number above with eleven bits that count."""
    fraction, power = torch.frexp(value)
    return torch.ldexp((fraction * 2**11).ceil() / 2**11, power)
