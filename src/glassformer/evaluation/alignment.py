"""Whether cross-attention follows the gold word alignment of the built-in pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from glassformer.evaluation.accuracy import Accuracy
from glassformer.evaluation.aligned import CROSS, Example, in_batches, kind_of, recorded, tensors
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import TokenizerPair


@dataclass(frozen=True, kw_only=True)
class AlignmentAgreement:
    """How well a head, or the mean of a layer's heads (``head`` None), follows the gold alignment.

    ``strongest``: French words whose strongest English word is one that they are aligned with, of
    those aligned with any. ``error_rate``: the alignment error rate (Och and Ney 2003) of linking
    each French word to its strongest English word, all gold links taken as sure.
    """

    path: str
    head: int | None
    strongest: Accuracy
    error_rate: float

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; heads count from 0, as in the model's paths."""
        return {
            "path": self.path,
            "head": self.head,
            "strongest": self.strongest.to_json(),
            "error_rate": self.error_rate,
        }


@torch.inference_mode()
def alignment_agreement(
    model: EncoderDecoder, tokenizers: TokenizerPair, examples: Sequence[Example]
) -> tuple[AlignmentAgreement, ...]:
    """The agreement of each cross-attention head and of each layer's mean, layer by layer.

    A word's attention is that of the position that predicts it. The end of the source, where
    heads rest that have nothing to look for, is no word and does not compete.
    """
    right: dict[tuple[str, int | None], int] = {}
    words = links = gold = 0
    for batch in in_batches(examples):
        source, target = tensors(model, tokenizers, batch)
        _, weights = recorded(model, source, target)
        for path in (path for path in weights if kind_of(path) == CROSS):
            heads = weights[path]
            with_mean = torch.cat([heads, heads.mean(1, keepdim=True)], 1)
            for head, hits in enumerate(hits_of(with_mean, batch)):
                name = (path, head if head < heads.size(1) else None)
                right[name] = right.get(name, 0) + hits
        words += sum(len({j for _, j in example.alignment}) for example in batch)
        links += sum(len(example.target) for example in batch)
        gold += sum(len(example.alignment) for example in batch)
    return tuple(
        AlignmentAgreement(
            path=path,
            head=head,
            strongest=Accuracy(hits, words),
            error_rate=1 - 2 * hits / (links + gold),
        )
        for (path, head), hits in right.items()
    )


def hits_of(weights: Tensor, batch: Sequence[Example]) -> list[int]:
    """For each head, target words whose strongest source word they are aligned with.

    weights: [batch, head, query, key].
    """
    hits = torch.zeros(weights.size(1), dtype=torch.int64)
    for row, example in enumerate(batch):
        gold = torch.zeros(len(example.target), len(example.source), dtype=torch.bool)
        for i, j in example.alignment:
            gold[j, i] = True
        strongest = weights[row, :, : len(example.target), : len(example.source)].argmax(-1)
        hits += gold.expand(len(hits), -1, -1).gather(-1, strongest[..., None]).sum((1, 2))
    return hits.tolist()
