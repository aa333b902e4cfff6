"""One label for a whole text or image: what an encoder learns that has ``labels``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from glassformer.data.batching import Batch, Rows, padded_rows
from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import ConfigError
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import Model
from glassformer.text.tokenizer import TokenizerPair


@dataclass(frozen=True)
class Labelling:
    """The label given all of the source: see ``tasks.task.Task``.

    A text is read from the start token on, whose position gives the label. An image is its
    pixels, row by row, as whole numbers.
    """

    config: ModelConfig
    tokenizers: TokenizerPair
    sides: ClassVar[tuple[str, ...]] = ("source", "target")

    def count(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> tuple[int, int]:
        """Tokens or pixels read, and a label for each row."""
        around = 2 if self.config.image_size is None else 0
        return int(corpus.source_lengths[rows].sum()) + around * len(rows), len(rows)

    def batch(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> Batch:
        """The same in each epoch."""
        labels = np.array([[corpus.target(row)[0]] for row in rows.tolist()], np.int64)
        read, said = self.count(corpus, rows, epoch)
        if self.config.image_size is not None:
            pixels = np.stack([corpus.source(row) for row in rows.tolist()])
            found = as_images(torch.from_numpy(pixels), self.config, self.tokenizers)
            return Batch((found,), torch.from_numpy(labels), read, said)
        source = self.tokenizers.source
        table = padded_rows(corpus, "source", rows, source.pad_id, source.eos_id)
        table = np.pad(table, ((0, 0), (1, 0)), constant_values=source.bos_id)
        return Batch((torch.from_numpy(table),), torch.from_numpy(labels), read, said)

    def show(self, model: Model, corpus: EncodedCorpus, text: str | None) -> tuple[str, str]:
        """A text or image and its label."""
        if text is None:
            text = self.tokenizers.source.decode(corpus.source(0).tolist())
        return text, labelled(model, self.tokenizers, text)[0][0]


def as_images(pixels: Tensor, config: ModelConfig, tokenizers: TokenizerPair) -> Tensor:
    """Whole numbers [row, pixel] -> [row, channel, height, width], from 0 to 1.

    Raises:
        ConfigError: an image has not as many pixels as the model reads.
    """
    side, wanted = config.image_size or 0, config.channels * (config.image_size or 0) ** 2
    if pixels.size(1) != wanted:
        raise ConfigError(
            f"an image of {pixels.size(1)} pixels: this model reads {wanted}, {config.channels} x "
            f"{side} x {side}, row by row"
        )
    return pixels.view(-1, config.channels, side, side) / (tokenizers.source.size - 1)


def readable(model: Model, tokenizers: TokenizerPair, text: str) -> Tensor:
    """What the model reads of one text, or of an image as numbers."""
    source, device = tokenizers.source, model.output_matrix.device
    ids = source.encode(text)
    if model.config.image_size is None:
        ids = [*source.begun(ids, True), source.eos_id]
        return torch.tensor([ids], dtype=torch.int64, device=device)
    pixels = torch.tensor([ids], dtype=torch.int64, device=device)
    return as_images(pixels, model.config, tokenizers).to(model.output_matrix.dtype)


@torch.inference_mode()
def labelled(model: Model, tokenizers: TokenizerPair, text: str) -> list[tuple[str, float]]:
    """All labels with their probabilities, best first."""
    logits = model.logits(model(readable(model, tokenizers, text)))[0, 0].float()
    names = label_names(model.config, tokenizers)
    if tokenizers.target.kind == "labels":  # its first entry is none
        logits[0] = -torch.inf
    chances, order = logits.softmax(-1).sort(descending=True, stable=True)
    found = zip(order.tolist(), chances.tolist(), strict=True)
    return [(names[index], chance) for index, chance in found if names[index]]


def label_names(config: ModelConfig, tokenizers: TokenizerPair) -> list[str]:
    """The name of each label of the model; "" of one that is none."""
    if tokenizers.target.kind == "labels":
        return ["", *tokenizers.target.pieces(range(1, tokenizers.target.size))]
    if tokenizers.target.size == config.labels:  # another project's, which count from 0
        return tokenizers.target.pieces(range(config.labels))
    return [f"label {index}" for index in range(config.labels or 0)]
