"""Lesson 2: embedding."""

from __future__ import annotations

from collections.abc import Iterator

import torch.nn.functional as F

from glassformer.learn.exam import Case, Exam, Mistake, Parts, config, drawn, filled, taken
from glassformer.model.embedding import Embedding as Ours
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 2. Embedding
#
# *The paper: §3.4. Live: `glassformer explore`, the views "Words as places" and "Parameters".*
#
# A token's id says nothing about it. Its **embedding** does: a row of d_model numbers in a table
# that the training fills in, so that words which are used alike get rows that point the same way.
#
# The paper does two more things. It multiplies the rows by √d_model, so that the embedding is not
# drowned by the positions which are added next. And it uses the same table a second time, at the
# end: the **logit** of a word, how much it should come next, is the dot product of the last hidden
# state with that word's row.
#
#     x = E[token] · √d_model          logits = hidden · Eᵀ
#
# ## Your task
#
# Write `forward`, and `logits`. The table is there: `self.tokens.weight` [vocabulary, d_model].
# %%
import math

import torch
from torch import Tensor, nn


# %%
class Embedding(nn.Module):
    """From ids to vectors."""

    def __init__(self, vocabulary: int, d_model: int):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, d_model)
        self.d_model = d_model

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens [batch, position] -> [batch, position, d_model]."""
        # TODO 1. Each token's row of the table: a module is called like a function.
        x = self.tokens(tokens)
        # TODO 2. Times √d_model.
        return x * math.sqrt(self.d_model)


# %%
def logits(hidden: Tensor, embedding: Embedding) -> Tensor:
    """hidden [batch, position, d_model] -> logits [batch, position, vocabulary]."""
    # TODO The dot product of each hidden state with each row of the table, not scaled.
    return hidden @ embedding.tokens.weight.T


# %%
if __name__ == "__main__":  # try it: python lesson_02_embedding.py
    torch.manual_seed(0)
    table = Embedding(vocabulary=10, d_model=64)
    vectors = table(torch.tensor([[4, 7, 4]]))
    print(
        "shape", list(vectors.shape), "| the two fours are one:", vectors[0, 0].equal(vectors[0, 2])
    )
    print("most like the vector of 7:", logits(vectors, table)[0, 1].argmax().item())


# %% checks
SIZES = {"batch": 2, "position": 5, "d_model": 7, "vocabulary": 17}


def cases() -> Iterator[Case]:
    """The way in, and the way out."""
    batch, positions, width, vocabulary = SIZES.values()
    tokens = torch.randint(
        vocabulary, (batch, positions), generator=torch.Generator().manual_seed(1)
    )
    hidden = drawn(batch, positions, width, seed=2)
    sizes = config(d_model=width, n_heads=1, source_vocabulary=vocabulary)
    ours = filled(Ours(sizes, vocabulary, Randomness()))

    def table(parts: Parts) -> Embedding:
        mine: Embedding = taken(parts.Embedding(vocabulary, width), ours)
        return mine

    def vectors() -> Tensor:
        placed: Tensor = ours(tokens)
        positions: Tensor = ours.positions(0, tokens.size(1))
        return placed - positions  # positions are another lesson's

    yield Case(
        "tokens to vectors",
        lambda parts: table(parts)(tokens),
        vectors,
        "batch position d_model",
        [tokens],
    )
    yield Case(
        "vectors to logits",
        lambda parts: parts.logits(hidden, table(parts)),
        lambda: F.linear(hidden, ours.tokens.weight),
        "batch position vocabulary",
        [hidden],
    )


FACTOR, PRODUCT = "x * math.sqrt(self.d_model)", "hidden @ embedding.tokens.weight.T"
MISTAKES = (
    Mistake("the embedding is not multiplied by √d_model", {FACTOR: "x"}),
    Mistake(
        "the embedding is multiplied by d_model, not by its root", {FACTOR: "x * self.d_model"}
    ),
    Mistake(
        "the embedding is divided by √d_model, not multiplied by it",
        {FACTOR: "x / math.sqrt(self.d_model)"},
    ),
    Mistake(
        "the embedding is multiplied by the root of the number of positions, not of d_model",
        {FACTOR: "x * math.sqrt(x.size(1))"},
    ),
    Mistake(
        "the table is not turned: hidden @ weight.T is the dot product with each of its rows",
        {PRODUCT: "hidden @ embedding.tokens.weight"},
    ),
    Mistake(
        "the logits are multiplied by √d_model; only the way in is scaled",
        {PRODUCT: f"{PRODUCT} * math.sqrt(embedding.d_model)"},
    ),
    Mistake(
        "the logits are divided by √d_model; only the way in is scaled",
        {PRODUCT: f"{PRODUCT} / math.sqrt(embedding.d_model)"},
    ),
    Mistake(
        "these are probabilities already: a softmax comes later, where they are needed",
        {PRODUCT: f"({PRODUCT}).softmax(-1)"},
    ),
    Mistake(
        "these are log-probabilities already: a softmax comes later, where they are needed",
        {PRODUCT: f"({PRODUCT}).log_softmax(-1)"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "tokens to vectors: self.tokens(tokens) looks up the rows: [batch, position, d_model].",
        "tokens to vectors: math.sqrt(self.d_model) is the factor.",
        "vectors to logits: matrix.T turns a matrix; @ is the matrix product. [d_model] @ "
        "[d_model, vocabulary].",
    ),
)
