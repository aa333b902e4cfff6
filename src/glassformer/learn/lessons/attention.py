"""Lesson 4: one attention."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, Parts, drawn
from glassformer.numerics.attention import attend_by_steps

# %% [markdown]
# # 4. One attention
#
# *The paper: §3.2.1, equation 1, and the left of Figure 2. Live: `glassformer explore`, the view
# "Who looks at whom".*
#
# Every position asks a question: its **query**. Every position has a label: its **key**. The dot
# product of the two says how well the label answers the question. A softmax turns these scores
# into shares of 1, and what the asking position gets is the mean of all **values**, each taken by
# its share. In formulas, with the queries as the rows of Q, and so on:
#
#     Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V
#
# Why the root? A dot product of d_k numbers, each of size 1, is of size √d_k. Undivided, the scores
# of wide keys would be so far apart that the softmax gives one key everything, and then hardly
# anything moves it: its gradient is almost 0.
#
# A mask says which keys a query may see. Where it must not, the score is made −∞ *before* the
# softmax: e^−∞ is 0, and the others still add up to 1.
#
# ## Your task
#
# Write `attend`. It has to work for any number of queries and keys, and for values whose width is
# not that of the keys.
# %%
import math

import torch
from torch import Tensor


# %%
def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(QKᵀ/√d_k)V.

    query [batch, head, query, d_k], key [batch, head, key, d_k], value [batch, head, key, d_v];
    mask: bool, True where a query may see a key, or None where every query may see every key.
    -> [batch, head, query, d_v].
    """
    # TODO 1. The scores [batch, head, query, key]: each query's dot product with each key.
    scores = query @ key.transpose(-2, -1)
    # TODO 2. Divide them by √d_k.
    scores = scores / math.sqrt(query.size(-1))
    # TODO 3. If there is a mask: −∞ where it is False.
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    # TODO 4. The attention: shares of 1 for each query.
    weights = scores.softmax(-1)
    # TODO 5. The mean of the values, by these shares.
    return weights @ value


# %%
if __name__ == "__main__":  # try it: python lesson_04_attention.py
    torch.manual_seed(0)
    words = ["the", "animal", "was", "tired"]
    key = torch.randn(1, 1, 4, 8)
    query = key[:, :, 1:2] * 2  # a question that "animal" answers
    shares = attend(query, key, torch.eye(4)[None, None])  # values that show the shares
    for word, share in zip(words, shares[0, 0, 0].tolist(), strict=True):
        print(f"{word:<8}{share:6.1%}")


# %% checks
SIZES = {"batch": 2, "head": 3, "query": 5, "key": 7, "d_k": 11, "d_v": 13}


def cases() -> Iterator[Case]:
    """Without a mask and with three kinds."""
    batch, head, queries, keys, width, wide = SIZES.values()
    query, key = drawn(batch, head, queries, width, seed=1), drawn(batch, head, keys, width, seed=2)
    value = drawn(batch, head, keys, wide, seed=3)
    padding = (torch.arange(keys) < torch.tensor([[4], [7]]))[:, None, None]
    causal = torch.arange(keys) <= torch.arange(queries)[:, None] + 1
    for says, mask in (
        ("without a mask", None),
        ("with a mask of padding [batch, 1, 1, key]", padding),
        ("with a mask of what comes later [query, key]", causal),
    ):

        def run(parts: Parts, mask: Tensor | None = mask) -> Tensor:
            return parts.attend(query, key, value, mask)

        def ours(mask: Tensor | None = mask) -> Tensor:
            return attend_by_steps(query, key, value, mask)

        given = [query, key, value, *([] if mask is None else [mask])]
        yield Case(says, run, ours, "batch head query d_v", given)


ROOT, SOFTMAX, HIDE = "/ math.sqrt(query.size(-1))", "scores.softmax(-1)", "scores.masked_fill("
MASKED = f"scores = {HIDE}~mask, -math.inf)"
PRODUCT = "query @ key.transpose(-2, -1)"

WRONG_WAY = "the mask is the wrong way round: True means that the query may see the key"

MISTAKES = (
    Mistake("the scores are not divided by √d_k", {ROOT: ""}),
    Mistake("the scores are divided by d_k, not by its root", {ROOT: "/ query.size(-1)"}),
    Mistake("the scores are multiplied by √d_k, not divided by it", {ROOT: ROOT.replace("/", "*")}),
    Mistake(
        "the scores are divided by the root of the values' width, d_v; it is that of the keys, d_k",
        {ROOT: "/ math.sqrt(value.size(-1))"},
    ),
    Mistake(
        "the scores are divided by the root of the number of keys; what counts is their width, d_k",
        {ROOT: "/ math.sqrt(key.size(-2))"},
    ),
    Mistake(
        "the scores are divided by the root of the number of queries; what counts is their width, "
        "d_k",
        {ROOT: "/ math.sqrt(query.size(-2))"},
    ),
    Mistake(
        "the division by √d_k comes after the softmax; it has to come before, where it makes the "
        "shares more even",
        {ROOT: "", SOFTMAX: f"{SOFTMAX} {ROOT}"},
    ),
    Mistake(
        "the softmax runs along the queries: for each key the shares of all queries are 1. It has "
        "to run along the keys, the last axis, so that each query's shares are 1",
        {SOFTMAX: "scores.softmax(-2)"},
    ),
    Mistake(
        "the softmax runs along the heads; it has to run along the keys, the last axis",
        {SOFTMAX: "scores.softmax(1)"},
    ),
    Mistake(
        "the softmax runs along the examples of the batch; it has to run along the keys, the last "
        "axis",
        {SOFTMAX: "scores.softmax(0)"},
    ),
    Mistake("there is no softmax: the values are weighed by the scores", {SOFTMAX: "scores"}),
    Mistake("the sign of the scores is turned round", {PRODUCT: f"-{PRODUCT}"}),
    Mistake(
        "the keys are not transposed: query @ key wants the keys as columns",
        {PRODUCT: "query @ key"},
    ),
    Mistake(
        "key.T turns all four axes round; key.transpose(-2, -1), or key.mT, turns the last two",
        {PRODUCT: "query @ key.T"},
    ),
    Mistake(
        "the scores are transposed: they have a row for each key. Each query is to be a row, and "
        "each key a column",
        {PRODUCT: "key @ query.transpose(-2, -1)"},
    ),
    Mistake(WRONG_WAY, {"~mask, -math.inf": "mask, -math.inf"}),
    Mistake(WRONG_WAY, {"~mask, -math.inf": "mask, -1e9"}),
    Mistake(
        "hidden scores are set to 0 (or nearly), which the softmax turns into e⁰ = 1: a share like "
        "any other. Only −∞ becomes 0",
        {"~mask, -math.inf": "~mask, 0.0"},
    ),
    Mistake(
        "the mask comes after the softmax: what is left no longer adds up to 1. Hide the scores "
        "before it",
        {MASKED: "pass", SOFTMAX: "scores.softmax(-1) * (1.0 if mask is None else mask)"},
    ),
    Mistake("the mask is not used", {MASKED: "pass"}),
    Mistake(
        "`if mask` asks for one True or False, and a mask has many; whether there is one: "
        "`if mask is not None`",
        {"if mask is not None": "if mask"},
    ),
    Mistake(
        "the keys are mixed, not the values",
        {"weights @ value": "weights @ key"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "Only the last two axes matter; batch and head are carried along by @. Which of the two "
        "has to be turned so that [query, d_k] @ [d_k, key] fits? x.transpose(-2, -1) turns them.",
        "d_k is the last size of query: query.size(-1). The softmax runs along the axis that is "
        "counted by keys.",
        "with a mask: scores.masked_fill(~mask, -math.inf) hides; ~ turns True and False round. A "
        "mask of fewer axes or of size 1 is stretched by itself.",
    ),
)
