"""What a model is made of: its sizes and parts, in the paper's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from glassformer.errors import ConfigError, nearest

Family = Literal["encoder-decoder", "decoder-only", "encoder-only"]
Norm = Literal["post", "pre"]
Positions = Literal["sinusoids", "sinusoids-concatenated", "learned"]
Activation = Literal["relu", "gelu"]
Tying = Literal["none", "output", "all"]


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """A model's sizes and parts. The defaults are the base model's of the paper (Table 3).

    ``tie`` says which of the source embedding, target embedding and pre-softmax matrices are one:
    none, the last two (output), or all three (§3.4). The paper does not state ``bias`` (of the
    four attention projections; its formulas show none) and ``epsilon`` (of the layer norms; here
    the reference implementation's). ``d_k`` and ``d_v`` are a head's widths, d_model / n_heads
    where None. ``max_length`` bounds learned positions alone.
    """

    family: Family = "encoder-decoder"
    source_vocabulary: int
    target_vocabulary: int
    pad: int = 0
    d_model: int = 512
    d_ff: int = 2048
    n_heads: int = 8
    n_layers: int = 6
    d_k: int | None = None
    d_v: int | None = None
    dropout: float = 0.1
    attention_dropout: float = 0.0
    activation_dropout: float = 0.0
    norm: Norm = "post"
    positions: Positions = "sinusoids"
    max_length: int = 1024
    activation: Activation = "relu"
    bias: bool = False
    epsilon: float = 1e-6
    tie: Tying = "all"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                came = getattr(self, name)
                raise ConfigError(f"{name} = {came!r} is not known.{nearest(str(came), choices)}")
        for name in SIZES:
            size = getattr(self, name)
            if size is not None and size < 1:
                raise ConfigError(f"{name} = {size} must be at least 1")
        for name in ("dropout", "attention_dropout", "activation_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)} must be in [0, 1)")
        if self.epsilon <= 0:
            raise ConfigError(f"epsilon = {self.epsilon} must be above 0")
        if (self.d_k is None or self.d_v is None) and self.d_model % self.n_heads:
            raise ConfigError(
                f"n_heads = {self.n_heads} does not divide d_model = {self.d_model}: "
                "choose a divisor, or give both d_k and d_v"
            )
        if self.tie == "all" and self.source_vocabulary != self.target_vocabulary:
            raise ConfigError(
                f"tie = 'all' needs one vocabulary for both sides, not {self.source_vocabulary} "
                f"and {self.target_vocabulary} entries: share the tokenizer or set tie = 'output'"
            )

    @property
    def key_width(self) -> int:
        """d_k, the width of one head's queries and keys."""
        return self.d_k if self.d_k is not None else self.d_model // self.n_heads

    @property
    def value_width(self) -> int:
        """d_v, the width of one head's values."""
        return self.d_v if self.d_v is not None else self.d_model // self.n_heads

    def parameter_count(self) -> int:
        """How many parameters the model has, by the closed formula (a tied matrix counts once)."""
        d, keys, values = (
            self.d_model,
            self.n_heads * self.key_width,
            self.n_heads * self.value_width,
        )
        attention = d * (2 * keys + 2 * values) + self.bias * (2 * keys + values + d)
        feedforward = 2 * d * self.d_ff + self.d_ff + d
        norm = 2 * d
        layer = attention + feedforward + 2 * norm
        cross_layer = 2 * attention + feedforward + 3 * norm
        stack_end = norm if self.norm == "pre" else 0
        positions = self.max_length * d if self.positions == "learned" else 0
        source, target = self.source_vocabulary * d, self.target_vocabulary * d
        if self.family != "encoder-decoder":
            matrices = target if self.tie != "none" else 2 * target
            return self.n_layers * layer + stack_end + matrices + positions
        matrices = {"none": source + 2 * target, "output": source + target, "all": target}[self.tie]
        body = self.n_layers * (layer + cross_layer) + 2 * stack_end
        return body + matrices + 2 * positions


CHOICES = {
    "family": get_args(Family),
    "norm": get_args(Norm),
    "positions": get_args(Positions),
    "activation": get_args(Activation),
    "tie": get_args(Tying),
}
SIZES = (
    "source_vocabulary target_vocabulary d_model d_ff n_heads n_layers d_k d_v max_length".split()
)
