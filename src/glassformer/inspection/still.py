"""Chance held still: dropout that drops nothing, on any module and by whatever function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

DROPOUTS = frozenset(
    {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout",
     "dropout_"}
)  # fmt: skip
FUSED = (F.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention)


class Still(TorchFunctionMode):
    """Inside the block, two calls in training mode differ only by their inputs."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Leave out what an operator would drop."""
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        if name in DROPOUTS:
            return args[0] if args else kwargs["input"]
        if name == "random_":  # our own dropout's draws
            return args[0].zero_()
        if func in FUSED:
            if len(args) > 4:
                args = (*args[:4], 0.0, *args[5:])
            else:
                kwargs["dropout_p"] = 0.0
        if func is F.multi_head_attention_forward:
            args = (*args[:10], 0.0, *args[11:])
        return func(*args, **kwargs)
