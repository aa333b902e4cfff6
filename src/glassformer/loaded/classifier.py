"""An encoder-only model with labels, loaded: it reads a text or an image and says what it is."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe, unchanged
from glassformer.loaded.base import LoadedModel, Reading, show_prediction
from glassformer.model.transformer import Model
from glassformer.tap import unseen
from glassformer.tasks.labelling import as_images, label_names, labelled


class Classifier(LoadedModel):
    """One label for the whole; an image is written as its pixels, whole numbers, row by row."""

    verbs: ClassVar[tuple[str, ...]] = ("classify", "trace")

    def classify(self, text: str) -> str:
        """See ``LoadedModel``."""
        return labelled(self.model, self.tokenizers, text)[0][0]

    def labels(self, text: str) -> list[tuple[str, float]]:
        """See ``LoadedModel``."""
        return labelled(self.model, self.tokenizers, text)

    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """The text between start and end token, then padding; or an image, which has none. The
        output is the most probable label."""
        if target is not None:
            raise ConfigError(f"{self.name} reads and writes nothing: leave the target out")
        source, image = self.tokenizers.source, self.config.image_size is not None
        if image and pad:
            raise ConfigError(f"{self.name} reads images: there is no padding")
        ids = source.encode(text)
        if not image:
            ids = [*source.begun(ids, True), source.eos_id, *[source.pad_id] * pad]
        reading = Reading(ids, [], [], "")
        with observe(self.model, patch or unchanged):
            logits = show_prediction(self.model, self.forward(self.model, reading))
        best = int(logits[0, 0].argmax())
        return Reading(ids, [], [best], label_names(self.config, self.tokenizers)[best])

    def forward(self, model: Model, reading: Reading) -> Tensor:
        """See ``LoadedModel``."""
        read = self.tensor(reading.source)
        if self.config.image_size is not None:
            images = unseen(as_images, read, self.config, self.tokenizers)
            read = images.to(model.output_matrix.dtype)
        hidden: Tensor = model(read)
        return hidden

    def run_once(self) -> None:
        """See ``LoadedModel``."""
        side = self.config.image_size
        pixels = [0] * (self.config.channels * side**2) if side else [self.tokenizers.source.eos_id]
        show_prediction(self.model, self.forward(self.model, Reading(pixels, [], [], "")))

    def about(self, text: str, reading: Reading) -> dict[str, Any]:
        """See ``LoadedModel``. What stands at an image's positions is the class token and each
        patch, by its row and column from 1."""
        names = label_names(self.config, self.tokenizers)
        known = self.tokenizers.target.kind == "labels"
        found = super().about(text, reading if known else Reading(reading.source, [], [], ""))
        if not known:
            found["next"] = [{"id": index, "piece": names[index]} for index in reading.next]
        if self.config.image_size is not None:
            across = range(1, self.config.image_size // self.config.patch_size + 1)
            pieces = ["class", *(f"{row},{column}" for row in across for column in across)]
            found["source"] = [{"id": i, "piece": piece} for i, piece in enumerate(pieces)]
        return found
