"""nanoGPT, minGPT and torch.nn.Transformer against forward passes that are written out here."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

import glassformer as gf
from glassformer.errors import ForeignError
from glassformer.model import DecoderOnly, EncoderDecoder

WORDS, PLACES, D, LAYERS, HEADS = 31, 29, 22, 3, 2
Weights = dict[str, Tensor]


def gpt_weights(bias: bool, tied: bool, prefix: str = "") -> Weights:
    """Random weights under minGPT's and nanoGPT's names, without biases where there are none."""
    shapes: dict[str, tuple[int, ...]] = {
        "transformer.wte.weight": (WORDS, D), "transformer.wpe.weight": (PLACES, D),
        "transformer.ln_f.weight": (D,), "transformer.ln_f.bias": (D,),
        "lm_head.weight": (WORDS, D),
    }  # fmt: skip
    for i in range(LAYERS):
        h = f"transformer.h.{i}."
        sizes = {
            "attn.c_attn": (3, 1),
            "attn.c_proj": (1, 1),
            "mlp.c_fc": (4, 1),
            "mlp.c_proj": (1, 4),
        }
        for part, (rows, columns) in sizes.items():
            shapes |= {f"{h}{part}.weight": (rows * D, columns * D), f"{h}{part}.bias": (rows * D,)}
        for part in ("ln_1", "ln_2"):
            shapes |= {f"{h}{part}.weight": (D,), f"{h}{part}.bias": (D,)}
    generator = torch.Generator().manual_seed(5)
    found = {
        name: 0.5 * torch.randn(shape, generator=generator)
        for name, shape in shapes.items() if bias or not name.endswith("bias")
    }  # fmt: skip
    if tied:
        found["lm_head.weight"] = found["transformer.wte.weight"].clone()
    return {prefix + name: value for name, value in found.items()}


def gpt_logits(weights: Weights, tokens: Tensor, by_tanh: bool) -> Tensor:
    """[batch, position] -> [batch, position, vocabulary], as both repositories have it."""

    def linear(name: str, x: Tensor) -> Tensor:
        return F.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def norm(name: str, x: Tensor) -> Tensor:
        return F.layer_norm(x, (D,), weights[f"{name}.weight"], weights.get(f"{name}.bias"), 1e-5)

    count = tokens.size(1)
    x = weights["transformer.wte.weight"][tokens] + weights["transformer.wpe.weight"][:count]
    for i in range(LAYERS):
        h = f"transformer.h.{i}"
        q, k, v = linear(f"{h}.attn.c_attn", norm(f"{h}.ln_1", x)).split(D, dim=2)
        q, k, v = (
            part.view(*part.shape[:2], HEADS, D // HEADS).transpose(1, 2) for part in (q, k, v)
        )
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(D // HEADS)
        scores = scores.masked_fill(torch.ones(count, count).tril() == 0, -math.inf)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        x = x + linear(f"{h}.attn.c_proj", y)
        up = linear(f"{h}.mlp.c_fc", norm(f"{h}.ln_2", x))
        curved = 0.5 * up * (1 + torch.tanh(math.sqrt(2 / math.pi) * (up + 0.044715 * up**3)))
        x = x + linear(f"{h}.mlp.c_proj", curved if by_tanh else F.gelu(up))
    return F.linear(norm("transformer.ln_f", x), weights["lm_head.weight"])


def tokens_of(rows: int = 5, length: int = 17, seed: int = 3) -> Tensor:
    return torch.randint(1, WORDS, (rows, length), generator=torch.Generator().manual_seed(seed))


def greedily(weights: Weights, tokens: list[int], by_tanh: bool, most: int) -> list[int]:
    """The tokens that follow, each from the whole text before it."""
    for _ in range(most):
        tokens = [
            *tokens,
            int(gpt_logits(weights, torch.tensor([tokens]), by_tanh)[0, -1].argmax()),
        ]
    return tokens[-most:]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("prefix", ["", "_orig_mod."])
@torch.no_grad()
def test_nanogpt(bias: bool, prefix: str, tmp_path: Path) -> None:
    weights = gpt_weights(bias, tied=True)
    said = {"n_layer": LAYERS, "n_head": HEADS, "n_embd": D, "block_size": PLACES, "bias": bias,
            "vocab_size": WORDS, "dropout": 0.0}  # fmt: skip
    whole = {
        "model": {prefix + name: value for name, value in weights.items()},
        "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 0.1}]},
        "model_args": said, "iter_num": 7, "best_val_loss": torch.tensor(2.5), "config": {"a": "b"},
    }  # fmt: skip
    torch.save(whole, tmp_path / "ckpt.pt")
    model = gf.load(tmp_path / "ckpt.pt")
    assert isinstance(model.model, DecoderOnly)
    tokens = tokens_of()
    found = model.model.logits(model.model(tokens))
    wanted = gpt_logits(weights, tokens, by_tanh=False)
    assert (found - wanted).abs().max() < 1e-4 and wanted.std() > 0.5
    said_by_us = model.generate("5 17 3", max_length=11).split()
    following = greedily(weights, [5, 17, 3], False, 11)
    end = model.tokenizers.target.eos_id
    cut = following.index(end) if end in following else 11
    assert [int(word) for word in said_by_us] == following[:cut]


@torch.no_grad()
def test_mingpt(tmp_path: Path) -> None:
    weights = gpt_weights(bias=True, tied=False)
    triangle = torch.ones(PLACES, PLACES).tril().view(1, 1, PLACES, PLACES)
    buffers = {f"transformer.h.{i}.attn.bias": triangle for i in range(LAYERS)}
    torch.save(weights | buffers, tmp_path / "model.pt")
    said = {
        "model": {"model_type": None, "n_head": HEADS, "vocab_size": None},
        "system": {"seed": 3},
    }
    (tmp_path / "config.json").write_text(json.dumps(said))
    model = gf.load(tmp_path)
    assert isinstance(model.model, DecoderOnly)
    tokens = tokens_of()
    wanted = gpt_logits(weights, tokens, by_tanh=True)
    assert (model.model.logits(model.model(tokens)) - wanted).abs().max() < 1e-4
    assert (gpt_logits(weights, tokens, by_tanh=False) - wanted).abs().max() > 1e-4
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ForeignError, match="does not say how many heads"):
        gf.load(tmp_path)


class Positions(nn.Module):
    """As in PyTorch's tutorial on translation."""

    def __init__(self, d: int):
        super().__init__()
        rates = torch.exp(-torch.arange(0, d, 2) * math.log(10000) / d)
        angles = torch.arange(41.0)[:, None] * rates
        table = torch.zeros(41, d)
        table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
        self.register_buffer("pos_embedding", table[:, None])

    def forward(self, x: Tensor) -> Tensor:
        return x + self.pos_embedding[: x.size(0)]  # type: ignore[index]


class Words(nn.Module):
    def __init__(self, size: int, d: int):
        super().__init__()
        self.embedding, self.d = nn.Embedding(size, d), d

    def forward(self, tokens: Tensor) -> Tensor:
        return self.embedding(tokens) * math.sqrt(self.d)


class Translates(nn.Module):
    """As in PyTorch's tutorial on translation, position first."""

    def __init__(self, **options: Any):
        super().__init__()
        self.transformer = nn.Transformer(D, HEADS, LAYERS, LAYERS, 37, **options)
        self.generator = nn.Linear(D, 37)
        self.src_tok_emb, self.tgt_tok_emb = Words(WORDS, D), Words(37, D)
        self.positional_encoding = Positions(D)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        x = self.positional_encoding(self.src_tok_emb(source.T))
        y = self.positional_encoding(self.tgt_tok_emb(target.T))
        later = torch.ones(y.size(0), y.size(0), dtype=torch.bool).triu(1)
        pad = source == 1
        out = self.transformer(x, y, None, later, None, pad, None, pad)
        return self.generator(out).transpose(0, 1)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@torch.no_grad()
def test_torchs_own(norm_first: bool, activation: str, tmp_path: Path) -> None:
    torch.manual_seed(3)
    theirs = Translates(norm_first=norm_first, activation=activation).eval()
    for value in theirs.parameters():
        value.add_(0.2 * torch.randn_like(value))
    save_file(theirs.state_dict(), tmp_path / "model.safetensors")
    said = {"nhead": HEADS, "norm_first": norm_first, "activation": activation}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "torch.nn.Transformer"} | said))
    ours = gf.load(tmp_path).model
    assert isinstance(ours, EncoderDecoder)
    source, target = tokens_of() + 0, tokens_of(5, 13, 7)
    source[source == 1] = 2
    source[1, 9:] = 1
    wanted = theirs(source, target)
    assert (ours.logits(ours(source, target)) - wanted).abs().max() < 1e-4
    state, written = ours.start(source[:1]), [2]
    for _ in range(9):
        logits, state = ours.step(torch.tensor(written[-1:]), state)
        assert int(logits[0].argmax()) == int(
            theirs(source[:1], torch.tensor([written]))[0, -1].argmax()
        )
        written.append(int(logits[0].argmax()))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ForeignError, match="does not say 'nhead'"):
        gf.load(tmp_path)
