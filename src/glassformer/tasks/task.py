"""What the trainer asks of a task; see the package's own page for the whole."""

from __future__ import annotations

from typing import ClassVar, Protocol

from glassformer.data.batching import Batch, Rows
from glassformer.data.corpus import EncodedCorpus
from glassformer.model.transformer import Model


class Task(Protocol):
    """From encoded sentences to what a model reads and should say."""

    sides: ClassVar[tuple[str, ...]]
    """The sides of a pair that it reads; a pair where one of them is empty is left out."""

    def count(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> tuple[int, int]:
        """Tokens that these sentences [row] have the model read, and say: the latter have a loss.

        The same, however the rows are cut into batches.
        """

    def batch(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> Batch:
        """These sentences [row], as the model is to see them in this epoch."""

    def show(self, model: Model, corpus: EncodedCorpus, text: str | None) -> tuple[str, str]:
        """A text (the first of the corpus where None) and what the model makes of it."""
