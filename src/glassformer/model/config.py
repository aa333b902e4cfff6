"""What a model is made of: its sizes and parts, in the paper's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from glassformer.errors import ConfigError, nearest

Family = Literal["encoder-decoder", "decoder-only", "encoder-only"]
Norm = Literal["post", "pre"]
Positions = Literal["sinusoids", "sinusoids-concatenated", "sinusoids-halved", "learned"]
Activation = Literal["relu", "gelu", "gelu-tanh", "silu"]
Tying = Literal["none", "output", "all"]
Head = Literal["linear", "transform", "tanh", "relu"]


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """A model's sizes and parts. The defaults are the base model's of the paper (Table 3).

    ``tie`` says which of the source embedding, target embedding and pre-softmax matrices are one:
    none, the last two (output), or all three (§3.4). The paper does not state ``bias`` (of the
    four attention projections; its formulas show none) and ``epsilon`` (of the layer norms; here
    the reference implementation's). ``d_k`` and ``d_v`` are a head's widths, d_model / n_heads
    where None. ``max_length`` bounds learned positions alone.

    What follows ``tie`` is not the paper's, but other models' of the family. ``scale_embedding``:
    times √d_model (§3.4). ``first_position`` is the first sequence position's row in the table of
    learned ones. ``segments`` is how many kinds of segment have an embedding of their own,
    ``embedding_norm`` whether the sum of embeddings is normalised. ``final_norm``: whether a norm
    ends each stack; where None, that of pre-norm layers alone. ``head`` is what stands before the
    output matrix (``model.head``), ``output_bias`` whether the logits have a bias.

    An encoder-only model with ``labels`` gives one of so many to the whole, from its first
    position; without, a token to each position. With ``image_size`` (pixels a side) it reads
    square images of ``channels`` in patches of ``patch_size``; it has no vocabulary then, and both
    sizes are 1.
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
    scale_embedding: bool = True
    first_position: int = 0
    segments: int = 0
    embedding_norm: bool = False
    final_norm: bool | None = None
    head: Head = "linear"
    output_bias: bool = False
    labels: int | None = None
    image_size: int | None = None
    patch_size: int = 16
    channels: int = 3

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
        for name in ("first_position", "segments"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} = {getattr(self, name)} must be at least 0")
        self.check_reading()
        if self.tie == "all" and self.source_vocabulary != self.target_vocabulary:
            raise ConfigError(
                f"tie = 'all' needs one vocabulary for both sides, not {self.source_vocabulary} "
                f"and {self.target_vocabulary} entries: share the tokenizer or set tie = 'output'"
            )

    def check_reading(self) -> None:
        """Raise ConfigError for labels or images that do not fit the rest."""
        for name in ("labels", "image_size"):
            if getattr(self, name) is not None and self.family != "encoder-only":
                raise ConfigError(
                    f"{name} = {getattr(self, name)} is for family = 'encoder-only', "
                    f"not {self.family!r}"
                )
        if self.image_size is not None and self.image_size % self.patch_size:
            raise ConfigError(
                f"patch_size = {self.patch_size} does not divide image_size = {self.image_size}"
            )
        if self.labels is not None and self.tie != "none":
            raise ConfigError(
                f"tie = {self.tie!r} cannot be combined with labels = {self.labels}: their output "
                "matrix is no embedding; set tie = 'none'"
            )
        if self.image_size is not None and self.labels is None:
            raise ConfigError("a model that reads images gives labels: say how many, labels = N")

    @property
    def places(self) -> int:
        """Rows of a table of learned positions: the class token and each patch, or max_length."""
        if self.image_size is None:
            return self.max_length
        side: int = self.image_size // self.patch_size
        return 1 + side * side

    @property
    def readable(self) -> float:
        """Positions that it can read at once: what was learned of them, or any number."""
        learned = self.positions == "learned"
        return self.places - self.first_position if learned else float("inf")

    @property
    def ends_in_norm(self) -> bool:
        """Whether a norm ends each stack."""
        return self.norm == "pre" if self.final_norm is None else self.final_norm

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
        stack_end = norm * self.ends_in_norm
        layers = self.n_layers * layer + stack_end
        end = self.output_count()
        if self.family != "encoder-decoder":
            return self.embedding_count(self.target_vocabulary) + layers + end
        embeddings = self.embedding_count(self.target_vocabulary)
        embeddings += self.embedding_count(0 if self.tie == "all" else self.source_vocabulary)
        return embeddings + layers + self.n_layers * cross_layer + stack_end + end

    def embedding_count(self, vocabulary: int) -> int:
        """How many parameters an embedding has, its positions included."""
        d = self.d_model
        read = vocabulary * d
        if self.image_size is not None:  # a matrix and its bias, and the class token
            read = self.channels * self.patch_size**2 * d + 2 * d
        positions = self.places * d if self.positions == "learned" else 0
        segments = 0 if self.image_size is not None else self.segments * d
        return read + positions + segments + 2 * d * self.embedding_norm

    def output_count(self) -> int:
        """How many parameters come after the last hidden state."""
        d = self.d_model
        dense = 0 if self.head == "linear" else d * d + d + 2 * d * (self.head == "transform")
        outputs = self.target_vocabulary if self.labels is None else self.labels
        return dense + outputs * d * (self.tie == "none") + outputs * self.output_bias


CHOICES = {
    "family": get_args(Family),
    "norm": get_args(Norm),
    "positions": get_args(Positions),
    "activation": get_args(Activation),
    "tie": get_args(Tying),
    "head": get_args(Head),
}
SIZES = (
    "source_vocabulary target_vocabulary d_model d_ff n_heads n_layers d_k d_v max_length labels "
    "image_size patch_size channels".split()
)
