"""Lesson 3: positions."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, drawn
from glassformer.numerics.positions import sinusoids as reference

# %% [markdown]
# # 3. Positions
#
# *The paper: §3.5. Live: `glassformer explore`, the view "Positions".*
#
# Attention treats its input as a heap: mix the words up, and it mixes up its results in the same
# way, nothing else. So that order counts, each position gets a pattern of its own, which is added
# to the vector of the word that stands there.
#
# The paper's pattern is a row of clocks. Each pair of columns is the sine and the cosine of one
# hand's angle; the first hand turns by one radian a position, each of the others more slowly, the
# last one hardly at all. Two positions that are k apart differ by the same turn of every hand,
# wherever they are: that makes "three words before" something that can be learned.
#
#     PE(pos, 2i)   = sin(pos / 10000^(2i/d_model))
#     PE(pos, 2i+1) = cos(pos / 10000^(2i/d_model))
#
# Positions are counted from 0. Sines and cosines take turns: column 0 a sine, column 1 its cosine,
# column 2 the next sine.
#
# ## Your task
#
# Write `sinusoids` for an even d_model, and `place`.
# %%
import torch
from torch import Tensor


# %%
def sinusoids(length: int, d_model: int) -> Tensor:
    """The table PE: [length, d_model]."""
    # TODO 1. The positions 0, 1, 2 … as a column: [length, 1].
    position = torch.arange(length)[:, None]
    # TODO 2. The exponents 0/d_model, 2/d_model, 4/d_model …: [d_model / 2].
    exponent = torch.arange(0, d_model, 2) / d_model
    # TODO 3. Each position's angles, by each of the hands: [length, d_model / 2].
    angle = position / 10000**exponent
    # TODO 4. Sine and cosine of each angle side by side: torch.stack makes a new axis of size 2 at
    #      the end, and .flatten(1) makes one axis of the last two.
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)


# %%
def place(x: Tensor) -> Tensor:
    """Vectors [batch, position, d_model] -> the same, each with its position's row added."""
    # TODO The table has as many rows as x has positions.
    return x + sinusoids(x.size(1), x.size(2))


# %%
if __name__ == "__main__":  # try it: python lesson_03_positions.py
    for number, row in enumerate(sinusoids(5, 8)):
        print(number, " ".join(f"{value:6.2f}" for value in row.tolist()))


# %% checks
SIZES = {"batch": 2, "position": 13, "d_model": 22}


def cases() -> Iterator[Case]:
    """The table, and what it is added to."""
    batch, length, width = SIZES.values()
    x = drawn(batch, length, width, seed=1)
    yield Case(
        "the table",
        lambda parts: parts.sinusoids(length, width),
        lambda: reference(length, width),
        "position d_model",
    )
    yield Case(
        "added to vectors",
        lambda parts: parts.place(x),
        lambda: x + reference(length, width),
        "batch position d_model",
        [x],
    )


PAIRS = "torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)"
EXPONENT, COLUMN = "torch.arange(0, d_model, 2) / d_model", "torch.arange(length)[:, None]"
MISTAKES = (
    Mistake(
        "sine and cosine are in each other's place: the even columns are sines",
        {PAIRS: PAIRS.replace("angle.sin(), angle.cos()", "angle.cos(), angle.sin()")},
    ),
    Mistake(
        "all sines come first, then all cosines; in the paper they take turns",
        {PAIRS: "torch.cat((angle.sin(), angle.cos()), dim=-1)"},
    ),
    Mistake(
        "positions are counted from 1, one off; the first is 0",
        {COLUMN: "torch.arange(1, length + 1)[:, None]"},
    ),
    Mistake(
        "the exponents are i/d_model, half of what they should be: 2i/d_model",
        {EXPONENT: "torch.arange(d_model // 2) / d_model"},
    ),
    Mistake(
        "the exponents are 4i/d_model, twice what they should be: arange(0, d_model, 2) holds the "
        "2i already",
        {EXPONENT: "2 * torch.arange(0, d_model, 2) / d_model"},
    ),
    Mistake(
        "each column has an exponent of its own; the two of a pair, 2i and 2i+1, share that of 2i",
        {
            EXPONENT: "torch.arange(d_model) / d_model",
            PAIRS: "torch.where(torch.arange(d_model) % 2 == 0, angle.sin(), angle.cos())",
        },
    ),
    Mistake("the base is 1000; the paper's is 10000", {"10000**": "1000**"}),
    Mistake("the base is 100000; the paper's is 10000", {"10000**": "100000**"}),
    Mistake(
        "the angles are multiplied by 10000^…, not divided: the hands would turn faster and faster",
        {"position / 10000": "position * 10000"},
    ),
    Mistake(
        "there are sines only; every second column is a cosine",
        {PAIRS: PAIRS.replace("cos", "sin")},
    ),
    Mistake(
        "the hands count in whole turns: the paper's angles are radians, without 2π",
        {"position / 10000": "2 * torch.pi * position / 10000"},
    ),
    Mistake(
        "the exponents are 2i/(d_model − 2), so that the last is 1; the paper's are 2i/d_model",
        {EXPONENT: "torch.arange(0, d_model, 2) / (d_model - 2)"},
    ),
    Mistake(
        "the positions are multiplied with the vectors; they are added",
        {"x + sinusoids": "x * sinusoids"},
    ),
    Mistake(
        "every position gets the row of position 0",
        {"x + sinusoids(x.size(1), x.size(2))": "x + sinusoids(x.size(1), x.size(2))[0]"},
    ),
    Mistake(
        "the table has a row for each example of the batch; it needs one for each position, "
        "x.size(1)",
        {"x + sinusoids(x.size(1)": "x + sinusoids(x.size(0)"},
    ),
    Mistake("`place` gives the positions alone: add them to x", {"x + sinusoids": "sinusoids"}),
    Mistake(
        "`place` gives x as it came: the positions are not added",
        {"x + sinusoids(x.size(1), x.size(2))": "x"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "the table: torch.arange(length)[:, None] is a column. A column [length, 1] and a row "
        "[d_model / 2] give a table [length, d_model / 2] when one is divided by the other.",
        "the table: torch.arange(0, d_model, 2) is 0, 2, 4 …: these are the 2i. The angle is "
        "position / 10000**exponent.",
        "the table: torch.stack((angle.sin(), angle.cos()), dim=-1) is [length, d_model / 2, 2]; "
        ".flatten(1) reads it row by row: sine, cosine, sine, cosine.",
    ),
)
