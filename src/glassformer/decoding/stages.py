"""One step of decoding as a person can follow it: from the logits to the token that is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import NEVER, log_probabilities
from glassformer.decoding.sample import Narrowing
from glassformer.numerics.sampling import largest

SHOWN = 20


@dataclass(frozen=True)
class Option:
    """A token at every stage: its ``logit``; that ``scaled`` by the temperature, the largest at 0;
    whether it is ``kept``; its probability ``plain``, by the model alone, and in the end."""

    id: int
    logit: float
    scaled: float
    kept: bool
    plain: float
    probability: float


@dataclass(frozen=True)
class Rest:
    """All tokens that are not among the options, summed."""

    count: int
    plain: float
    probability: float


@dataclass(frozen=True)
class Stages:
    """The options with the largest logits, the taken one among them, and the rest: both the plain
    and the final probabilities sum to 1."""

    token: int
    probability: float
    options: tuple[Option, ...]
    rest: Rest


def stages(
    logits: Tensor,
    token: int,
    narrowing: Narrowing = Narrowing(),
    banned: Sequence[int] = (),
    shown: int = SHOWN,
) -> Stages:
    """What became of these logits [vocabulary] until ``token`` was taken.

    A token of the prefix that was not chosen but given may be one that the narrowing left out.

    Raises:
        ConfigError: a banned id that the vocabulary does not have.
    """
    plain = logits.double().softmax(-1)
    narrowed = narrowing(log_probabilities(logits[None], banned))[0]
    probability = narrowed.double().softmax(-1)
    scaled, kept = narrowing.scaled(logits.float()), narrowed > NEVER
    ids: list[int] = largest(logits[None], shown)[1][0].tolist()
    ids += [] if token in ids else [token]
    columns = (part[ids].tolist() for part in (logits, scaled, kept, plain, probability))
    options = tuple(Option(*values) for values in zip(ids, *columns, strict=True))
    others = torch.ones_like(plain)
    others[ids] = 0.0
    rest = Rest(
        len(plain) - len(ids), (plain * others).sum().item(), (probability * others).sum().item()
    )
    return Stages(token, probability[token].item(), options, rest)
