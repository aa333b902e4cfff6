"""Dropout (§5.4): one function, and the one source of randomness that it draws from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from glassformer.tap import BoundTap, stepwise, unseen, untapped

# Masks are cut from 64-bit draws, four 15-bit numbers from each: the stock CPU generator is
# serial, and drawing a float for every element costs several times as much.
LEVELS = 1 << 15
INTEGERS = {2: torch.int16, 4: torch.int32, 8: torch.int64}  # by the bytes of a number


class Randomness:
    """A generator for each device, all from one seed; its state goes into checkpoints."""

    def __init__(self, seed: int = 0):
        self.seed = seed
        self.lent = False
        self._generators: dict[torch.device, torch.Generator] = {}

    def generator(self, device: torch.device) -> torch.Generator:
        """The generator of this device, made at first use."""
        if device not in self._generators:
            self._generators[device] = torch.Generator(device).manual_seed(self.seed)
        return self._generators[device]

    def reseed(self, seed: int) -> None:
        """Start anew from another seed."""
        self.seed = seed
        self._generators.clear()

    def get_state(self, device: torch.device) -> Tensor:
        """The state of this device's generator: uint8 [bytes]."""
        return self.generator(device).get_state()

    def set_state(self, device: torch.device, state: Tensor) -> None:
        """Continue from a state that ``get_state`` gave on the same kind of device."""
        self.generator(device).set_state(state)

    @contextmanager
    def lend(self, device: torch.device) -> Iterator[None]:
        """While inside, the device's own generator goes on from this one, and draws in its place.

        A GPU's kernels (dropout, attention with dropout, whatever is compiled) draw from that
        generator alone, each number from seed and position (Philox, Salmon et al. 2011). So all
        that is drawn is still this one stream, whose state goes into checkpoints. The numbers are
        others than outside.
        """
        common, own = default_generator(device), self.generator(device)
        before = common.get_state()
        common.set_state(own.get_state())
        self.lent = True
        try:
            yield
        finally:
            self.lent = False
            own.set_state(common.get_state())
            common.set_state(before)

    def __deepcopy__(self, memo: object) -> Randomness:
        """A copy of a model draws its own numbers; torch's generators cannot be copied."""
        return Randomness(self.seed)


def default_generator(device: torch.device) -> torch.Generator:
    """The generator that torch's own kernels draw from on this device."""
    if device.type == "cpu":
        return torch.default_generator
    index = torch.cuda.current_device() if device.index is None else device.index
    found: torch.Generator = torch.cuda.default_generators[index]
    return found


def keep_bits(shape: torch.Size, keep: int, generator: torch.Generator) -> Tensor:
    """Int16 [*shape] on the generator's device, each element -1 (all bits set) with probability
    keep / LEVELS, else 0."""
    count = shape.numel()
    words = torch.empty((count + 3) // 4, dtype=torch.int64, device=generator.device)
    words.random_(-(1 << 63), None, generator=generator)
    draws = words.view(torch.int16)[:count].view(shape).bitwise_and_(LEVELS - 1)
    return draws.sub_(keep).bitwise_right_shift_(15)  # the sign, in every bit


def dropout(
    x: Tensor,
    rate: float,
    randomness: Randomness | None,
    *,
    axes: str = "",
    tap: BoundTap = untapped,
) -> Tensor:
    """Set a share ``rate`` of x to zero and scale the rest so that the mean stays.

    The rate is rounded to a multiple of 1/32768, and the scale is that of the rounded rate.
    A rate of zero, or no randomness (evaluation), leaves x as it is. ``tap`` is shown which
    elements are kept, and what comes of it, with these axes. Where the randomness is lent to the
    device, its own kernel does it all, and the rate is not rounded.
    """
    if rate == 0.0 or randomness is None:
        return x
    if randomness.lent and not stepwise():
        return F.dropout(x, rate)
    keep = levels(rate)
    bits = unseen(keep_bits, x.shape, keep, randomness.generator(x.device))
    if not stepwise():
        dropped: Tensor = Dropped.apply(x, bits, LEVELS / keep)  # type: ignore[no-untyped-call]
        return dropped
    return tap("dropped", axes, x * tap("kept", axes, unseen(bits.bool)) * (LEVELS / keep))


def add_dropped(
    x: Tensor,
    change: Tensor,
    rate: float,
    randomness: Randomness | None,
    *,
    axes: str = "",
    tap: BoundTap = untapped,
) -> Tensor:
    """x + ``dropout`` of the change, of the same shape.

    Where a CPU learns and nobody observes, it is written over ``change``, which may be needed by
    nothing else. That is less work, and the memory of a tensor that is freed at once often stays
    with a hole too small for the next of its size.
    """
    if rate == 0.0 or randomness is None:
        return x + change
    if randomness.lent or stepwise() or x.dtype != change.dtype:
        return x + dropout(change, rate, randomness, axes=axes, tap=tap)
    keep = levels(rate)
    bits = keep_bits(x.shape, keep, randomness.generator(x.device))
    added: Tensor = AddDropped.apply(x, change, bits, LEVELS / keep)  # type: ignore[no-untyped-call]
    return added


def levels(rate: float) -> int:
    """How many of LEVELS stand for being kept: neither none nor all of them."""
    return min(max(round((1 - rate) * LEVELS), 1), LEVELS - 1)


class Dropped(torch.autograd.Function):
    """x · kept · scale, by an AND of bits in the place of a product with truth values, which a
    CPU converts one by one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, bits: Tensor, scale: float) -> Tensor:
        """x and its bits, of the same shape."""
        ctx.save_for_backward(bits.to(torch.int8))  # one byte a number until the backward pass
        ctx.scale = scale
        return choose(x, bits).mul_(scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """The gradient passes where the value did."""
        (bits,) = ctx.saved_tensors
        return choose(grad, bits).mul_(ctx.scale), None, None


class AddDropped(torch.autograd.Function):
    """x + change · kept · scale, in the place of the change."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, change: Tensor, bits: Tensor, scale: float) -> Tensor:
        """x, the change and its bits, all of the same shape.

        Written to by ``detach``: autograd still refuses a change that something else needs, but
        does not mind hooks on the module that it comes from.
        """
        ctx.save_for_backward(bits.to(torch.int8))
        ctx.scale = scale
        number, added = INTEGERS[change.element_size()], change.detach()
        added.view(number).bitwise_and_(bits.to(number))
        return added.mul_(scale).add_(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """To x all of it, to the change where it passed."""
        (bits,) = ctx.saved_tensors
        return grad, choose(grad, bits).mul_(ctx.scale), None, None


def choose(x: Tensor, bits: Tensor) -> Tensor:
    """x where the bits are set, 0 elsewhere."""
    number = INTEGERS[x.element_size()]
    return (x.contiguous().view(number) & bits.to(number)).view(x.dtype)
