"""Masks (§3.2.3): bool, True where attending is allowed, shaped for [batch, head, query, key]."""

from __future__ import annotations

import torch
from torch import Tensor


def padding_mask(tokens: Tensor, pad: int) -> Tensor:
    """No query attends to padding: tokens [batch, key] -> [batch, 1, 1, key]."""
    return (tokens != pad)[:, None, None, :]


def causal_mask(queries: int, keys: int, device: torch.device | None = None) -> Tensor:
    """No query attends to a later key: [queries, keys].

    The queries are the last of the keys, so that one formula serves a whole sequence
    (queries = keys) and one new token after a cache (queries = 1).
    """
    key = torch.arange(keys, device=device)
    query = torch.arange(keys - queries, keys, device=device)
    return key <= query[:, None]
