"""An encoder-decoder model, loaded: it reads a text and writes another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from glassformer.decoding import force, greedy
from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe
from glassformer.inspection.tape import Tape
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.translation import Translation, TranslationConfig, source_tensor, translate


class Translator(LoadedModel):
    """The paper's model: an encoder reads the source, a decoder writes the target."""

    model: EncoderDecoder
    verbs: ClassVar[tuple[str, ...]] = ("translate", "score", "trace")

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
        )

    @property
    def decoding(self) -> TranslationConfig:
        """How it translates when nothing is said: as its recipe says."""
        return TranslationConfig() if self.untrained else self.recipe.decoding

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
        if target is not None:
            wanted = pair.target.encode(target)
        elif patch is None:
            wanted = self.written(source, len(ids) + 50)
        else:
            with observe(self.model, patch):
                wanted = self.written_anew(source, len(ids) + 50)
        end = pair.target.eos_id
        output = pair.target.decode(wanted)
        return Reading(source, [pair.target.bos_id, *wanted], [*wanted, end], output)

    def written(self, source: list[int], longest: int) -> list[int]:
        """Greedy decoding with the cache."""
        target = self.tokenizers.target
        (found,) = greedy(
            self.model.step, self.model.start(self.tensor(source)), rows=1, bos_id=target.bos_id,
            eos_id=target.eos_id, max_lengths=[longest], banned=(target.pad_id, target.bos_id),
        )  # fmt: skip
        return list(found.tokens)

    def written_anew(self, source: list[int], longest: int) -> list[int]:
        """Greedy decoding without a cache."""
        target, model = self.tokenizers.target, self.model
        memory, mask = model.encode(self.tensor(source))
        start = torch.tensor([[target.bos_id]], device=memory.device)

        def step(newest: Tensor, before: Rows) -> tuple[Tensor, Rows]:
            row = torch.cat((before.rows, newest.to(memory.device)[:, None]), 1)
            return model.logits(model.decode(row, memory, mask)[:, -1]), Rows(row)

        (found,) = greedy(
            step, Rows(start[:, :0]), rows=1, bos_id=target.bos_id, eos_id=target.eos_id,
            max_lengths=[longest], banned=(target.pad_id, target.bos_id),
        )  # fmt: skip
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


class Rows:
    """What decoding without a cache remembers: the tokens so far, int64 [row, position]."""

    def __init__(self, rows: Tensor):
        self.rows = rows

    def select(self, rows: Tensor) -> Rows:
        """These rows, in this order."""
        return Rows(self.rows[rows])
