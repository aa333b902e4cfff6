"""Linear maps and layer normalisation, each with a second body for a CPU that learns in fp32.

On processors for which torch's own products are not made, oneDNN's take less time; and what a norm
read need not be kept for the backward pass, for it is known from what came out. Whatever is
observed, decoded or in another number format runs by torch's bodies.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from glassformer.tap import stepwise

MUCH = 2**24  # multiplications, below which oneDNN takes longer to begin than it saves
LARGE = 2**20  # numbers, from which on their memory is worth a pass more
FARTHEST = 16.0  # how many times more exactly a norm's input must be known than its output


def learns_in_fp32(x: Tensor) -> bool:
    """Whether a CPU computes on this with gradients to come, and nobody observes."""
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and torch.is_grad_enabled()
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and not stepwise()
    )


class Linear(nn.Linear):
    """xW + b; W is kept [out, in]."""

    def forward(self, x: Tensor) -> Tensor:
        """[…, in] -> […, out]."""
        if (
            learns_in_fp32(x)
            and x.numel() * self.out_features > MUCH
            and torch.backends.mkldnn.is_available()
        ):
            product: Tensor = ByOneDNN.apply(x, self.weight, self.bias)  # type: ignore[no-untyped-call]
            return product
        return super().forward(x)


class LayerNorm(nn.LayerNorm):
    """Gain · (x - mean) / √(variance + ε) + shift, over the last axis (Ba et al. 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        """[…, d_model] -> the same shape."""
        if learns_in_fp32(x) and x.numel() > LARGE and invertible(self.weight, self.bias):
            out: Tensor = FromOutput.apply(x, self.weight, self.bias, self.eps)  # type: ignore[no-untyped-call]
            return out
        return super().forward(x)


def invertible(gain: Tensor, shift: Tensor) -> bool:
    """Whether (out - shift) / gain is exact enough: no gain is 0, or small beside its shift."""
    return bool(((shift.detach().abs() + 1) / gain.detach().abs()).amax() <= FARTHEST)


class ByOneDNN(torch.autograd.Function):
    """xW + b by oneDNN, and the gradient of x; the one of W is torch's, which is as quick."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """x […, in], weight [out, in], bias [out] -> […, out]."""
        rows = x.flatten(0, -2)
        ctx.shape = x.shape
        ctx.save_for_backward(rows, weight)
        return product(rows, weight, bias).view(*x.shape[:-1], -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of x, the weight and the bias, where they are wanted."""
        rows, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        grad = grad.reshape(-1, grad.size(-1))
        return (
            product(grad, weight.t()).view(ctx.shape) if of_x else None,
            grad.t() @ rows if of_weight else None,
            grad.sum(0) if of_bias else None,
        )


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x [row, in], weight [out, in] -> [row, out]."""
    found: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return found


class FromOutput(torch.autograd.Function):
    """Layer normalisation whose gradient asks for what came out and not for what went in.

    What came out is kept in any case, by the product that reads it. That, shift and gain taken off,
    is x̂, the normalised input; the gradient of the input is that of x̂ over its deviation.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: Tensor, shift: Tensor, epsilon: float) -> Tensor:
        """x […, d_model], gain and shift [d_model] -> the shape of x."""
        out, _, inverse_deviation = torch.native_layer_norm(x, gain.shape, gain, shift, epsilon)
        ctx.save_for_backward(out, gain, shift, inverse_deviation)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The gradients of x, the gain and the shift."""
        out, gain, shift, inverse_deviation = ctx.saved_tensors
        normalised = torch.addcmul(-shift / gain, out, 1 / gain)
        of_normalised, of_gain, of_shift = torch.ops.aten.native_layer_norm_backward(
            grad, normalised, gain.shape, torch.zeros_like(inverse_deviation),
            torch.ones_like(inverse_deviation), gain, shift, [True, True, True],
        )  # fmt: skip
        return of_normalised.mul_(inverse_deviation), of_gain, of_shift, None
