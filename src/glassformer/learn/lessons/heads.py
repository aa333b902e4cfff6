"""Lesson 6: heads."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, Parts, config, drawn, filled, taken
from glassformer.model.attention import MultiHeadAttention as Ours
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 6. Heads
#
# *The paper: §3.2.2, and the right of Figure 2. Live: `glassformer explore`, the view "Who looks at
# whom", all heads of a layer.*
#
# One attention gives each position one mean, and a mean blurs: a verb that wants its subject and
# its object gets something between the two. So the paper lets h of them look side by side, each
# with queries, keys and values of its own, which are narrower, so that together they cost about
# what one would. Their results are put next to each other, and one more matrix mixes them.
#
#     head_i = Attention(x W_i^Q, m W_i^K, m W_i^V)
#     MultiHead = [head_1, …, head_h] W^O
#
# Queries come from x; keys and values come from m, the **memory**. In self-attention m is x. In the
# decoder's cross-attention m is what the encoder gave.
#
# The h matrices W_i^Q stand side by side in one, so that a single product gives the queries of all
# heads: columns 0 to d_k − 1 are head 0's, the next d_k are head 1's. What is left to do is to
# split the last axis into head and width, and to bring the heads forward:
#
#     [batch, position, head · width]  ->  [batch, head, position, width]
#
# ## Your task
#
# Write `split` and `forward`. `attend` is what you wrote in lesson 4 (or ours, until yours passes).
# %%
from torch import Tensor, nn

from glassformer.learn.lessons.attention import attend


# %%
class MultiHeadAttention(nn.Module):
    """h attentions side by side."""

    def __init__(self, d_model: int, n_heads: int):
        super().__init__()
        self.heads = n_heads
        self.query_matrix = nn.Linear(d_model, d_model, bias=False)
        self.key_matrix = nn.Linear(d_model, d_model, bias=False)
        self.value_matrix = nn.Linear(d_model, d_model, bias=False)
        self.output_matrix = nn.Linear(d_model, d_model, bias=False)

    def split(self, x: Tensor) -> Tensor:
        """[batch, position, head · width] -> [batch, head, position, width]."""
        # TODO 1. The last axis becomes two: x.unflatten(-1, (a, b)), first heads, then width.
        x = x.unflatten(-1, (self.heads, -1))
        # TODO 2. Heads before positions.
        return x.transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> Tensor:
        """x [batch, query, d_model], memory [batch, key, d_model], mask as `attend` takes it
        -> [batch, query, d_model]."""
        # TODO 1. Queries of x, keys and values of the memory, each split into heads.
        query = self.split(self.query_matrix(x))
        key = self.split(self.key_matrix(memory))
        value = self.split(self.value_matrix(memory))
        # TODO 2. All heads attend: [batch, head, query, width].
        mixed = attend(query, key, value, mask)
        # TODO 3. Back to [batch, query, head · width]: undo the two steps of `split`.
        joined = mixed.transpose(1, 2).flatten(2)
        # TODO 4. W^O.
        return self.output_matrix(joined)


# %%
if __name__ == "__main__":  # try it: python lesson_06_heads.py
    import torch

    part = MultiHeadAttention(d_model=8, n_heads=2)
    x = torch.arange(16.0).view(1, 2, 8)  # two positions, numbered 0 to 15
    print("head 0:", part.split(x)[0, 0].tolist())
    print("head 1:", part.split(x)[0, 1].tolist())
    print("self-attention gives", list(part(x, x).shape))


# %% checks
SIZES = {"batch": 2, "head": 3, "query": 5, "key": 7, "d_k": 11, "d_model": 33}


def cases() -> Iterator[Case]:
    """Splitting, self-attention, cross-attention, a mask."""
    import torch

    batch, heads, queries, keys, _, d_model = SIZES.values()
    ours = filled(Ours(config(d_model=d_model, n_heads=heads), Randomness()))
    x, memory = drawn(batch, queries, d_model, seed=1), drawn(batch, keys, d_model, seed=2)
    mask = (torch.arange(keys) < torch.tensor([[4], [7]]))[:, None, None]

    def mine(parts: Parts) -> MultiHeadAttention:
        made: MultiHeadAttention = taken(parts.MultiHeadAttention(d_model, heads), ours)
        return made

    axes = "batch query d_model"
    yield Case(
        "split",
        lambda parts: mine(parts).split(x),
        lambda: ours.split(x),
        "batch head query d_k",
        [x],
    )
    yield Case(
        "self-attention", lambda parts: mine(parts)(x, x), lambda: ours(x, x, None), axes, [x]
    )
    yield Case(
        "attention to another sequence", lambda parts: mine(parts)(x, memory),
        lambda: ours(x, memory, None), axes, [x, memory],
    )  # fmt: skip
    yield Case(
        "with a mask", lambda parts: mine(parts)(x, memory, mask),
        lambda: ours(x, memory, mask), axes, [x, memory, mask],
    )  # fmt: skip


APART, FORWARD, JOINED = (
    "x.unflatten(-1, (self.heads, -1))",
    "x.transpose(1, 2)",
    "mixed.transpose(1, 2).flatten(2)",
)
KEY, VALUE = "self.split(self.key_matrix(memory))", "self.split(self.value_matrix(memory))"
MISTAKES = (
    Mistake(
        "`split` cuts the numbers into the right shape without moving them: view and reshape to "
        "[batch, head, …] mix positions and heads. Split the last axis first, then transpose",
        {APART: "x.reshape(x.size(0), self.heads, x.size(1), -1)", f"return {FORWARD}": "return x"},
    ),
    Mistake(
        "`split` takes every h-th number for a head; a head's numbers stand side by side. Of the"
        " two new axes the first is the head's",
        {APART: "x.unflatten(-1, (-1, self.heads)).transpose(-1, -2)"},
    ),
    Mistake(
        "`split` does not bring the heads forward: transpose axes 1 and 2",
        {f"return {FORWARD}": "return x"},
    ),
    Mistake(
        "the last axis is split into width and head, in this order; the head comes first",
        {APART: "x.unflatten(-1, (-1, self.heads))"},
    ),
    Mistake("the keys are made of x; they come from the memory", {KEY: KEY.replace("memory", "x")}),
    Mistake(
        "the values are made of x; they come from the memory", {VALUE: VALUE.replace("memory", "x")}
    ),
    Mistake(
        "keys and values are made of x; they come from the memory",
        {KEY: KEY.replace("memory", "x"), VALUE: VALUE.replace("memory", "x")},
    ),
    Mistake(
        "queries are made of the memory, keys and values of x; it is the other way round",
        {
            "self.query_matrix(x)": "self.query_matrix(memory)",
            KEY: KEY.replace("memory", "x"),
            VALUE: VALUE.replace("memory", "x"),
        },
    ),
    Mistake("the values are made by the keys' matrix", {VALUE: KEY}),
    Mistake(
        "the keys are made by the queries' matrix", {KEY: KEY.replace("key_matrix", "query_matrix")}
    ),
    Mistake(
        "queries and keys have each other's matrix",
        {
            "self.query_matrix(x)": "self.key_matrix(x)",
            KEY: KEY.replace("key_matrix", "query_matrix"),
        },
    ),
    Mistake(
        "keys and values are in each other's place when `attend` is called",
        {"attend(query, key, value, mask)": "attend(query, value, key, mask)"},
    ),
    Mistake(
        "queries and keys are in each other's place when `attend` is called",
        {"attend(query, key, value, mask)": "attend(key, query, value, mask)"},
    ),
    Mistake("the mask is not passed on to `attend`", {"key, value, mask)": "key, value)"}),
    Mistake(
        "the heads are joined without being brought back: reshape puts numbers of different "
        "positions into one row. Transpose axes 1 and 2 first",
        {JOINED: "mixed.reshape(mixed.size(0), mixed.size(2), -1)"},
    ),
    Mistake(
        "the heads are joined without being brought back: flatten(2) alone puts all positions of a "
        "head into one row. Transpose axes 1 and 2 first",
        {JOINED: "mixed.flatten(2)"},
    ),
    Mistake(
        "the heads are joined number by number in turns; head 0's numbers come first, then head "
        "1's",
        {JOINED: "mixed.permute(0, 2, 3, 1).flatten(2)"},
    ),
    Mistake(
        "the heads are added up; they are put side by side",
        {JOINED: "mixed.sum(1).repeat(1, 1, self.heads)"},
    ),
    Mistake(
        "W^O is missing: the output matrix mixes the heads",
        {"self.output_matrix(joined)": "joined"},
    ),
    Mistake(
        "x is added; the residual connection is another lesson's",
        {"self.output_matrix(joined)": "x + self.output_matrix(joined)"},
    ),
    Mistake(
        "nothing is split: one head attends over the whole width",
        {
            "mixed = attend(query, key, value, mask)": (
                "query, key, value = (x.transpose(1, 2).flatten(2) for x in (query, key, value))\n"
                "        mask = mask if mask is None else mask[:, 0]\n"
                "        mixed = self.split(attend(query, key, value, mask))"
            )
        },
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "split: x.unflatten(-1, (self.heads, -1)) is [batch, position, head, width]; "
        ".transpose(1, 2) exchanges axes 1 and 2.",
        "attention: self.split(self.key_matrix(memory)) are the keys. `attend` carries the heads "
        "along like a second batch.",
        "attention: mixed.transpose(1, 2) is [batch, query, head, width]; .flatten(2) makes one "
        "axis of all from axis 2 on.",
    ),
)
