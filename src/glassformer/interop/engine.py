"""CTranslate2 in the place of our own decoding, token for token.

It is asked for what our search gives. Padding and the start token, which may not be said, go to it
as further end tokens: a hypothesis that says one ends there and is dropped, and the probabilities
of the others stay the model's (what is forbidden to it is normalised away). Its n best are ranked
by our length penalty.

One difference would show. Ours takes an end that is among the 2K best continuations; there it has
to be among the K best. A hypothesis of probability p that it missed had K better beside it, of one
length and so exclusive: p ≤ 1 / (K + 1). Where the best hypothesis scores less than such a one
could, one pass of the model over it tells whether ending it earlier would have scored higher. Where
it would, and where less than was asked for ended in time, our own search decides. What is left is
an end that was missed on another way: with two models of petit none in 1500 sentences of the kind
that they learned, one or two in a hundred of longer ones, which they cannot translate.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from glassformer.decoding import Hypothesis, length_penalty
from glassformer.decoding.beam import check
from glassformer.decoding.hypothesis import near, refuse_nan
from glassformer.decoding.penalties import best_attainable
from glassformer.errors import ConfigError
from glassformer.interop.ctranslate2 import export, names, package, positions_of
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.text.tokenizer import TokenizerPair
from glassformer.translation import TranslationConfig, decode_batch, source_tensor

PURPOSE = "the engine 'ctranslate2'"
COMPUTE_TYPES = {"fp32": "float32", "bf16": "bfloat16", "int8": "int8"}


class CTranslate2:
    """A ``translation.Decode``: ids in, hypotheses out, by CTranslate2.

    Attributes:
        model: the model that was converted, on the same device.
    """

    model: EncoderDecoder

    def __init__(
        self,
        model: Model,
        tokenizers: TokenizerPair,
        device: torch.device = torch.device("cpu"),
        dtype: str = "fp32",
    ):
        """Convert the model and load it; it computes on as many CPU threads as torch.

        Args:
            dtype: fp32, bf16, int8 (of the matrices), or auto: bf16 where the device has it.

        Raises:
            ConfigError: CTranslate2 cannot express the model, or has not this device or dtype.
            MissingExtraError: it is not installed.
        """
        ctranslate2 = package(PURPOSE)
        place = {"device": device.type, "device_index": device.index or 0}
        kind = compute_type(dtype, place)
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "model"
            export(model, tokenizers, made)
            self.engine = ctranslate2.Translator(
                str(made), **place, compute_type=kind, intra_threads=torch.get_num_threads()
            )
        assert isinstance(model, EncoderDecoder)  # no other is exported
        self.model, self.tokenizers = model.to(device), tokenizers
        self.positions = positions_of(model.target_embedding)
        self.sources, self.targets = names(tokenizers.source), names(tokenizers.target)
        self.ids = {name: index for index, name in enumerate(self.targets)}

    def __call__(
        self, sources: Sequence[Sequence[int]], config: TranslationConfig, n_best: int
    ) -> list[list[Hypothesis]]:
        """The n best hypotheses of each source (tokens without the end token), best first.

        Raises:
            ConfigError: a beam, an α or an ``n_best`` that no search can be made with, or a
                sentence longer than the learned positions.
            GlassformerError: the model gave NaN.
        """
        check(config.beam, config.alpha, n_best)
        if config.beam == 1:  # greedy: there is nothing to compare lengths with
            config = replace(config, alpha=0.0)
        rows = [i for i, tokens in enumerate(sources) if 0 < len(tokens) < self.positions]
        ended = self.search([sources[i] for i in rows], config, n_best) if rows else []
        found = {
            i: ranked(hypotheses, n_best)
            for i, hypotheses in zip(rows, ended, strict=True)
            if len(hypotheses) >= n_best
        }
        if config.beam > 1:
            best = {i: hypotheses[0] for i, hypotheses in found.items()}
            for i in self.doubtful(sources, best, config):
                del found[i]
        if rest := [i for i in range(len(sources)) if i not in found]:
            again = [sources[i] for i in rest]
            ours = decode_batch(self.model, self.tokenizers, again, config, n_best)
            found |= zip(rest, ours, strict=True)
        return [found[i] for i in range(len(sources))]

    def search(
        self, sources: Sequence[Sequence[int]], config: TranslationConfig, n_best: int
    ) -> list[list[Hypothesis]]:
        """What CTranslate2 finds for each source that ended in time, and in the end token."""
        target = self.tokenizers.target
        limits = [len(tokens) + config.extra_length for tokens in sources]
        results = self.engine.translate_batch(
            [[self.sources[i] for i in tokens] for tokens in sources],
            beam_size=config.beam,
            num_hypotheses=n_best if config.alpha == 0 else config.beam,
            length_penalty=0,
            return_scores=True,
            return_end_token=True,
            end_token=sorted({target.eos_id, target.pad_id, target.bos_id}),
            max_input_length=0,
            max_decoding_length=min(max(limits), self.positions),
            min_decoding_length=0,  # by default the first token may not be the end
        )
        return [
            [
                hypothesis(ids, total, config.alpha)
                for ids, total in zip(self.read(result.hypotheses), result.scores, strict=True)
                if ids[-1] == target.eos_id and len(ids) <= limit
            ]
            for result, limit in zip(results, limits, strict=True)
        ]

    def read(self, hypotheses: Sequence[Sequence[str]]) -> list[list[int]]:
        """The ids of hypotheses, the end token's included."""
        return [[self.ids[name] for name in said] for said in hypotheses]

    def doubtful(
        self,
        sources: Sequence[Sequence[int]],
        best: dict[int, Hypothesis],
        config: TranslationConfig,
    ) -> list[int]:
        """The sentences whose best hypothesis would have scored higher if it had ended earlier."""
        unsure = []
        for i, hypothesis in best.items():
            length = len(hypothesis.tokens)
            missed = best_attainable(-math.log(config.beam + 1), 1, length, config.alpha)
            if hypothesis.score < missed:
                unsure.append(i)
        if not unsure:
            return []
        earlier = self.earlier_ends(
            [sources[i] for i in unsure], [best[i] for i in unsure], config.alpha
        )
        return [i for i, score in zip(unsure, earlier, strict=True) if score > best[i].score]

    def earlier_ends(
        self, sources: Sequence[Sequence[int]], best: Sequence[Hypothesis], alpha: float
    ) -> list[float]:
        """The highest score that each hypothesis would have had by ending earlier."""
        target, device = self.tokenizers.target, self.model.output_matrix.device
        width = max(len(h.tokens) for h in best)
        rows = [
            [target.bos_id, *h.tokens] + [target.pad_id] * (width - len(h.tokens)) for h in best
        ]
        read = torch.tensor(rows, dtype=torch.int64, device=device)
        memory = self.model.encode(source_tensor(sources, self.tokenizers, device))
        scores = self.model.logits(self.model.decode(read, *memory)).log_softmax(-1)
        said = scores[:, :-1].gather(2, read[:, 1:, None])[:, :, 0].double().cumsum(1)
        totals = scores[:, :, target.eos_id].double()
        totals[:, 1:] += said
        penalties = [length_penalty(length, alpha) for length in range(1, width + 2)]
        scored = (totals / torch.tensor(penalties, device=device)).tolist()
        return [
            max(row[: len(h.tokens)], default=-math.inf)
            for row, h in zip(scored, best, strict=True)
        ]


def hypothesis(ids: Sequence[int], total: float, alpha: float) -> Hypothesis:
    """A hypothesis that ended, of these ids and the end token's, and its log-probability."""
    refuse_nan([total])
    return Hypothesis(tuple(ids[:-1]), total / length_penalty(len(ids), alpha), total, True)


def ranked(hypotheses: Iterable[Hypothesis], n_best: int) -> list[Hypothesis]:
    """The n best; neighbours whose scores are one but for rounding are tied."""
    order = sorted(hypotheses, key=lambda h: -h.score)
    tied = [False] * len(order)
    for i, (here, after) in enumerate(pairwise(order)):
        if near(here.score, after.score):
            tied[i] = tied[i + 1] = True
    return [replace(h, tied=t) for h, t in zip(order[:n_best], tied)]


def compute_type(dtype: str, place: dict[str, Any]) -> str:
    """CTranslate2's name of a dtype.

    Raises:
        ConfigError: there is no such dtype or device.
    """
    try:
        there = package(PURPOSE).get_supported_compute_types(*place.values())
    except (RuntimeError, ValueError) as error:
        raise ConfigError(
            f"CTranslate2 cannot use {place['device']} here: {error}; give --device cpu"
        ) from error
    if dtype == "auto":
        return "bfloat16" if "bfloat16" in there else "float32"
    if COMPUTE_TYPES.get(dtype) not in there:
        able = [name for name, kind in COMPUTE_TYPES.items() if kind in there]
        raise ConfigError(
            f"CTranslate2 has no dtype {dtype!r} on this {place['device']}: "
            f"give {', '.join(able)} or auto"
        )
    return COMPUTE_TYPES[dtype]
