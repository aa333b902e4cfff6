"""How one value explains another that differs from it: the usual mistakes, tried one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import permutations

import torch
import torch.nn.functional as F
from torch import Tensor

from glassformer.inspection.attending import HIDDEN
from glassformer.inspection.tape import Entry, Tape

CLOSE = 2e-5  # relative to the largest: what two orders of sums make of one number
EPSILONS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-12)
MOST_PLACES = 512  # along an axis, whose order is looked for


def close(a: Tensor, b: Tensor) -> bool:
    """Whether two values of one shape are the same but for rounding."""
    if a.shape != b.shape or not torch.equal(a <= HIDDEN, b <= HIDDEN):
        return False
    a, b = uncovered(a.double()), uncovered(b.double())
    finite = a[a.isfinite()]
    scale = float(finite.abs().max()) if finite.numel() else 0.0
    return torch.allclose(a, b, rtol=0, atol=CLOSE * max(scale, 1e-12), equal_nan=True)


def uncovered(value: Tensor) -> Tensor:
    """The value with nothing where a mask hides, by whatever number."""
    return value.masked_fill(value <= HIDDEN, 0.0)


def arranged(a: Tensor, b: Tensor) -> Iterator[Tensor]:
    """``b`` with its axes in orders that give it the shape of ``a``, axes of one place aside."""
    a, b = a.squeeze(), b.squeeze()
    if a.shape == b.shape:
        yield b
    elif a.dim() == b.dim() <= 5 and sorted(a.shape) == sorted(b.shape):
        for order in permutations(range(b.dim())):
            if tuple(b.shape[i] for i in order) == a.shape:
                yield b.permute(order)


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two values are the same, the order of axes of different sizes aside."""
    return any(close(a.squeeze(), one) for one in arranged(a, b))


def explanation(mine: Tensor, ours: Tensor, masks: bool = True) -> str:
    """How ``mine`` comes from ``ours``, in words; empty if in none of the ways that are known.

    ``masks``: a mask is one of them. What a ReLU gives is no masked version of what it was given.
    """
    x = mine.detach().float().squeeze()
    for y in arranged(mine.detach().float(), ours.detach().float()):
        for look in LOOKS if masks else LOOKS[:-1]:
            found = look(x, y)
            if found:
                return found
    return ""


def factor(x: Tensor, y: Tensor) -> str:
    """A multiple, or the sign."""
    if x.numel() < 2 or not torch.equal(x <= HIDDEN, y <= HIDDEN):
        return ""
    x, y = uncovered(x), uncovered(y)
    square = float((y * y).sum())
    by = float((x * y).sum()) / square if square else 0.0
    if not by or not close(x, by * y):
        return ""
    if abs(by + 1) < 1e-4:
        return "the sign: mine is ours times -1"
    root = by * by if abs(by) > 1 else 1 / (by * by)
    named = ""
    if abs(root - round(root)) < 1e-3 * root and 1 < root < 5000:
        named = f" (√{round(root)})" if abs(by) > 1 else f" (1/√{round(root)})"
    return f"a factor: mine is ours times {by:.4g}{named}"


def transposed(x: Tensor, y: Tensor) -> str:
    """Two axes of one size in each other's place."""
    for i in range(x.dim()):
        for j in range(i + 1, x.dim()):
            if x.shape[i] == x.shape[j] and close(x, y.transpose(i, j)):
                return f"transpose: axes {i} and {j} of mine are {j} and {i} of ours"
    return ""


def permuted(x: Tensor, y: Tensor) -> str:
    """The places of one axis in another order: heads, for one."""
    for axis in range(x.dim()):
        size = x.size(axis)
        if not 2 <= size <= MOST_PLACES:
            continue
        rows, others = (uncovered(v).movedim(axis, 0).reshape(size, -1) for v in (x, y))
        order = torch.cdist(rows.double(), others.double()).argmin(1)
        moved = order.tolist() != list(range(size))
        if moved and len(set(order.tolist())) == size and close(rows, others[order]):
            return f"permuted heads: along axis {axis} mine has ours in the order {told(order)}"
    return ""


def told(order: Tensor) -> str:
    """An order in words: of whole blocks, where it keeps such together."""
    size = len(order)
    for block in range(size // 2, 0, -1):
        if size % block:
            continue
        heads = order.view(-1, block)
        if bool((heads - heads[:, :1] == torch.arange(block)).all()):
            return f"{(heads[:, 0] // block).tolist()}" + (f" of blocks of {block}" * (block > 1))
    return str(order.tolist())


def shifted(x: Tensor, y: Tensor) -> str:
    """The same some places further along an axis."""
    for axis in range(x.dim()):
        size = x.size(axis)
        for by in (1, -1, 2, -2):
            kept = size - abs(by)
            if kept < 2:
                continue
            here = x.narrow(axis, max(-by, 0), kept)
            varied = float(here.amax() - here.amin()) > 0
            if varied and close(here, y.narrow(axis, max(by, 0), kept)):
                return f"a shifted position: mine at i is ours at i {by:+d}, along axis {axis}"
    return ""


def masked(x: Tensor, y: Tensor) -> str:
    """Cells that one of the two hides, as scores or as weights."""
    for who, other, seen, hiding in (("mine", "ours", x, y), ("ours", "mine", y, x)):
        for hidden in (hiding <= HIDDEN, (hiding == 0) & (seen != 0)):
            count = int(hidden.sum())
            if not 0 < count < hidden.numel():
                continue
            left = seen.masked_fill(hidden, 0.0)
            weights = left / left.sum(-1, keepdim=True).clamp_min(1e-12)
            rest = hiding.masked_fill(hidden, 0.0)
            if close(left, rest) or close(weights, rest):
                return f"a missing mask: {who} shows {count:,} cells that {other} hides"
    return ""


LOOKS: tuple[Callable[[Tensor, Tensor], str], ...] = (
    factor, transposed, permuted, shifted, masked,
)  # fmt: skip


def epsilon(mine: Tensor, tape: Tape, ours: Entry) -> str:
    """Another ε in ours, a norm, that gives mine."""
    if ours.operator != "layer_norm" or not ours.inputs:
        return ""
    x, *learned = (tape.argument(source) for source in ours.inputs)
    given = [*ours.constants[0], *ours.constants[1].values()]
    own = next((one for one in reversed(given) if isinstance(one, float)), 1e-5)
    for gain, bias in ((*learned, None, None)[:2], (None, None)):
        for eps in EPSILONS:
            if math.isclose(eps, own):
                continue
            again = F.layer_norm(x.float(), x.shape[-1:], gain, bias, eps)
            if same(mine, again) and not same(mine, ours.value):
                return f"epsilon: mine is ours with {eps:g} in place of {own:g}"
    return ""
