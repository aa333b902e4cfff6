"""The models of the paper by name: functions that give a ModelConfig.

Each differs from ``base`` only where the paper, or the reference implementation at the version
named, says so. Those are the models; how they are trained stands in the recipes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from glassformer.errors import ConfigError, nearest
from glassformer.model.config import ModelConfig


def base(vocabulary: int, **changes: Any) -> ModelConfig:
    """Table 3, first row: 6 + 6 layers, 512 wide, 8 heads; ``changes`` are put in its place."""
    sizes = {"source_vocabulary": vocabulary, "target_vocabulary": vocabulary}
    return ModelConfig(**(sizes | changes))


def big(vocabulary: int, **changes: Any) -> ModelConfig:
    """Table 3, last row: 1024 wide, 16 heads, dropout 0.3 (0.1 for English-French, §6.1)."""
    return base(
        vocabulary, **({"d_model": 1024, "d_ff": 4096, "n_heads": 16, "dropout": 0.3} | changes)
    )


def parsing(vocabulary: int, **changes: Any) -> ModelConfig:
    """§6.3, constituency parsing: 4 layers, 1024 wide. The rest is not stated: as in ``big``."""
    return big(vocabulary, **({"n_layers": 4} | changes))


def reference_v1(vocabulary: int, **changes: Any) -> ModelConfig:
    """tensor2tensor's transformer_base_v1: the paper's, with sine and cosine halves."""
    return base(vocabulary, **({"positions": "sinusoids-concatenated"} | changes))


def reference_v3(vocabulary: int, **changes: Any) -> ModelConfig:
    """tensor2tensor's transformer_base (v3): pre-norm, dropout on attention and activation too."""
    ours = {"norm": "pre", "attention_dropout": 0.1, "activation_dropout": 0.1}
    return reference_v1(vocabulary, **(ours | changes))


# Table 3: each row's changes from base, by the row's letter and what it varies.
TABLE_3: dict[str, dict[str, Any]] = {
    "base": {},
    "A-h1": {"n_heads": 1, "d_k": 512, "d_v": 512},
    "A-h4": {"n_heads": 4, "d_k": 128, "d_v": 128},
    "A-h16": {"n_heads": 16, "d_k": 32, "d_v": 32},
    "A-h32": {"n_heads": 32, "d_k": 16, "d_v": 16},
    "B-dk16": {"d_k": 16, "d_v": 64},
    "B-dk32": {"d_k": 32, "d_v": 64},
    "C-N2": {"n_layers": 2},
    "C-N4": {"n_layers": 4},
    "C-N8": {"n_layers": 8},
    "C-d256": {"d_model": 256, "d_k": 32, "d_v": 32},
    "C-d1024": {"d_model": 1024, "d_k": 128, "d_v": 128},
    "C-dff1024": {"d_ff": 1024},
    "C-dff4096": {"d_ff": 4096},
    "D-P0.0": {"dropout": 0.0},
    "D-P0.2": {"dropout": 0.2},
    "D-e0.0": {},
    "D-e0.2": {},
    "E": {"positions": "learned"},
    "big": {"d_model": 1024, "d_ff": 4096, "n_heads": 16, "dropout": 0.3},
}
# The two rows that vary training, not the model: their label smoothing.
TABLE_3_SMOOTHING = {"D-e0.0": 0.0, "D-e0.2": 0.2}


def table3(row: str, vocabulary: int) -> ModelConfig:
    """The model of a row of Table 3, by its name in ``TABLE_3``."""
    if row not in TABLE_3:
        raise ConfigError(f"Table 3 has no row {row!r}.{nearest(row, TABLE_3)}")
    return base(vocabulary, **TABLE_3[row])


PRESETS: dict[str, Callable[..., ModelConfig]] = {
    "base": base,
    "big": big,
    "parsing": parsing,
    "reference-v1": reference_v1,
    "reference-v3": reference_v3,
}


def preset(name: str, vocabulary: int, **changes: Any) -> ModelConfig:
    """A preset, or a row of Table 3 as ``table3:ROW``, with ``changes`` put in its place."""
    if name.startswith("table3:"):
        return replace(table3(name.removeprefix("table3:"), vocabulary), **changes)
    if name not in PRESETS:
        raise ConfigError(f"there is no preset {name!r}.{nearest(name, PRESETS)}")
    return PRESETS[name](vocabulary, **changes)
