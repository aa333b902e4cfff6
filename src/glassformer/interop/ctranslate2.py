"""A model directory for CTranslate2, a fast engine for translation in C++.

Every encoder-decoder of ours can be said in its terms. Positions go as a table, whatever formula
they have here. A head's queries, keys and values have one width there; where d_k and d_v differ,
the narrower ones are filled up with zeros, which changes no product. The query's scale stays
1/√d_k.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError, MissingExtraError, nearest
from glassformer.interop.written import check_folder
from glassformer.model.attention import MultiHeadAttention
from glassformer.model.embedding import Embedding, LearnedPositions
from glassformer.model.layers import CrossLayer, Layer
from glassformer.model.stacks import Decoder, Encoder
from glassformer.model.transformer import EncoderDecoder, Model
from glassformer.runs.files import written_beside
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

# Our names of what its ``specs.Activation`` has.
ACTIVATIONS = {"relu": "RELU", "gelu": "GELU", "gelu-tanh": "GELUTanh", "silu": "SWISH"}
QUANTIZATIONS = (
    "int8 int8_float32 int8_float16 int8_bfloat16 int16 float16 bfloat16 float32".split()
)
POSITIONS = 4096  # rows of a table of sinusoids: as long a sequence can be read or written


def package(purpose: str) -> Any:
    """The package ``ctranslate2``.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import ctranslate2
    except ImportError:
        raise MissingExtraError("ctranslate2", "ctranslate2", purpose) from None
    return ctranslate2


def export(
    model: Model, tokenizers: TokenizerPair, folder: Path, quantization: str | None = None
) -> None:
    """Write the model directory, the tokenizers with it; an earlier one is replaced.

    Args:
        quantization: one of ``QUANTIZATIONS``, of the matrices; fp32 if None.

    Raises:
        ConfigError: CTranslate2 cannot express the model, does not know the quantization, or
            something else is in that place.
        MissingExtraError: it is not installed.
        RunError: the disk is full or forbidden.
    """
    if quantization is not None and quantization not in QUANTIZATIONS:
        raise ConfigError(
            f"quantization {quantization!r} is not known.{nearest(quantization, QUANTIZATIONS)}"
        )
    check_folder(folder, "model.bin")
    spec = described(model, tokenizers)
    spec.validate()
    spec.optimize(quantization=quantization)
    with written_beside(folder) as beside:
        spec.save(str(beside))
        tokenizers.save(beside)


def described(model: Model, tokenizers: TokenizerPair) -> Any:
    """The model as a ``ctranslate2.specs.TransformerSpec``.

    Raises:
        ConfigError: CTranslate2 cannot express it.
        MissingExtraError: it is not installed.
    """
    specs = package("a model for CTranslate2").specs
    config = model.config
    if config.head != "linear" or config.segments:
        raise ConfigError(
            "a model with head or segments cannot be exported: CTranslate2 has none for translation"
        )
    if not isinstance(model, EncoderDecoder):
        raise ConfigError(
            f"family = {config.family!r} cannot be exported: CTranslate2 translates with "
            "encoder-decoder models only"
        )
    sizes = {
        "num_layers": config.n_layers,
        "num_heads": config.n_heads,
        "head_dim": max(config.key_width, config.value_width),
        "pre_norm": True,  # only then it can have a final norm; said anew below
        "activation": specs.Activation[ACTIVATIONS[config.activation]],
        "layernorm_embedding": config.embedding_norm,
        "no_final_norm": not config.ends_in_norm,
    }
    spec = specs.TransformerSpec(
        specs.TransformerEncoderSpec(**sizes), specs.TransformerDecoderSpec(**sizes)
    )
    for stack, embedding, layers, norm in (
        (spec.encoder, model.source_embedding, model.encoder, model.encoder_norm),
        (spec.decoder, model.target_embedding, model.decoder, model.decoder_norm),
    ):
        stack.scale_embeddings = config.scale_embedding
        stack.pre_norm = config.norm == "pre"
        fill_stack(stack, embedding, layers, norm)
    spec.decoder.projection.weight = array(model.output_matrix)
    if model.output_bias is not None:
        spec.decoder.projection.bias = array(model.output_bias)
    name_tokens(spec, tokenizers)
    spec.config.layer_norm_epsilon = config.epsilon
    spec.config.add_source_eos = True
    return spec


def name_tokens(spec: Any, tokenizers: TokenizerPair) -> None:
    """Give the spec both vocabularies and the names of the special tokens."""
    source, target = tokenizers.source, tokenizers.target
    spec.register_source_vocabulary(names(source))
    spec.register_target_vocabulary(said := names(target))
    spec.config.bos_token = spec.config.decoder_start_token = said[target.bos_id]
    spec.config.eos_token = said[target.eos_id]
    spec.config.unk_token = said[target.pad_id if target.unk_id is None else target.unk_id]


def names(tokenizer: Tokenizer) -> list[str]:
    """A name for each id: its piece, with the id behind it where another has the same."""
    pieces = tokenizer.pieces(range(tokenizer.size))
    seen: set[str] = set()
    for index, piece in enumerate(pieces):
        if piece in seen or not piece:
            pieces[index] = f"{piece}<{index}>"
        seen.add(pieces[index])
    return pieces


def fill_stack(spec: Any, embedding: Embedding, layers: Encoder | Decoder, norm: nn.Module) -> None:
    """Fill in one of the two stacks, embeddings and final norm included."""
    embeddings = spec.embeddings[0] if isinstance(spec.embeddings, list) else spec.embeddings
    embeddings.weight = array(embedding.tokens.weight)
    spec.position_encodings.encodings = array(embedding.positions(0, positions_of(embedding)))
    if embedding.norm is not None:
        fill_norm(spec.layernorm_embedding, embedding.norm)
    if isinstance(norm, nn.LayerNorm):
        fill_norm(spec.layer_norm, norm)
    for part, layer in zip(spec.layer, layers, strict=True):
        assert isinstance(layer, Layer | CrossLayer)
        fill_attention(part.self_attention, layer.self_attention)
        fill_norm(part.self_attention.layer_norm, layer.after_self.norm)
        if isinstance(layer, CrossLayer):
            fill_attention(part.attention, layer.cross_attention)
            fill_norm(part.attention.layer_norm, layer.after_cross.norm)
        fill_linear(part.ffn.linear_0, layer.feedforward.up)
        fill_linear(part.ffn.linear_1, layer.feedforward.down)
        fill_norm(part.ffn.layer_norm, layer.after_feedforward.norm)


def positions_of(embedding: Embedding) -> int:
    """How many positions are exported: all that were learned, or ``POSITIONS``."""
    positions = embedding.positions
    if isinstance(positions, LearnedPositions):
        return positions.table.size(0) - positions.first
    return POSITIONS


def fill_attention(spec: Any, attention: MultiHeadAttention) -> None:
    """Fill in an attention: queries, keys and values as one matrix, or the latter two as one."""
    heads = attention.heads
    keys, values = (
        matrix.out_features // heads for matrix in (attention.key_matrix, attention.value_matrix)
    )
    width = max(keys, values)
    parts = [
        widened(matrix, heads, width)
        for matrix in (attention.query_matrix, attention.key_matrix, attention.value_matrix)
    ]
    together = [parts] if len(spec.linear) == 2 else [parts[:1], parts[1:]]
    for linear, some in zip(spec.linear, together):
        linear.weight = array(torch.cat([weight for weight, _ in some]))
        if attention.query_matrix.bias is not None:
            linear.bias = array(torch.cat([bias for _, bias in some]))
    output = attention.output_matrix
    columns = output.weight.unflatten(1, (heads, values))
    spec.linear[-1].weight = array(filled(columns, 2, width).flatten(1))
    if output.bias is not None:
        spec.linear[-1].bias = array(output.bias)
    spec.queries_scale = np.float32(keys**-0.5)


def widened(linear: nn.Linear, heads: int, width: int) -> tuple[Tensor, Tensor]:
    """A projection's matrix [heads · width, d_model] and bias, each head filled up to ``width``."""
    rows = linear.weight.unflatten(0, (heads, -1))
    bias = linear.weight.new_zeros(linear.out_features) if linear.bias is None else linear.bias
    return (
        filled(rows, 1, width).flatten(0, 1),
        filled(bias.unflatten(0, (heads, -1)), 1, width).flatten(),
    )


def filled(x: Tensor, axis: int, width: int) -> Tensor:
    """The tensor with zeros behind it along an axis, up to ``width``."""
    missing = list(x.shape)
    missing[axis] = width - x.size(axis)
    return torch.cat((x, x.new_zeros(missing)), axis)


def fill_linear(spec: Any, linear: nn.Linear) -> None:
    """Fill in a matrix and its bias."""
    spec.weight, spec.bias = array(linear.weight), array(linear.bias)


def fill_norm(spec: Any, norm: nn.LayerNorm) -> None:
    """Fill in a layer norm."""
    spec.gamma, spec.beta = array(norm.weight), array(norm.bias)


def array(tensor: Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The tensor in fp32 on the CPU: a copy, for quantizing is done in place."""
    return tensor.detach().float().cpu().numpy().copy()
