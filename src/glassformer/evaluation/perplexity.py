"""How well a model predicts a text it is shown word by word (Table 3's PPL, per token)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from glassformer.data.batching import Batch
from glassformer.errors import DataError
from glassformer.model.transformer import Model
from glassformer.text.tokenizer import TokenizerPair

TOGETHER = 4096  # tokens of a batch, padding included
AT_ONCE = 1024  # positions whose logits are in memory together


@dataclass(frozen=True, kw_only=True)
class Perplexity:
    """``nats``: mean negative log-probability of a token, the end token included;
    ``perplexity``: its exponential (infinite above 709 nats); ``accuracy``: share of tokens that
    had the highest probability; ``tokens``: how many there were."""

    nats: float
    perplexity: float
    accuracy: float
    tokens: int

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; what is not finite is None."""
        return {
            name: number if math.isfinite(number) else None for name, number in asdict(self).items()
        }


@torch.inference_mode()
def perplexity(model: Model, batches: Iterable[Batch]) -> Perplexity:
    """Perplexity and accuracy per token by teacher forcing, without label smoothing or dropout.

    The batches may be a stream; sums are in double precision.

    Raises:
        DataError: there is no token.
    """
    was_training = model.training
    model.eval()
    device, pad = model.output_matrix.device, model.config.pad
    nats, right, tokens = 0.0, 0, 0
    for batch in batches:
        hidden = model(*(part.to(device) for part in batch.inputs))
        target = batch.target_out.to(device)
        real = target != pad
        for part, wanted in zip(
            hidden[real].split(AT_ONCE), target[real].split(AT_ONCE), strict=True
        ):
            logits = model.logits(part).float()
            nats += float(negative_log_probability(logits, wanted).double().sum())
            right += int((logits.argmax(-1) == wanted).sum())
            tokens += len(wanted)
    model.train(was_training)
    if not tokens:
        raise DataError("there is no token to predict: the text is empty")
    mean = nats / tokens
    return Perplexity(
        nats=mean,
        perplexity=math.exp(mean) if mean < 709 else mean * math.inf,
        accuracy=right / tokens,
        tokens=tokens,
    )


def negative_log_probability(logits: Tensor, wanted: Tensor) -> Tensor:
    """Nats [token] of the wanted tokens [token] under logits [token, vocabulary]."""
    return -logits.log_softmax(-1).gather(-1, wanted[:, None])[:, 0]


def text_batches(
    tokenizers: TokenizerPair, sources: Sequence[str], targets: Sequence[str]
) -> Iterator[Batch]:
    """Batches of lines as they are in training: end tokens, a start token, padding on the right.

    Lines of similar length stand together.

    Raises:
        DataError: the sides are of unequal length.
    """
    if len(sources) != len(targets):
        raise DataError(f"{len(sources)} sources and {len(targets)} targets: give as many")
    source, target = tokenizers.source, tokenizers.target
    pairs = zip(source.encode_batch(sources), target.encode_batch(targets), strict=True)
    rows = sorted(pairs, key=lambda pair: max(map(len, pair)))
    while rows:
        fit = 1
        while fit < len(rows) and (fit + 1) * (max(map(len, rows[fit])) + 1) <= TOGETHER:
            fit += 1
        batch, rows = rows[:fit], rows[fit:]
        yield Batch(
            (
                padded([[*ids, source.eos_id] for ids, _ in batch], source.pad_id),
                padded([[target.bos_id, *ids] for _, ids in batch], target.pad_id),
            ),
            padded([[*ids, target.eos_id] for _, ids in batch], target.pad_id),
            sum(len(ids) + 1 for ids, _ in batch),
            sum(len(ids) + 1 for _, ids in batch),
        )


def padded(rows: Sequence[Sequence[int]], pad: int) -> Tensor:
    """Rows of ids as int64 [row, position], padded on the right."""
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows], dtype=torch.int64)
