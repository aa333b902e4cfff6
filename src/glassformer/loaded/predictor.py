"""A decoder-only model, loaded: it reads a text and says how it goes on."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from glassformer.decoding import greedy
from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe, unchanged
from glassformer.inspection.tape import Tape
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.model.cache import DecodingState
from glassformer.model.transformer import DecoderOnly, Model


class Predictor(LoadedModel):
    """One sequence, from the start token on; each position predicts the next."""

    model: DecoderOnly
    verbs: ClassVar[tuple[str, ...]] = ("generate", "trace")

    @torch.inference_mode()
    def generate(self, text: str, *, max_length: int = 50) -> str:
        """How the text goes on, the most probable token at each step; the text is not repeated."""
        tokenizer = self.tokenizers.target
        *before, newest = [tokenizer.bos_id, *tokenizer.encode(text)]
        state = self.model.start()
        for token in before:
            _, state = self.model.step(torch.tensor([token]), state)
        (found,) = greedy(
            self.model.step, state, rows=1, bos_id=newest, eos_id=tokenizer.eos_id,
            max_lengths=[max_length], banned=(tokenizer.pad_id, tokenizer.bos_id),
        )  # fmt: skip
        return tokenizer.decode(found.tokens)

    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """The text from the start token on, a ``target`` after it; the last position's next token
        is the model's own best guess, which is the output too."""
        if pad:
            raise ConfigError(
                f"{self.name} has no padding mask: its padding stands on the right, where no "
                "position looks"
            )
        tokenizer = self.tokenizers.target
        ids = [tokenizer.bos_id, *tokenizer.encode(f"{text} {target}" if target else text)]
        with observe(self.model, patch or unchanged):
            logits = show_prediction(self.model, self.model(self.tensor(ids)))
        best = int(logits[0, -1].argmax())
        return Reading([], ids, [*ids[1:], best], tokenizer.decode([best]))

    def forward(self, model: Model, reading: Reading) -> Tensor:
        """See ``LoadedModel``."""
        hidden: Tensor = model(self.tensor(reading.target))
        return hidden

    def run_by_steps(self, reading: Reading, tape: Tape) -> None:
        """See ``LoadedModel``."""
        state: DecodingState = self.model.start()
        for tape.step, token in enumerate(reading.target):
            hidden = self.model.advance(self.tensor([token]), state)
            show_prediction(self.model, hidden)
