"""An encoder-decoder model, loaded: it reads a text and writes another."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from glassformer.decoding import force, greedy
from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe
from glassformer.inspection.tape import Tape
from glassformer.loaded.anew import Rows, step_anew
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.loaded.clock import timed
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.translation import (
    Decode,
    Translation,
    TranslationConfig,
    source_tensor,
    translate,
)


class Translator(LoadedModel):
    """The paper's model: an encoder reads the source, a decoder writes the target."""

    model: EncoderDecoder
    verbs: ClassVar[tuple[str, ...]] = ("translate", "score", "trace")
    engine: Decode | None = None

    def using(self, engine: Decode) -> Self:
        """The same, but that the engine decodes in the model's place when it translates."""
        other = copy.copy(self)
        other.engine = engine
        return other

    def pack(self) -> Self:
        """See ``LoadedModel.pack``; an engine has matrices of its own."""
        return super().pack() if self.engine is None else self

    def translations(
        self,
        lines: Sequence[str],
        *,
        beam: int | None = None,
        alpha: float | None = None,
        n_best: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Translation]]:
        """The n best translations of each line with their scores, best first."""
        config = self.decoding
        if beam is not None:
            config = replace(config, beam=beam)
        if alpha is not None:
            config = replace(config, alpha=alpha)
        return translate(
            self.model,
            self.tokenizers,
            lines,
            config,
            n_best=n_best,
            max_length=self.longest,
            progress=progress,
            engine=self.engine,
            notice=self.notice,
        )

    @property
    def decoding(self) -> TranslationConfig:
        """How it translates when nothing is said: as its recipe says."""
        return TranslationConfig() if self._recipe is None else self.recipe.decoding

    @torch.inference_mode()
    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[list[float]]:
        """The log-probability of each token of each target, the end token last."""
        if len(sources) != len(targets):
            raise ConfigError(f"{len(sources)} sources and {len(targets)} targets: give as many")
        scores: list[list[float]] = []
        pair = self.tokenizers
        for start in range(0, len(sources), 64):
            part = slice(start, start + 64)
            source = source_tensor(
                pair.source.encode_batch(list(sources[part])), pair, self.model.output_matrix.device
            )
            scores += force(
                self.model.step,
                self.model.start(source),
                targets=pair.target.encode_batch(list(targets[part])),
                bos_id=pair.target.bos_id,
                eos_id=pair.target.eos_id,
            )
        return scores

    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """The text and the end token, then padding; the ``target``, or what greedy decoding writes.

        With a patch each token is chosen by a pass over all positions so far, without a cache: the
        patch meets the tensors that the recorded run has, as far as they are written.
        """
        pair = self.tokenizers
        ids = pair.source.encode(text)
        source = [*ids, pair.source.eos_id, *[pair.source.pad_id] * pad]
        wanted = (
            self.written(source, len(ids), patch) if target is None else pair.target.encode(target)
        )
        end = pair.target.eos_id
        output = pair.target.decode(wanted)
        return Reading(source, [pair.target.bos_id, *wanted], [*wanted, end], output)

    @torch.inference_mode()
    def would_write(self, text: str, target: str) -> bool:
        """Whether this target is what greedy decoding writes. One pass over all its positions can
        tell, which costs far less than writing it."""
        pair = self.tokenizers
        read = self.tensor([*pair.source.encode(text), pair.source.eos_id])
        wanted = [*pair.target.encode(target), pair.target.eos_id]
        if len(wanted) > read.size(1) - 1 + self.decoding.extra_length:
            return False
        hidden = self.model(read, self.tensor([pair.target.bos_id, *wanted[:-1]]))
        logits = self.model.logits(hidden)[0]
        logits[:, [pair.target.pad_id, pair.target.bos_id]] = -torch.inf
        return logits.argmax(-1).tolist() == wanted

    def written(self, source: list[int], length: int, patch: Patch | None) -> list[int]:
        """What greedy decoding writes of a source of so many tokens, end and padding aside."""
        target, model, read = self.tokenizers.target, self.model, self.tensor(source)
        shared: dict[str, Any] = {
            "rows": 1,
            "bos_id": target.bos_id,
            "eos_id": target.eos_id,
            "max_lengths": [length + self.decoding.extra_length],
            "banned": (target.pad_id, target.bos_id),
        }
        if patch is None:
            (found,) = greedy(timed(model.step), model.start(read), **shared)
        else:
            with observe(model, patch):
                anew = timed(partial(step_anew, model))
                (found,) = greedy(anew, Rows(self.tensor([]), read), **shared)
        return list(found.tokens)

    def forward(self, model: Model, reading: Reading) -> Tensor:
        """See ``LoadedModel``."""
        hidden: Tensor = model(self.tensor(reading.source), self.tensor(reading.target))
        return hidden

    def run_by_steps(self, reading: Reading, tape: Tape) -> None:
        """See ``LoadedModel``; the encoder reads at once, before the first step."""
        state = self.model.start(self.tensor(reading.source))
        for tape.step, token in enumerate(reading.target):
            show_prediction(self.model, self.model.advance(self.tensor([token]), state))
