"""Lesson 5: masks."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, Parts
from glassformer.numerics import masks as reference

# %% [markdown]
# # 5. Masks
#
# *The paper: §3.2.3. Live: `glassformer explore`, the view "Change it": switch the mask off.*
#
# A mask is a table of True and False: may this query see this key? There are two reasons for
# False.
#
# **Padding** is no word. Nobody may attend to it, and who asks makes no difference: the mask has
# one row for all queries.
#
# **What comes later.** The decoder learns all positions of a sentence at once, and at each it has
# to say the next word. If it could see that word, it would copy it and learn nothing. So a position
# sees itself and what came before: a triangle, with the diagonal in it.
#
#     query 0   ■ □ □ □        row i, column j: may query i see key j?
#     query 1   ■ ■ □ □
#     query 2   ■ ■ ■ □
#     query 3   ■ ■ ■ ■
#
# Two masks are joined by &: a key is seen if both allow it. Axes of size 1 stretch to fit.
#
# ## Your task
#
# Write both, with True where attending is allowed.
# %%
import torch
from torch import Tensor


# %%
def padding_mask(tokens: Tensor, pad: int) -> Tensor:
    """tokens [batch, key] -> bool [batch, 1, 1, key], False at padding."""
    # TODO 1. Which tokens are none of padding?
    real = tokens != pad
    # TODO 2. Two axes of size 1 in between, for the heads and the queries: x[:, None] adds one.
    return real[:, None, None, :]


# %%
def causal_mask(length: int) -> Tensor:
    """bool [query, key], both of this length: False where the key comes after the query."""
    # TODO 1. The positions 0, 1, 2 …, once as a row (the keys) and once as a column (the queries).
    position = torch.arange(length)
    # TODO 2. A key is seen if it is not after the query.
    return position[None, :] <= position[:, None]


# %%
if __name__ == "__main__":  # try it: python lesson_05_masks.py
    both = padding_mask(torch.tensor([[5, 7, 6, 0]]), pad=0) & causal_mask(4)
    for row in both[0, 0].tolist():
        print(" ".join("■" if seen else "□" for seen in row))


# %% checks
SIZES = {"batch": 3, "key": 7, "length": 5}


def cases() -> Iterator[Case]:
    """Padding of two ids, and the triangle."""
    tokens = torch.tensor([[4, 1, 6, 0, 0, 0, 0], [5, 0, 7, 1, 4, 6, 9], [1, 4, 8, 6, 1, 5, 1]])
    for pad in (0, 1):

        def run(parts: Parts, pad: int = pad) -> Tensor:
            return parts.padding_mask(tokens, pad)

        def ours(pad: int = pad) -> Tensor:
            return reference.padding_mask(tokens, pad)

        yield Case(f"padding_mask: padding is {pad}", run, ours, "batch one one key", [tokens])
    for length in (5, 1):

        def triangle(parts: Parts, length: int = length) -> Tensor:
            return parts.causal_mask(length)

        def wanted(length: int = length) -> Tensor:
            return reference.causal_mask(length, length)

        yield Case(f"causal_mask: {length} positions", triangle, wanted, "query key")


REAL, SHAPED = "tokens != pad", "real[:, None, None, :]"
SEEN = "position[None, :] <= position[:, None]"
MISTAKES = (
    Mistake(
        "the padding mask is the wrong way round: True means that the key may be seen",
        {REAL: "tokens == pad"},
    ),
    Mistake("padding is taken to be 0, whatever `pad` says", {REAL: "tokens != 0"}),
    Mistake(
        "the padding mask lacks the axes of heads and queries: as it is, it would be laid along "
        "other axes than the keys' of each sentence",
        {SHAPED: "real"},
    ),
    Mistake(
        "the padding mask lacks one axis: there are heads and queries between batch and keys",
        {SHAPED: "real[:, None, :]"},
    ),
    Mistake(
        "the padding mask lies along the queries: it hides what padding asks, not padding "
        "itself. The keys are the last axis",
        {SHAPED: "real[:, None, :, None]"},
    ),
    Mistake(
        "the padding mask's axes of size 1 stand before the batch; they belong between batch and"
        " keys",
        {SHAPED: "real[None, None, :, :]"},
    ),
    Mistake(
        "the causal mask is the wrong triangle, the upper one: a query would see what comes "
        "later, and not itself",
        {SEEN: "position[None, :] > position[:, None]"},
    ),
    Mistake(
        "the causal mask is the wrong triangle, the upper one: each row is a query, and sees the"
        " keys up to itself",
        {SEEN: "position[None, :] >= position[:, None]"},
    ),
    Mistake(
        "the diagonal is missing: a query sees itself, and the first one would see nothing at all",
        {SEEN: "position[None, :] < position[:, None]"},
    ),
    Mistake(
        "the triangle is one too wide: each query sees the next key, which it is to predict",
        {SEEN: "position[None, :] <= position[:, None] + 1"},
    ),
    Mistake(
        "each query sees itself alone: it sees what came before too",
        {SEEN: "position[None, :] == position[:, None]"},
    ),
    Mistake("every query sees every key", {SEEN: "torch.ones(length, length, dtype=torch.bool)"}),
    Mistake(
        "the causal mask has numbers, 1 and 0; make them True and False: .bool(), or a comparison",
        {SEEN: "torch.ones(length, length).tril()"},
    ),
    Mistake(
        "the causal mask is one to be added to scores, with −∞ in it; here it says True and "
        "False, and `attend` puts the −∞",
        {SEEN: 'torch.full((length, length), -float("inf")).triu(1)'},
    ),
    Mistake(
        "the causal mask has numbers, 1 and 0, and the wrong triangle: .bool(), and the lower "
        "one with its diagonal",
        {SEEN: "torch.ones(length, length).triu(1)"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "padding_mask: a comparison of a tensor with a number gives True and False for each place.",
        "padding_mask: x[:, None, None, :] keeps the first axis and the last and puts two of size "
        "1 between them.",
        "causal_mask: position[None, :] is the row of keys, position[:, None] the column of "
        "queries; <= between them gives the table.",
    ),
)
