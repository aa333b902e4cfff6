"""Lesson 8: residual and norm."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, Parts, config, drawn, filled, taken
from glassformer.model import residual as reference
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 8. Residual and norm
#
# *The paper: §3.1, "Add & Norm" in Figure 1. Live: `glassformer explore`, open a layer, and "Other
# builds" for the two placements.*
#
# Each **sub-layer** (an attention, or a feed-forward) does not replace a vector: it adds a change
# to it. So there is a straight way from the first layer to the last, on which a gradient comes back
# undiminished.
#
# What is added up would grow from layer to layer. A **layer norm** brings each vector back to mean
# 0 and variance 1, over its d_model numbers, then stretches and moves each number by a gain g and a
# bias b that are learned. ε, here 10⁻⁶, keeps a vector of equal numbers from being divided by 0.
#
#     LayerNorm(x) = g · (x − mean) / √(variance + ε) + b
#
# The variance is the mean of the squared distances from the mean: divided by d_model, not by
# d_model − 1.
#
# There are two places for the norm. The paper has it after the sum; many later models, and the one
# that this package carries, have it before the sub-layer, which trains more easily:
#
#     after  (PostNorm):   LayerNorm(x + Sublayer(x))
#     before (PreNorm):    x + Sublayer(LayerNorm(x))
#
# ## Your task
#
# Write the norm by its formula (not by nn.LayerNorm), and both placements. A sub-layer is given as
# a function.
# %%
from collections.abc import Callable

import torch
from torch import Tensor, nn


# %%
class LayerNorm(nn.Module):
    """Mean 0 and variance 1 over the last axis, then gain and bias."""

    def __init__(self, d_model: int, epsilon: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))  # the gain
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        # TODO 1. The mean of each vector, its axis kept so that it can be subtracted.
        mean = x.mean(-1, keepdim=True)
        # TODO 2. The variance of each: the mean of the squared distances from the mean.
        variance = ((x - mean) ** 2).mean(-1, keepdim=True)
        # TODO 3. The formula.
        return self.weight * (x - mean) / (variance + self.epsilon).sqrt() + self.bias


# %%
class PostNorm(nn.Module):
    """The paper's placement: the norm comes after the sum."""

    def __init__(self, d_model: int):
        super().__init__()
        self.norm = LayerNorm(d_model)

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        # TODO Add what the sub-layer makes of x to x, then normalise.
        return self.norm(x + sublayer(x))


# %%
class PreNorm(nn.Module):
    """The later placement: the norm comes before the sub-layer; x itself is never normalised."""

    def __init__(self, d_model: int):
        super().__init__()
        self.norm = LayerNorm(d_model)

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        # TODO Add what the sub-layer makes of the normalised x to x.
        return x + sublayer(self.norm(x))


# %%
if __name__ == "__main__":  # try it: python lesson_08_residual.py
    torch.manual_seed(0)
    x = 5 * torch.randn(1, 2, 8) + 3
    for name, y in (("before", x), ("after", LayerNorm(8)(x))):
        print(f"{name:<7} mean {y[0, 0].mean():6.3f}   deviation {y[0, 0].std(correction=0):6.3f}")


# %% checks
SIZES = {"batch": 2, "position": 5, "d_model": 7}


def cases() -> Iterator[Case]:
    """The norm, on vectors large and small, and both placements."""
    batch, positions, width = SIZES.values()
    sizes, axes = config(d_model=width, n_heads=1), "batch position d_model"
    ours = {
        kind: filled(reference.RESIDUALS[kind](sizes, Randomness())) for kind in ("post", "pre")
    }
    x, matrix = drawn(batch, positions, width, seed=1) + 1, drawn(width, width, seed=2)
    faint = drawn(batch, positions, width, seed=3, scale=2e-3)
    norm = ours["post"].norm

    def normed(parts: Parts, x: Tensor) -> Tensor:
        result: Tensor = taken(parts.LayerNorm(width), norm)(x)
        return result

    def sublayer(x: Tensor) -> Tensor:
        return x @ matrix

    yield Case("LayerNorm", lambda parts: normed(parts, x), lambda: norm(x), axes, [x])
    yield Case(
        "LayerNorm: of small numbers, where ε counts",
        lambda parts: normed(parts, faint),
        lambda: norm(faint),
        axes,
        [faint],
    )
    for name, kind in (("PostNorm", "post"), ("PreNorm", "pre")):

        def run(parts: Parts, name: str = name, kind: str = kind) -> Tensor:
            result: Tensor = taken(getattr(parts, name)(width), ours[kind])(x, sublayer)
            return result

        def wanted(kind: str = kind) -> Tensor:
            result: Tensor = ours[kind](x, sublayer)
            return result

        yield Case(name, run, wanted, axes, [x])


MEAN, SQUARES = "x.mean(-1, keepdim=True)", "((x - mean) ** 2).mean(-1, keepdim=True)"
FORMULA = "self.weight * (x - mean) / (variance + self.epsilon).sqrt() + self.bias"
POST, PRE = "self.norm(x + sublayer(x))", "x + sublayer(self.norm(x))"
MISTAKES = (
    Mistake(
        "the variance is divided by d_model − 1, as .var() and .std() do by themselves; here by "
        "d_model: correction=0",
        {SQUARES: "x.var(-1, keepdim=True)"},
    ),
    Mistake(
        "ε is added to the deviation, after the root; it belongs under the root, to the variance",
        {
            FORMULA: FORMULA.replace(
                "(variance + self.epsilon).sqrt()", "(variance.sqrt() + self.epsilon)"
            )
        },
    ),
    Mistake(
        "ε is added after the root, and the variance is divided by d_model − 1: .std() does the "
        "latter by itself",
        {
            SQUARES: "x.var(-1, keepdim=True)",
            FORMULA: FORMULA.replace(
                "(variance + self.epsilon).sqrt()", "(variance.sqrt() + self.epsilon)"
            ),
        },
    ),
    Mistake(
        "ε is 10⁻⁵, torch's own; here it is 10⁻⁶, self.epsilon",
        {"variance + self.epsilon": "variance + 1e-5"},
    ),
    Mistake("ε is missing", {"variance + self.epsilon": "variance"}),
    Mistake(
        "the root is missing: it is divided by the variance itself",
        {"(variance + self.epsilon).sqrt()": "(variance + self.epsilon)"},
    ),
    Mistake("the mean is not subtracted", {FORMULA: FORMULA.replace("(x - mean)", "x")}),
    Mistake(
        "the gain is forgotten: self.weight multiplies",
        {FORMULA: FORMULA.replace("self.weight * ", "")},
    ),
    Mistake(
        "the bias is forgotten: self.bias is added last",
        {FORMULA: FORMULA.replace(" + self.bias", "")},
    ),
    Mistake(
        "gain and bias are forgotten", {FORMULA: "(x - mean) / (variance + self.epsilon).sqrt()"}
    ),
    Mistake(
        "the bias is added before the gain multiplies",
        {FORMULA: "self.weight * ((x - mean) / (variance + self.epsilon).sqrt() + self.bias)"},
    ),
    Mistake(
        "it is divided by nothing: the deviation is missing",
        {FORMULA: "self.weight * (x - mean) + self.bias"},
    ),
    Mistake(
        "mean and variance are taken along the positions; each vector has its own, along the "
        "last axis",
        {MEAN: "x.mean(1, keepdim=True)", SQUARES: SQUARES.replace("mean(-1", "mean(1")},
    ),
    Mistake(
        "mean and variance are taken along the examples; each vector has its own, along the last"
        " axis",
        {MEAN: "x.mean(0, keepdim=True)", SQUARES: SQUARES.replace("mean(-1", "mean(0")},
    ),
    Mistake(
        "mean and variance are of a whole sentence; each vector has its own, along the last axis"
        " alone",
        {MEAN: "x.mean((1, 2), keepdim=True)", SQUARES: SQUARES.replace("mean(-1", "mean((1, 2)")},
    ),
    Mistake(
        "mean and variance are of all numbers together; each vector has its own, along the last "
        "axis",
        {MEAN: "x.mean()", SQUARES: "((x - mean) ** 2).mean()"},
    ),
    Mistake(
        "the axis of the mean is gone, so that it does not fit x: keepdim=True keeps it with "
        "size 1",
        {MEAN: "x.mean(-1)"},
    ),
    Mistake(
        "PostNorm: x is not added, so there is no residual connection",
        {POST: "self.norm(sublayer(x))"},
    ),
    Mistake(
        "PostNorm: x is normalised before it is added; the norm is of the sum",
        {POST: "self.norm(x) + sublayer(x)"},
    ),
    Mistake(
        "PostNorm: only the change is normalised; the norm is of the sum",
        {POST: "x + self.norm(sublayer(x))"},
    ),
    Mistake(
        "PostNorm: the norm comes before the sub-layer; that is PreNorm",
        {POST: "x + sublayer(self.norm(x)) "},
    ),
    Mistake("PostNorm: the norm is missing", {POST: "x + sublayer(x)"}),
    Mistake(
        "PreNorm: x is not added, so there is no residual connection",
        {PRE: "sublayer(self.norm(x))"},
    ),
    Mistake(
        "PreNorm: what is added to is the normalised x; the straight way is x itself",
        {PRE: "self.norm(x) + sublayer(self.norm(x))"},
    ),
    Mistake(
        "PreNorm: the norm comes after the sum; that is PostNorm",
        {PRE: "self.norm(x + sublayer(x)) "},
    ),
    Mistake("PreNorm: the norm is missing", {PRE: "x + sublayer(x)"}),
    Mistake(
        "PreNorm: the norm comes after the sub-layer; it comes before",
        {PRE: "x + self.norm(sublayer(x))"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "LayerNorm: x.mean(-1, keepdim=True) is [batch, position, 1]: it can be subtracted from x.",
        "LayerNorm: ((x - mean) ** 2).mean(-1, keepdim=True) is the variance. ε goes under the "
        "root with it.",
        "PostNorm, PreNorm: a sub-layer is called like a function: sublayer(x). PostNorm "
        "normalises last, PreNorm what the sub-layer reads.",
    ),
)
