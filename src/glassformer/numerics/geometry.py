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


def ways(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Each pair's way from before to after, and the common way of all the others, at length 1.

    So no pair is measured against itself. A single pair has but its own way.

    Args:
        before, after: [pair, d].

    Returns:
        both [pair, d].
    """
    own = after.double() - before.double()
    others = own.sum(0) - own if len(own) > 1 else own
    return own, unit(others)


def agreement(before: Tensor, after: Tensor) -> Tensor:
    """The cosine of each pair's way with that of the others: [pair]. Vectors at random agree to
    0 ± d^-0.5."""
    own, others = ways(before, after)
    return (unit(own) * others).sum(-1)


def along(before: Tensor, after: Tensor) -> Tensor:
    """How far along the others' way both words of each pair lie, 0 at the middle of them all:
    [pair, 2]."""
    _, others = ways(before, after)
    both = torch.stack((before.double(), after.double()), 1)
    return ((both - both.mean((0, 1))) * others[:, None]).sum(-1)


def value_map(value: Tensor, output: Tensor) -> Tensor:
    """The singular values, largest first, of one head's W^V W^O as a single map of the stream.

    Args:
        value: [d_v, d_model], the head's rows of the value matrix as ``nn.Linear`` keeps it.
        output: [d_model, d_v], its columns of the output matrix.

    Returns:
        [d_model]; no more than d_v of them can be above 0.
    """
    return torch.linalg.svdvals(output.double() @ value.double())
