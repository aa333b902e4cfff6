"""Sampling: each next token is drawn from the model's distribution, as it is or narrowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import NEVER, Hypothesis, S, StepFunction
from glassformer.decoding.writing import Choose, Watch, write
from glassformer.numerics import sampling


@dataclass(frozen=True)
class Narrowing:
    """What becomes of a distribution before a token is drawn: first the temperature, then
    ``top_k``, then ``top_p`` (None: not at all).

    Raises:
        ConfigError: a value out of range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        self(torch.zeros(1, 1))  # fails before the model runs

    def __call__(self, scores: Tensor) -> Tensor:
        """[..., vocabulary] of logits or log-probabilities -> the same, -inf for what is out."""
        return self.filtered(self.scaled(scores))

    def scaled(self, scores: Tensor) -> Tensor:
        """The first stage alone."""
        return sampling.temperature(scores, self.temperature)

    def filtered(self, scaled: Tensor) -> Tensor:
        """The other two."""
        kept = scaled if self.top_k is None else sampling.top_k(scaled, self.top_k)
        return kept if self.top_p is None else sampling.top_p(kept, self.top_p)


def drawn_by(narrowing: Narrowing, generator: torch.Generator) -> Choose:
    """Draws a token for each row from what the narrowing leaves of its distribution."""

    def drawn(scores: Tensor) -> tuple[Tensor, Tensor]:
        uniform = torch.rand(
            scores.size(0), generator=generator, dtype=torch.float64, device=generator.device
        )
        tokens = sampling.draw(narrowing(scores), uniform.to(scores.device))
        return tokens, torch.full_like(scores[:, 0], NEVER)

    return drawn


def sample(
    step: StepFunction[S],
    state: S,
    *,
    rows: int,
    bos_id: int,
    eos_id: int,
    max_lengths: Sequence[int],
    generator: torch.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    banned: Sequence[int] = (),
    prefix: Sequence[int] = (),
    watch: Watch[S] | None = None,
) -> list[Hypothesis]:
    """Draw the tokens of each row until its end token or its maximum length.

    ``Narrowing`` says what temperature, ``top_k`` and ``top_p`` do, over the whole vocabulary.
    ``log_probability`` is the model's own, before any of them. The generator, on
    any device, gives one number a row and step: the same seed and rows give the same tokens, but a
    row's tokens depend on how many rows are beside it. For the rest see ``writing.write``.

    Raises:
        ConfigError: a value out of range, lengths or banned tokens that do not fit.
        GlassformerError: the model gave NaN.
    """
    return write(
        step,
        state,
        drawn_by(Narrowing(temperature, top_k, top_p), generator),
        rows=rows,
        bos_id=bos_id,
        eos_id=eos_id,
        max_lengths=max_lengths,
        banned=banned,
        prefix=prefix,
        watch=watch,
    )
