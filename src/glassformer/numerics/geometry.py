"""The geometry of learned vectors: where a table's rows lie, what is near, which way words differ.

All in fp64, whatever the table is in.
"""

from __future__ import annotations

import torch
from torch import Tensor


def principal_axes(table: Tensor, count: int = 2) -> tuple[Tensor, Tensor]:
    """The directions along which the rows [row, d] vary most, and their shares of the variance.

    An axis has no sign of its own: here its largest component is positive.

    Returns:
        axes [d, count] of length 1, at right angles to each other; shares [count], of 1.
    """
    centred = table.double() - table.double().mean(0)
    values, vectors = torch.linalg.eigh(centred.T @ centred)  # rising
    axes = vectors.flip(1)[:, :count]
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    spread = values.clamp(min=0)
    return axes * largest.sign(), spread.flip(0)[:count] / spread.sum().clamp(min=1e-300)


def project(table: Tensor, axes: Tensor) -> Tensor:
    """Rows [row, d] on axes [d, axis], about the rows' own mean: [row, axis]."""
    centred = table.double() - table.double().mean(0)
    return centred @ axes


def likeness(table: Tensor, vector: Tensor) -> tuple[Tensor, Tensor]:
    """The cosine and the dot product of each row [row, d] with a vector [d]; a row of zeros has
    the cosine 0."""
    rows, one = table.double(), vector.double()
    dots = rows @ one
    lengths = rows.norm(dim=1) * one.norm()
    return torch.where(lengths > 0, dots / lengths.clamp(min=1e-300), 0.0), dots


def unit(vectors: Tensor) -> Tensor:
    """The same directions [..., d] at length 1; zeros stay."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=1e-300)


def common_direction(before: Tensor, after: Tensor) -> Tensor:
    """The mean way from before [pair, d] to after [pair, d], at length 1: [d]."""
    return unit((after.double() - before.double()).mean(0))


def agreement(before: Tensor, after: Tensor) -> Tensor | None:
    """For each pair [pair, d] the cosine of its way with the common way of all the others.

    A pair is never compared with itself, so that vectors at random agree to 0 ± d^-0.5. None of
    a single pair.
    """
    ways = after.double() - before.double()
    if len(ways) < 2:
        return None
    others = ways.sum(0) - ways
    return (unit(ways) * unit(others)).sum(-1)


def value_map(value: Tensor, output: Tensor) -> Tensor:
    """The singular values, largest first, of one head's W^V W^O as a single map of the stream.

    Args:
        value: [d_v, d_model], the head's rows of the value matrix as ``nn.Linear`` keeps it.
        output: [d_model, d_v], its columns of the output matrix.

    Returns:
        [d_model]; no more than d_v of them can be above 0.
    """
    return torch.linalg.svdvals(output.double() @ value.double())
