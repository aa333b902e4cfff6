"""Lesson 7: feed-forward."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, config, drawn, filled, taken
from glassformer.model.feedforward import FeedForward as Ours
from glassformer.numerics.dropout import Randomness

# %% [markdown]
# # 7. Feed-forward
#
# *The paper: §3.3, equation 2. Live: `glassformer explore`, the view "Neurons".*
#
# Attention moves information between positions. What is then made of it happens at each position
# by itself, with the same parameters everywhere: a matrix takes the vector up to d_ff numbers (four
# times as many in the paper), whatever is negative becomes 0, and a second matrix takes it down
# again. Each of the d_ff numbers is a neuron: a question put to the vector, and, when the answer is
# above 0, a direction that is added in reply.
#
#     FFN(x) = max(0, x W₁ + b₁) W₂ + b₂
#
# ## Your task
#
# Write `forward`. `self.up` holds W₁ and b₁, `self.down` W₂ and b₂.
# %%
from torch import Tensor, nn


# %%
class FeedForward(nn.Module):
    """The same two matrices at every position."""

    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, position, d_model] -> the same shape."""
        # TODO 1. Up to d_ff, its bias included.
        hidden = self.up(x)
        # TODO 2. What is below 0 becomes 0.
        active = hidden.relu()
        # TODO 3. Down again.
        return self.down(active)


# %%
if __name__ == "__main__":  # try it: python lesson_07_feedforward.py
    import torch

    torch.manual_seed(0)
    part = FeedForward(d_model=4, d_ff=16)
    x = torch.randn(1, 3, 4)
    print("neurons that are on:", (part.up(x) > 0).sum(-1).tolist(), "of 16")
    print("each position by itself:", torch.allclose(part(x)[:, 1:2], part(x[:, 1:2])))


# %% checks
SIZES = {"batch": 2, "position": 5, "d_model": 7, "d_ff": 11}


def cases() -> Iterator[Case]:
    """A batch of vectors."""
    batch, positions, width, wide = SIZES.values()
    ours = filled(Ours(config(d_model=width, d_ff=wide, n_heads=1), Randomness()))
    x = drawn(batch, positions, width, seed=1)
    yield Case(
        "a batch of vectors",
        lambda parts: taken(parts.FeedForward(width, wide), ours)(x),
        lambda: ours(x), "batch position d_model", [x],
    )  # fmt: skip


UP, ACTIVE, DOWN = "self.up(x)", "hidden.relu()", "self.down(active)"
MISTAKES = (
    Mistake(
        "there is no ReLU: without max(0, …) two matrices are no more than one",
        {ACTIVE: "hidden"},
    ),
    Mistake(
        "the ReLU comes at the end; it belongs between the two matrices",
        {ACTIVE: "hidden", DOWN: f"{DOWN}.relu()"},
    ),
    Mistake(
        "there is a second ReLU at the end; the result may be negative", {DOWN: f"{DOWN}.relu()"}
    ),
    Mistake(
        "the ReLU comes first, before the first matrix", {UP: "self.up(x.relu())", ACTIVE: "hidden"}
    ),
    Mistake(
        "it is GELU, not ReLU; the paper has max(0, …)", {ACTIVE: "nn.functional.gelu(hidden)"}
    ),
    Mistake("it is a sigmoid, not ReLU; the paper has max(0, …)", {ACTIVE: "hidden.sigmoid()"}),
    Mistake("it is tanh, not ReLU; the paper has max(0, …)", {ACTIVE: "hidden.tanh()"}),
    Mistake("the sign is turned round: it keeps what is negative", {ACTIVE: "(-hidden).relu()"}),
    Mistake("it takes the absolute value; what is negative becomes 0", {ACTIVE: "hidden.abs()"}),
    Mistake("the bias b₁ is forgotten", {UP: "x @ self.up.weight.T"}),
    Mistake("the bias b₂ is forgotten", {DOWN: "active @ self.down.weight.T"}),
    Mistake(
        "the widths do not fit: up comes before down, and a matrix that is multiplied by hand "
        "has to be turned first (nn.Linear keeps [out, in]: x @ weight.T + bias)",
        {UP: "self.down(x)", DOWN: "self.up(active)"},
    ),
    Mistake("x is added; the residual connection is the next lesson's", {DOWN: f"x + {DOWN}"}),
    Mistake("the second matrix is missing: it stays d_ff wide", {DOWN: "active"}),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "A module is called like a function: self.up(x) is x W₁ + b₁.",
        "tensor.relu() is max(0, …) number by number.",
        "self.down(self.up(x).relu())",
    ),
)
