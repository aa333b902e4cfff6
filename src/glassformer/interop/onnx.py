"""A model as an ONNX file, for onnxruntime and whatever else reads the format; an extra.

One graph: all positions at once, as in training, from ids (or pixels) to logits. Batch and lengths
may be any, up to what the model reads.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from glassformer.errors import MissingExtraError
from glassformer.interop.written import check_folder
from glassformer.model.embedding import LearnedPositions, Sinusoids
from glassformer.model.transformer import EncoderDecoder, ImageEncoder, Model
from glassformer.runs.files import written_beside
from glassformer.text.tokenizer import TokenizerPair

FILE = "model.onnx"
POSITIONS = 1024  # that a model with sinusoids reads once it is exported


class ToLogits(nn.Module):
    """The model's forward pass and its output matrix as one."""

    def __init__(self, model: Model):
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        """What the model reads -> logits [batch, position, vocabulary]."""
        return self.model.logits(self.model(*inputs))


def export_onnx(model: Model, tokenizers: TokenizerPair, folder: Path) -> None:
    """Write ``model.onnx``, the tokenizers with it; an earlier one is replaced.

    Raises:
        MissingExtraError: the packages are not installed.
        ConfigError: something else is in that place.
        RunError: the disk is full or forbidden.
    """
    check_folder(folder, FILE)
    try:
        import onnxscript  # noqa: F401
    except ImportError:
        raise MissingExtraError("onnxscript", "onnx", "a model as ONNX") from None
    inputs, names, shapes = given(model)
    longest = lengthen(model)
    axes: list[Any] = [
        {0: Dim("batch", min=1, max=4096)}
        | {i: Dim(f"{name}_length", min=2, max=longest) for i in shape}
        for name, shape in zip(names, shapes, strict=True)
    ]
    with written_beside(folder) as beside, torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, about itself
        torch.onnx.export(
            ToLogits(model).eval(), inputs, beside / FILE, dynamo=True, input_names=names,
            output_names=["logits"], dynamic_shapes=(tuple(axes),), verbose=False,
            external_data=False,
        )  # fmt: skip
        if not isinstance(model, ImageEncoder):
            tokenizers.save(beside)


def given(model: Model) -> tuple[tuple[Tensor, ...], list[str], list[tuple[int, ...]]]:
    """Inputs to follow the model with, their names, and which of their axes are lengths."""
    config, device = model.config, model.output_matrix.device
    if isinstance(model, ImageEncoder):
        side = config.image_size
        assert side is not None
        return (torch.zeros(2, config.channels, side, side, device=device),), ["pixels"], [()]
    source = torch.ones(2, 5, dtype=torch.int64, device=device)
    if isinstance(model, EncoderDecoder):
        return (source, torch.ones_like(source[:, :3])), ["source", "target"], [(1,), (1,)]
    return (source,), ["tokens"], [(1,)]


def lengthen(model: Model) -> int:
    """Let tables of sinusoids be as long as is read once exported; how many positions there are."""
    for part in model.modules():
        if isinstance(part, Sinusoids):
            part(0, POSITIONS)
        elif isinstance(part, LearnedPositions):
            return part.table.size(0) - part.first
    return POSITIONS
