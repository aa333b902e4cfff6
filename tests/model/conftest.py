"""Small models of every family, their sizes different primes where they can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from glassformer.model import Model, ModelConfig, build

SMALL: dict[str, Any] = {
    "source_vocabulary": 31, "target_vocabulary": 31, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 3, "d_k": 5, "d_v": 7,
}  # fmt: skip


@pytest.fixture
def make() -> Callable[..., Model]:
    """A small model in evaluation mode, with changes."""

    def made(**changes: Any) -> Model:
        torch.manual_seed(0)
        return build(ModelConfig(**(SMALL | changes)), seed=5).eval()

    return made


@pytest.fixture
def source() -> Tensor:
    """Five sentences of up to eleven tokens, padded with 0."""
    tokens = torch.randint(1, 31, (5, 11), generator=torch.Generator().manual_seed(1))
    tokens[1, 7:] = 0
    tokens[3, 2:] = 0
    return tokens


@pytest.fixture
def target() -> Tensor:
    """Five targets of thirteen tokens."""
    return torch.randint(1, 31, (5, 13), generator=torch.Generator().manual_seed(2))
