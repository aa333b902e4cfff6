"""An encoder-only model, loaded: it reads a text and says what stands at each place."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe, unchanged
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.model.transformer import EncoderOnly, Model
from glassformer.tasks.masking import filled


class Reader(LoadedModel):
    """Every position sees the whole text, and predicts the token that stands there."""

    model: EncoderOnly
    verbs: ClassVar[tuple[str, ...]] = ("fill", "trace")

    def fill(self, text: str) -> str:
        """See ``LoadedModel``."""
        return filled(self.model, self.tokenizers.target, text)[0]

    def fillings(self, text: str, n_best: int = 5) -> list[list[tuple[str, float]]]:
        """See ``LoadedModel``."""
        return filled(self.model, self.tokenizers.target, text, n_best)[1]

    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """The text, its gaps written ``<mask>``, and the end token, then padding. The output is the
        best token of each place."""
        if target is not None:
            raise ConfigError(f"{self.name} reads one text and writes none: leave the target out")
        tokenizer = self.tokenizers.target
        ids = [*tokenizer.begun(tokenizer.encode_gaps(text), False), tokenizer.eos_id]
        source = [*ids, *[tokenizer.pad_id] * pad]
        with observe(self.model, patch or unchanged):
            logits = show_prediction(self.model, self.model(self.tensor(source)))
        best = logits[0, : len(ids)].argmax(-1)
        return Reading(source, [], ids, tokenizer.decode(best.tolist()))

    def forward(self, model: Model, reading: Reading) -> Tensor:
        """See ``LoadedModel``."""
        hidden: Tensor = model(self.tensor(reading.source))
        return hidden
