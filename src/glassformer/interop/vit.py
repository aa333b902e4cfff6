"""The Vision Transformer (Dosovitskiy et al. 2021) with labels, as ``transformers`` keeps it."""

from __future__ import annotations

from typing import Any

import torch

from glassformer.interop.format import Format, Tensors
from glassformer.interop.mapping import Ignored, Table, shaped
from glassformer.interop.settings import Settings, names_of_labels, require, sizes
from glassformer.model.config import ModelConfig

LAYER, ATTENTION = "encoder.{}.", "encoder.{}.self_attention."
PROJECTION = "vit.embeddings.patch_embeddings.projection."
# What ViT is and the paper's model is not; a model that reads images has no vocabulary.
SHAPE: dict[str, Any] = {
    "family": "encoder-only", "source_vocabulary": 1, "target_vocabulary": 1, "norm": "pre",
    "positions": "learned", "scale_embedding": False, "tie": "none", "output_bias": True,
}  # fmt: skip


def config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of the same model here."""
    theirs.only(qkv_bias=True)
    return ModelConfig(
        **SHAPE,
        bias=True,
        labels=len(theirs.get("id2label", {0: "", 1: ""})),
        image_size=theirs["image_size"],
        patch_size=theirs["patch_size"],
        channels=theirs["num_channels"],
        d_model=theirs["hidden_size"],
        d_ff=theirs["intermediate_size"],
        n_heads=theirs["num_attention_heads"],
        n_layers=theirs["num_hidden_layers"],
        dropout=theirs.get("hidden_dropout_prob", 0.0),
        attention_dropout=theirs.get("attention_probs_dropout_prob", 0.0),
        activation=theirs.activation("hidden_act", "gelu"),
        epsilon=theirs.get("layer_norm_eps", 1e-12),
    )


def table(ours: ModelConfig, tensors: Tensors) -> Table:
    """From its names to ours."""
    d, side, first = ours.d_model, ours.patch_size, "vit.embeddings."
    pixels = ours.channels * side * side
    parts = {
        "attention.attention.query.*": ATTENTION + "query_matrix.*",
        "attention.attention.key.*": ATTENTION + "key_matrix.*",
        "attention.attention.value.*": ATTENTION + "value_matrix.*",
        "attention.output.dense.*": ATTENTION + "output_matrix.*",
        "layernorm_before.*": LAYER + "after_self.norm.*",
        "intermediate.dense.*": LAYER + "feedforward.up.*",
        "output.dense.*": LAYER + "feedforward.down.*",
        "layernorm_after.*": LAYER + "after_feedforward.norm.*",
    }
    return {
        first + "cls_token": shaped("source_embedding.class_token", (1, 1, d), (d,)),
        first + "position_embeddings": shaped(
            "source_embedding.positions.table", (1, ours.places, d), (ours.places, d)
        ),
        PROJECTION + "weight": shaped(
            "source_embedding.patches.weight", (d, ours.channels, side, side), (d, pixels)
        ),
        PROJECTION + "bias": "source_embedding.patches.bias",
        **{f"vit.encoder.layer.{{}}.{theirs}": mine for theirs, mine in parts.items()},
        "vit.layernorm.*": "encoder_norm.*",
        "vit.pooler.dense.*": Ignored("a summary of the class token, which nothing here reads"),
        "classifier.weight": "output_matrix",
        "classifier.bias": "output_bias",
    }


def settings(ours: ModelConfig) -> dict[str, Any]:
    """Its ``config.json`` of a model of ours."""
    width = ours.d_model // ours.n_heads
    require(
        ours, "ViT", **SHAPE, key_width=width, value_width=width, ends_in_norm=True,
        activation_dropout=0.0, head="linear", embedding_norm=False,
    )  # fmt: skip
    if ours.image_size is None:
        require(ours, "ViT", image_size="a number")
    return (
        sizes(ours)
        | names_of_labels(ours)
        | {
            "architectures": ["ViTForImageClassification"],
            "model_type": "vit",
            "image_size": ours.image_size,
            "patch_size": ours.patch_size,
            "num_channels": ours.channels,
        }
    )


def adapted(theirs: Settings, tensors: Tensors) -> Tensors:
    """Its tensors for pixels from 0 to 1, as images are read here.

    What its ``preprocessor_config.json`` does to them, (x - mean) / deviation in each channel, is
    as linear as the matrix that follows, and goes into that.
    """
    said = theirs.get("preprocessor", {})
    matrix, bias = PROJECTION + "weight", PROJECTION + "bias"
    if not said.get("do_normalize", bool(said)) or matrix not in tensors or bias not in tensors:
        return tensors
    channels = theirs["num_channels"]
    mean = torch.tensor(said.get("image_mean", [0.5] * channels))[:, None, None]
    scaled = tensors[matrix] / torch.tensor(said.get("image_std", [0.5] * channels))[:, None, None]
    return {**tensors, matrix: scaled, bias: tensors[bias] - (scaled * mean).sum((1, 2, 3))}


VIT = Format("ViT", ("vit",), config, table, settings, adapted=adapted)
