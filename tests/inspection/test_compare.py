"""gf.compare: an encoder written by hand against ours; each planted difference is explained."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.inspection.explain import explanation

HEADS, WIDTH, D = 3, 5, 15
TOKENS = torch.tensor([[3, 14, 5, 9, 2, 6, 11], [8, 7, 21, 4, 13, 0, 0]])


def ours() -> gf.LoadedModel | nn.Module:
    config = gf.ModelConfig(
        family="encoder-only", source_vocabulary=31, target_vocabulary=31, d_model=D, d_ff=37,
        n_heads=HEADS, n_layers=2, bias=True,
    )  # fmt: skip
    model = gf.build(config, seed=4).eval()
    with torch.no_grad():  # so that a norm's epsilon and a bias count
        for name, one in model.named_parameters():
            if name.endswith("bias"):
                one.uniform_(-0.5, 0.5, generator=torch.Generator().manual_seed(1))
    return model


class Mine(nn.Module):
    """The same encoder as somebody would write it, with the parameters of ours."""

    def __init__(self, theirs: nn.Module, bug: str = "") -> None:
        super().__init__()
        self.bug = bug
        self.state = {name: value.clone() for name, value in theirs.state_dict().items()}
        self.table = theirs.source_embedding.positions(0, 23).clone()  # type: ignore[operator,union-attr]
        if bug == "transpose":
            name = "encoder.0.self_attention.output_matrix.weight"
            self.state[name] = self.state[name].T.contiguous()

    def linear(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.state[f"{name}.weight"], self.state.get(f"{name}.bias"))

    def heads(self, x: Tensor) -> Tensor:
        split = x.view(*x.shape[:2], HEADS, WIDTH).transpose(1, 2)
        return split[:, [2, 0, 1]] if self.bug == "permuted heads" else split

    def norm(self, x: Tensor, name: str) -> Tensor:
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
        found = (x - mean) / (variance + (1e-3 if self.bug == "epsilon" else 1e-6)).sqrt()
        return found * self.state[f"{name}.weight"] + self.state[f"{name}.bias"]

    def attention(self, x: Tensor, mask: Tensor, name: str) -> Tensor:
        q = self.heads(self.linear(x, f"{name}.query_matrix"))
        k, v = (
            self.linear(x, f"{name}.{side}_matrix").view(*x.shape[:2], HEADS, WIDTH).transpose(1, 2)
            for side in ("key", "value")
        )
        scores = q @ k.transpose(-2, -1)
        scores = scores if self.bug == "factor" else scores / math.sqrt(WIDTH)
        if self.bug == "sign":
            scores = -scores
        if self.bug == "transposed scores":
            scores = scores.transpose(-2, -1) * 1.0
        if self.bug != "missing mask":
            scores = scores.masked_fill(~mask, -1e9)
        mixed = scores.softmax(-1) @ v
        return self.linear(mixed.transpose(1, 2).flatten(2), f"{name}.output_matrix")

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.state["source_embedding.tokens.weight"][tokens] * math.sqrt(D)
        first = 1 if self.bug == "shifted position" else 0
        x = x + self.table[torch.arange(first, first + tokens.size(1))]
        mask = (tokens != 0)[:, None, None]
        for i in range(2):
            name = f"encoder.{i}"
            x = self.norm(x + self.attention(x, mask, f"{name}.self_attention"),
                          f"{name}.after_self.norm")  # fmt: skip
            hidden = self.linear(x, f"{name}.feedforward.up").relu()
            x = self.norm(x + self.linear(hidden, f"{name}.feedforward.down"),
                          f"{name}.after_feedforward.norm")  # fmt: skip
        return x


def test_two_that_are_the_same_are_said_to_be() -> None:
    model = ours()
    found = gf.compare(Mine(model), model, TOKENS)  # type: ignore[arg-type]
    assert found.alike, str(found)
    assert found.paired > 20 and "The results are the same" in str(found)


@pytest.mark.parametrize(
    ("bug", "how", "code", "path"),
    [
        ("factor", r"a factor: .* times 2\.236 \(√5\)", "masked_fill", "masked"),
        ("sign", "the sign: .* -1", "scores = -scores", "scaled"),
        ("transposed scores", "transpose: axes 2 and 3", "scores = scores.transpose", "scaled"),
        ("permuted heads", r"permuted heads: .* axis 1 .* \[2, 0, 1\]", "q @ k", "scores"),
        ("shifted position", r"a shifted position: mine at i is ours at i \+1", "", "position"),
        (
            "missing mask",
            "a missing mask: mine shows 42 cells",
            "scores.softmax(-1)",
            "softmax|weights",
        ),
        ("epsilon", "epsilon: mine is ours with 0.001 in place of 1e-06", "", "norm"),
        ("transpose", r"transpose: .*goes into it", "F.linear", "attention.output"),
    ],
)
def test_each_planted_difference_is_explained(bug: str, how: str, code: str, path: str) -> None:
    model = ours()
    found = gf.compare(Mine(model, bug), model, TOKENS)  # type: ignore[arg-type]
    assert not found.alike and re.match(how, found.how), str(found)
    assert code in found.lines[0] and "test_compare.py, line" in found.lines[0], found.lines
    assert re.search(path, found.ours), found.ours
    assert found.lines[1].count("glassformer/") == 1 and found.by > 0
    assert Path(__file__).name in str(found)


def test_parameters_that_were_not_copied_are_found_where_they_first_count() -> None:
    model = ours()
    mine = Mine(model)
    drawn = torch.randn(37, D, generator=torch.Generator().manual_seed(1))
    mine.state["encoder.1.feedforward.up.weight"] += 0.5 * drawn
    found = gf.compare(mine, model, TOKENS)  # type: ignore[arg-type]
    assert "F.linear" in found.lines[0] and found.how == ""
    assert found.ours == "encoder.1.feedforward.hidden" and "Nothing known" in str(found)


def test_a_table_of_names_says_what_is_meant() -> None:
    class Wrapped(nn.Module):
        def __init__(self, mine: nn.Module) -> None:
            super().__init__()
            self.inner = mine

        def forward(self, ids: Tensor) -> Tensor:
            return self.inner(ids) * 1.5

    model = ours()
    wrapped = Wrapped(Mine(model))  # type: ignore[arg-type]
    found = gf.compare(wrapped, model, {"ids": TOKENS}, names={"inner": "hidden"})  # type: ignore[arg-type]
    assert not found.alike
    found = gf.compare(wrapped, model, {"ids": TOKENS}, names={"mul": "hidden"})  # type: ignore[arg-type]
    assert not found.alike
    with pytest.raises(ConfigError, match="nothing was recorded as 'iner'. Did you mean 'inner'"):
        gf.compare(wrapped, model, TOKENS, names={"iner": "hidden"})  # type: ignore[arg-type]


def test_what_explains_nothing_is_not_said_to() -> None:
    chance = torch.Generator().manual_seed(0)
    x, y = (torch.randn(2, 3, 5, 7, generator=chance) for _ in range(2))
    assert explanation(x, y) == ""
    assert explanation(x * 3, x).startswith("a factor: mine is ours times 3 (√9)")
    assert explanation(x.roll(1, 2), x).startswith("permuted")
    hidden = x.masked_fill(x > 1, -torch.inf)
    assert "order" not in explanation(hidden.masked_fill(x > 1, 0.0), hidden)  # nothing has moved
