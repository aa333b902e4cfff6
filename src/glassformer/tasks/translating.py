"""From one sequence to another (§5.1): languages, a sentence to its tree, digits to their sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from glassformer.data.batching import Batch, Rows, collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.text.tokenizer import TokenizerPair
from glassformer.translation import TranslationConfig, translate


@dataclass(frozen=True)
class Translating:
    """The target, token after token, given the source: see ``tasks.task.Task``."""

    tokenizers: TokenizerPair
    sides: ClassVar[tuple[str, ...]] = ("source", "target")

    def count(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> tuple[int, int]:
        """Source and target tokens, end tokens counted."""
        source, target = corpus.source_lengths[rows].sum(), corpus.target_lengths[rows].sum()
        return int(source) + len(rows), int(target) + len(rows)

    def batch(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> Batch:
        """The same in each epoch."""
        return collate(corpus, rows, self.tokenizers)

    def show(self, model: Model, corpus: EncodedCorpus, text: str | None) -> tuple[str, str]:
        """A source and its translation by greedy decoding."""
        assert isinstance(model, EncoderDecoder)
        if text is None:
            text = self.tokenizers.source.decode(corpus.source(0).tolist())
        greedy = TranslationConfig(beam=1)
        return text, translate(model, self.tokenizers, [text], greedy)[0][0].text
