"""Lesson 10: the decoder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from glassformer.learn.exam import Case, Exam, Mistake, Parts, config, drawn, filled, taken
from glassformer.model.layers import CrossLayer
from glassformer.model.stacks import Decoder as Ours
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 10. The decoder
#
# *The paper: §3.1 and §3.2.3, the right half of Figure 1. Live: `glassformer explore`, the
# network's right half.*
#
# A layer of the decoder has three sub-layers: self-attention among the words that are written, each
# of which sees itself and those before it; **cross-attention**, in which the written words ask and
# the encoder's memory answers; and the feed-forward. Every layer reads the same memory, what the
# top of the encoder gave.
#
#     x  ->  [self-attention, causal]  ->  [cross-attention to the memory]  ->  [feed-forward]
#
# So there are two masks: `mask` is the causal one, for the self-attention; `memory_mask` hides the
# padding of the source, for the cross-attention.
#
# ## Your task
#
# Write a layer's `forward`, then the stack.
# %%
from torch import Tensor, nn

from glassformer.learn.lessons.feedforward import FeedForward
from glassformer.learn.lessons.heads import MultiHeadAttention
from glassformer.learn.lessons.residual import PostNorm, PreNorm


# %%
class DecoderLayer(nn.Module):
    """Self-attention, cross-attention, feed-forward, each inside a residual connection."""

    def __init__(self, d_model: int, d_ff: int, n_heads: int, residual: type[nn.Module] = PostNorm):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.after_self = residual(d_model)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.after_cross = residual(d_model)
        self.feedforward = FeedForward(d_model, d_ff)
        self.after_feedforward = residual(d_model)

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor, memory_mask: Tensor | None
    ) -> Tensor:
        """x [batch, target, d_model], memory [batch, source, d_model] -> the shape of x."""
        # TODO 1. Self-attention, with its mask, inside self.after_self.
        x = self.after_self(x, lambda y: self.self_attention(y, y, mask))
        # TODO 2. Cross-attention: x asks, the memory answers; inside self.after_cross.
        x = self.after_cross(x, lambda y: self.cross_attention(y, memory, memory_mask))
        # TODO 3. Feed-forward, inside self.after_feedforward.
        return self.after_feedforward(x, self.feedforward)


# %%
class Decoder(nn.ModuleList):
    """N layers, which all read the same memory."""

    def __init__(
        self,
        n_layers: int,
        d_model: int,
        d_ff: int,
        n_heads: int,
        residual: type[nn.Module] = PostNorm,
    ):
        super().__init__(DecoderLayer(d_model, d_ff, n_heads, residual) for _ in range(n_layers))

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor, memory_mask: Tensor | None
    ) -> Tensor:
        """x [batch, target, d_model], memory [batch, source, d_model] -> the shape of x."""
        # TODO Each layer reads what the one before it gave, and the memory as it is.
        for layer in self:
            x = layer(x, mask, memory, memory_mask)
        return x


# %%
if __name__ == "__main__":  # try it: python lesson_10_decoder.py
    import torch

    torch.manual_seed(0)
    stack = Decoder(n_layers=2, d_model=16, d_ff=64, n_heads=4, residual=PreNorm)
    written, memory = torch.randn(1, 3, 16), torch.randn(1, 5, 16)
    print("3 words written, 5 read:", list(stack(written, None, memory, None).shape))


# %% checks
SIZES = {
    "batch": 2, "target": 5, "source": 7, "d_k": 11, "head": 3, "d_ff": 13, "d_model": 33,
    "layers": 3,
}  # fmt: skip


def cases() -> Iterator[Case]:
    """A layer and a stack, with the norm at both places."""
    import torch

    batch, targets, sources, _, heads, wide, d_model, layers = SIZES.values()
    x, memory = drawn(batch, targets, d_model, seed=1), drawn(batch, sources, d_model, seed=2)
    mask = torch.ones(targets, targets, dtype=torch.bool).tril()
    memory_mask = (torch.arange(sources) < torch.tensor([[4], [7]]))[:, None, None]
    plain, given = [x, mask, memory], [x, mask, memory, memory_mask]
    sizes = {"d_model": d_model, "n_heads": heads, "d_ff": wide, "n_layers": layers}
    kinds = (("post", PostNorm), ("pre", PreNorm))
    for (norm, residual), whole, padded in product(kinds, (False, True), (False, True)):
        if whole and not padded:
            continue
        chosen = config(**sizes, norm=norm)
        ours = filled((Ours if whole else CrossLayer)(chosen, Randomness()))

        def run(
            parts: Parts,
            residual: type = residual,
            whole: bool = whole,
            ours: nn.Module = ours,
            last: Tensor | None = memory_mask if padded else None,
        ) -> Tensor:
            mine = (
                parts.Decoder(layers, d_model, wide, heads, residual) if whole
                else parts.DecoderLayer(d_model, wide, heads, residual)
            )  # fmt: skip
            result: Tensor = taken(mine, ours)(x, mask, memory, last)
            return result

        def wanted(
            ours: nn.Module = ours, last: Tensor | None = memory_mask if padded else None
        ) -> Tensor:
            result: Tensor = ours(x, mask, memory, last)
            return result

        says = f"{f'Decoder, {layers} layers' if whole else 'DecoderLayer'}, {residual.__name__}"
        says += "" if padded else ", no padding in the source"
        yield Case(says, run, wanted, "batch target d_model", given if padded else plain)


SELF = "x = self.after_self(x, lambda y: self.self_attention(y, y, mask))"
CROSS = "x = self.after_cross(x, lambda y: self.cross_attention(y, memory, memory_mask))"
AFTER = "return self.after_feedforward(x, self.feedforward)"
EACH = "            x = layer(x, mask, memory, memory_mask)\n        return x"
AGAIN = "the cross-attention looks at x again, not at the memory"

MISTAKES = (
    Mistake(
        "the causal mask is not passed on to the self-attention: each word sees the words after "
        "it, which it is to predict",
        {SELF: SELF.replace(", mask", "")},
    ),
    Mistake(
        "the memory's mask is not passed on to the cross-attention: the source's padding is "
        "looked at",
        {CROSS: CROSS.replace(", memory_mask", "")},
    ),
    Mistake(
        "the masks are in each other's place: the causal one is the self-attention's",
        {SELF: SELF.replace("mask", "memory_mask"), CROSS: CROSS.replace("memory_mask", "mask")},
    ),
    Mistake(
        "the cross-attention has the causal mask; its own is memory_mask",
        {CROSS: CROSS.replace("memory_mask", "mask")},
    ),
    Mistake(
        "the self-attention has the memory's mask; its own is the causal one",
        {SELF: SELF.replace("mask", "memory_mask")},
    ),
    Mistake(
        "the memory asks and the words answer; in the cross-attention the queries come from x",
        {CROSS: CROSS.replace("y, memory,", "memory, y,")},
    ),
    Mistake(AGAIN, {CROSS: CROSS.replace("y, memory, memory_mask", "y, y, mask")}),
    Mistake(AGAIN, {CROSS: CROSS.replace("y, memory", "y, y")}),
    Mistake(
        "the self-attention looks at the memory; it looks at x",
        {SELF: SELF.replace("y, y, mask", "y, memory, memory_mask")},
    ),
    Mistake(
        "the cross-attention is missing, or nobody reads what it gives: the decoder never sees "
        "the source",
        {CROSS: ""},
    ),
    Mistake("the self-attention is missing, or nobody reads what it gives", {SELF: ""}),
    Mistake("the feed-forward is missing", {AFTER: "return x"}),
    Mistake("the cross-attention comes before the self-attention", {SELF: CROSS, CROSS: SELF}),
    Mistake(
        "the feed-forward comes before the cross-attention",
        {CROSS: AFTER.replace("return", "x ="), AFTER: CROSS.replace("x =", "return")},
    ),
    Mistake(
        "cross-attention and self-attention are the same module; each has parameters of its own",
        {CROSS: CROSS.replace("self.cross_attention", "self.self_attention")},
    ),
    Mistake(
        "the cross-attention has the residual connection of the self-attention, self.after_self;"
        " its own is self.after_cross",
        {CROSS: CROSS.replace("after_cross", "after_self")},
    ),
    Mistake(
        "the cross-attention is not inside its residual connection",
        {CROSS: "x = self.cross_attention(x, memory, memory_mask)"},
    ),
    Mistake(
        "the self-attention is not inside its residual connection",
        {SELF: "x = self.self_attention(x, x, mask)"},
    ),
    Mistake(
        "the feed-forward is not inside its residual connection",
        {AFTER: "return self.feedforward(x)"},
    ),
    Mistake(
        "the self-attention reads x instead of what the residual connection gives it: with PreNorm "
        "that is the normalised x",
        {SELF: SELF.replace("y, y", "x, x")},
    ),
    Mistake(
        "the cross-attention reads x instead of what the residual connection gives it: with "
        "PreNorm that is the normalised x",
        {CROSS: "z = x\n        " + CROSS.replace("y, memory", "z, memory")},
    ),
    Mistake(
        "the stack gives the next layer its result as the memory too; the memory stays as it is",
        {
            EACH: EACH.replace(
                "x = layer(x, mask, memory, memory_mask)",
                "x = memory = layer(x, mask, memory, memory_mask)\n            memory_mask = None",
            )
        },
    ),
    Mistake(
        "the stack returns after its first layer: `return` stands inside the loop",
        {EACH: EACH.replace("        return", "            return")},
    ),
    Mistake(
        "every layer reads x as it came in; each is to read what the one before it gave",
        {EACH: EACH.replace("x = layer", "y = layer").replace("return x", "return y")},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "DecoderLayer: the first sub-layer is the encoder's: lambda y: self.self_attention(y, y, "
        "mask).",
        "DecoderLayer: self.cross_attention(queries from, keys and values from, mask): lambda y: "
        "self.cross_attention(y, memory, memory_mask).",
        "Decoder: for layer in self: x = layer(x, mask, memory, memory_mask)",
    ),
)
