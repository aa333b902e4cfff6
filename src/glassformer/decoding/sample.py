"""Sampling: each next token is drawn from the model's distribution, as it is or narrowed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import NEVER, Hypothesis, S, StepFunction
from glassformer.decoding.writing import write
from glassformer.numerics import sampling


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
) -> list[Hypothesis]:
    """Draw the tokens of each row until its end token or its maximum length.

    First the temperature, then ``top_k``, then ``top_p`` are applied (None: not at all), over the
    whole vocabulary. ``log_probability`` is the model's own, before any of them. The generator, on
    any device, gives one number a row and step: the same seed and rows give the same tokens, but a
    row's tokens depend on how many rows are beside it. For the rest see ``writing.write``.

    Raises:
        ConfigError: a value out of range, lengths or banned tokens that do not fit.
        GlassformerError: the model gave NaN.
    """

    def narrowed(scores: Tensor) -> Tensor:
        scores = sampling.temperature(scores, temperature)
        scores = scores if top_k is None else sampling.top_k(scores, top_k)
        return scores if top_p is None else sampling.top_p(scores, top_p)

    def drawn(scores: Tensor) -> tuple[Tensor, Tensor]:
        uniform = torch.rand(
            scores.size(0), generator=generator, dtype=torch.float64, device=generator.device
        )
        tokens = sampling.draw(narrowed(scores), uniform.to(scores.device))
        return tokens, torch.full_like(scores[:, 0], NEVER)

    narrowed(torch.zeros(1, 1))  # values out of range fail before the model runs
    return write(
        step,
        state,
        drawn,
        rows=rows,
        bos_id=bos_id,
        eos_id=eos_id,
        max_lengths=max_lengths,
        banned=banned,
    )
