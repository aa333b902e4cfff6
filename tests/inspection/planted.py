"""A small language model of nobody's house, with a place for each of the usual mistakes."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

VOCABULARY, WIDTH, HEADS, LONGEST = 29, 12, 2, 23


class Attention(nn.Module):
    def __init__(self, bugs: set[str]) -> None:
        super().__init__()
        self.bugs = bugs
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor, past: tuple[Tensor, Tensor] | None = None) -> Any:
        batch, length, _ = x.shape
        q, k, v = (
            part.view(batch, length, HEADS, -1).transpose(1, 2) for part in self.qkv(x).chunk(3, -1)
        )
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        scores = scores.masked_fill(~mask, -1e9)
        if "softmax over queries" in self.bugs:
            weights = scores.softmax(-2)
        if "softmax over queries" not in self.bugs:
            weights = scores.softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        return self.out(mixed), (k, v)


class Block(nn.Module):
    def __init__(self, bugs: set[str]) -> None:
        super().__init__()
        self.attention = Attention(bugs)
        self.norm, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 31), nn.Linear(31, WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor, past: Any = None) -> Any:
        found, kept = self.attention(self.norm(x), mask, past)
        x = x + self.drop(found)
        return x + self.drop(self.down(F.gelu(self.up(self.norm2(x))))), kept


class Small(nn.Module):
    """tokens [batch, position], 0 at padding -> logits [batch, position, vocabulary]."""

    def __init__(self, *bugs: str) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.bugs = set(bugs)
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(LONGEST, WIDTH)
        self.blocks = nn.ModuleList(Block(self.bugs) for _ in range(2))
        self.head = nn.Linear(WIDTH, VOCABULARY)

    def mask(self, tokens: Tensor) -> Tensor:
        length = tokens.size(1)
        square = torch.ones(length, length, dtype=torch.bool)
        mask = square.triu() if "flipped triangle" in self.bugs else square.tril()
        if "missing padding mask" in self.bugs:
            return mask
        return mask & (tokens != 0)[:, None, None]

    def where(self, tokens: Tensor) -> Tensor:
        if "position offset" in self.bugs:
            return torch.arange(tokens.size(1)).expand_as(tokens)
        return ((tokens != 0).cumsum(1) - 1).clamp_min(0)

    def forward(self, tokens: Tensor, targets: Tensor | None = None) -> Any:
        x = self.embed(tokens) + self.places(self.where(tokens))
        mask = self.mask(tokens)
        for block in self.blocks:
            x, _ = block(x, mask)
        logits = self.head(x)
        if targets is None:
            return logits
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def step(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        length, past = state or (0, [None] * len(self.blocks))
        place = length + ("cache off by one" in self.bugs and length > 0)
        x = self.embed(tokens) + self.places(torch.tensor([place]))
        kept = []
        for block, before in zip(self.blocks, past, strict=True):
            x, now = block(x, torch.tensor(True), before)
            kept.append(now)
        return self.head(x), (length + 1, kept)
