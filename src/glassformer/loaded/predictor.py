"""A decoder-only model, loaded: it reads a text and says how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe, unchanged
from glassformer.inspection.tape import Tape
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.model.cache import DecodingState
from glassformer.model.transformer import DecoderOnly, Model
from glassformer.tasks.continuing import Generation, generate, pieces


class Predictor(LoadedModel):
    """One sequence, from the start token on; each position predicts the next."""

    model: DecoderOnly
    verbs: ClassVar[tuple[str, ...]] = ("generate", "trace")

    def generate(self, text: str = "", **how: Any) -> str:
        """How the text goes on; the text is not repeated. ``how``: see ``LoadedModel.generate``."""
        return self.tokenizers.target.decode(self.continued(text, Generation(**how)))

    def stream(self, text: str = "", **how: Any) -> Iterator[str]:
        """The same, piece by piece as it is written, spaces included."""
        tokens = self.continued(text, Generation(**how))
        return pieces(self.tokenizers.target, text, tokens)

    def continued(self, text: str, how: Generation) -> Iterator[int]:
        """The tokens after the text, one by one."""
        running = self._recipe is not None and self._recipe.data.running
        room = self.longest + 1
        return generate(self.model, self.tokenizers.target, text, how, room=room, running=running)

    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """The text from the start token on, a ``target`` after it; the last position's next token
        is the model's own best guess, which is the output too."""
        if pad:
            raise ConfigError(
                f"{self.name} has no padding mask: its padding stands on the right, where no "
                "position looks"
            )
        tokenizer = self.tokenizers.target
        ids = tokenizer.begun(tokenizer.encode(f"{text} {target}" if target else text), True)
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
