"""Lesson 9: the encoder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from glassformer.learn.exam import Case, Exam, Mistake, Parts, config, drawn, filled, taken
from glassformer.model.layers import Layer
from glassformer.model.stacks import Encoder as Ours
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 9. The encoder
#
# *The paper: §3.1, the left half of Figure 1. Live: `glassformer explore`, the network's left
# half.*
#
# A layer of the encoder has two sub-layers: self-attention, in which every position looks at every
# position, then the feed-forward, each position by itself. Around each of the two goes a residual
# connection with its norm. The encoder is N such layers one after the other, the same in form, each
# with parameters of its own. What the last one gives is the **memory** that the decoder reads.
#
#     x  ->  [self-attention]  ->  [feed-forward]  ->  next layer  …  ->  memory
#
# A residual connection takes a sub-layer as a function of one x. Self-attention needs a memory and
# a mask as well: `lambda y: self.self_attention(y, y, mask)` is such a function. (y, not x: with
# PreNorm it is the normalised x that the sub-layer reads.)
#
# ## Your task
#
# Write a layer's `forward`, then the stack. `residual` is PostNorm or PreNorm, your own of lesson
# 8. %%
from torch import Tensor, nn

from glassformer.learn.lessons.feedforward import FeedForward
from glassformer.learn.lessons.heads import MultiHeadAttention
from glassformer.learn.lessons.residual import PostNorm, PreNorm


# %%
class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward, each inside a residual connection."""

    def __init__(self, d_model: int, d_ff: int, n_heads: int, residual: type[nn.Module] = PostNorm):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.after_self = residual(d_model)
        self.feedforward = FeedForward(d_model, d_ff)
        self.after_feedforward = residual(d_model)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """x [batch, position, d_model], mask as `attend` takes it -> the shape of x."""
        # TODO 1. Self-attention, inside the residual connection self.after_self.
        x = self.after_self(x, lambda y: self.self_attention(y, y, mask))
        # TODO 2. Feed-forward, inside self.after_feedforward.
        return self.after_feedforward(x, self.feedforward)


# %%
class Encoder(nn.ModuleList):
    """N layers: a list of modules, which are numbered and can be gone through with `for`."""

    def __init__(
        self,
        n_layers: int,
        d_model: int,
        d_ff: int,
        n_heads: int,
        residual: type[nn.Module] = PostNorm,
    ):
        # TODO super().__init__ takes the layers: n_layers of them, each a new one.
        super().__init__(EncoderLayer(d_model, d_ff, n_heads, residual) for _ in range(n_layers))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """x [batch, position, d_model] -> the same shape."""
        # TODO Each layer reads what the one before it gave.
        for layer in self:
            x = layer(x, mask)
        return x


# %%
if __name__ == "__main__":  # try it: python lesson_09_encoder.py
    import torch

    torch.manual_seed(0)
    stack = Encoder(n_layers=2, d_model=16, d_ff=64, n_heads=4, residual=PreNorm)
    print("parameters:", sum(one.numel() for one in stack.parameters()))
    print("gives", list(stack(torch.randn(2, 5, 16), None).shape))


# %% checks
SIZES = {"batch": 2, "position": 5, "d_k": 11, "head": 3, "d_ff": 13, "d_model": 33, "layers": 3}


def cases() -> Iterator[Case]:
    """A layer and a stack, with the norm at both places."""
    import torch

    batch, positions, _, heads, wide, d_model, layers = SIZES.values()
    x = drawn(batch, positions, d_model, seed=1)
    mask = (torch.arange(positions) < torch.tensor([[3], [5]]))[:, None, None]
    sizes = {"d_model": d_model, "n_heads": heads, "d_ff": wide, "n_layers": layers}
    kinds = (("post", PostNorm), ("pre", PreNorm))
    for (norm, residual), whole in product(kinds, (False, True)):
        chosen = config(**sizes, norm=norm)
        ours = filled((Ours if whole else Layer)(chosen, Randomness()))

        def run(
            parts: Parts, residual: type = residual, whole: bool = whole, ours: nn.Module = ours
        ) -> Tensor:
            mine = (
                parts.Encoder(layers, d_model, wide, heads, residual) if whole
                else parts.EncoderLayer(d_model, wide, heads, residual)
            )  # fmt: skip
            result: Tensor = taken(mine, ours)(x, mask)
            return result

        def wanted(ours: nn.Module = ours) -> Tensor:
            result: Tensor = ours(x, mask)
            return result

        says = f"{f'Encoder, {layers} layers' if whole else 'EncoderLayer'}, {residual.__name__}"
        yield Case(says, run, wanted, "batch position d_model", [x, mask])


SELF = "x = self.after_self(x, lambda y: self.self_attention(y, y, mask))"
AFTER = "return self.after_feedforward(x, self.feedforward)"
MADE = "EncoderLayer(d_model, d_ff, n_heads, residual) for _ in range(n_layers)"
EACH = "            x = layer(x, mask)\n        return x"
MISTAKES = (
    Mistake("the mask is not passed on to the self-attention", {SELF: SELF.replace(", mask", "")}),
    Mistake("the feed-forward is missing", {AFTER: "return x"}),
    Mistake("the self-attention is missing, or nobody reads what it gives", {SELF: ""}),
    Mistake(
        "the feed-forward comes before the self-attention",
        {SELF: AFTER.replace("return", "x ="), AFTER: SELF.replace("x =", "return")},
    ),
    Mistake(
        "both sub-layers have the same residual connection, self.after_self; each has a norm of "
        "its own",
        {AFTER: "return self.after_self(x, self.feedforward)"},
    ),
    Mistake(
        "the residual connections are in each other's place: after_self is that of self_attention",
        {
            SELF: SELF.replace("after_self", "after_feedforward"),
            AFTER: AFTER.replace("after_feedforward", "after_self"),
        },
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
        "the sub-layer reads x instead of what the residual connection gives it: with PreNorm "
        "that is the normalised x. Use the function's own argument",
        {SELF: SELF.replace("y, y", "x, x")},
    ),
    Mistake(
        "the queries are normalised and the memory is not: self-attention takes the function's own "
        "argument twice",
        {SELF: SELF.replace("y, y", "y, x")},
    ),
    Mistake(
        "all layers are one and the same: [layer] * n has one layer n times. Make a new one for "
        "each",
        {MADE: "[EncoderLayer(d_model, d_ff, n_heads, residual)] * n_layers"},
    ),
    Mistake(
        "`residual` is not passed on to the layers: they all take PostNorm",
        {MADE: MADE.replace(", residual", "")},
    ),
    Mistake(
        "the stack returns after its first layer: `return` stands inside the loop",
        {EACH: EACH.replace("        return", "            return")},
    ),
    Mistake(
        "every layer reads x as it came in; each is to read what the one before it gave",
        {EACH: "            y = layer(x, mask)\n        return y"},
    ),
    Mistake(
        "the mask is given to the first layer only",
        {EACH: "            x, mask = layer(x, mask), None\n        return x"},
    ),
    Mistake(
        "the stack does not pass the mask on to its layers", {EACH: EACH.replace("mask", "None")}
    ),
    Mistake(
        "the stack adds up what its layers give; the residual connections inside them do that "
        "already",
        {EACH: EACH.replace("x = layer", "x = x + layer")},
    ),
    Mistake(
        "the layers run in the wrong order, the last first",
        {"for layer in self": "for layer in reversed(self)"},
    ),
    Mistake("the last layer is left out", {"for layer in self": "for layer in list(self)[:-1]"}),
    Mistake("the first layer is left out", {"for layer in self": "for layer in list(self)[1:]"}),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "EncoderLayer: self.after_self(x, function) is the residual connection around the "
        "function.",
        "EncoderLayer: lambda y: self.self_attention(y, y, mask) is the first function; "
        "self.feedforward is the second as it stands.",
        "Encoder: super().__init__(EncoderLayer(…) for _ in range(n_layers)), and `for layer in "
        "self: x = layer(x, mask)`.",
    ),
)
