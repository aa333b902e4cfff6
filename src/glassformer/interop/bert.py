"""BERT (Devlin et al. 2019) and who descends from it: RoBERTa, XLM-R, DistilBERT, MiniLM.

Post-norm, learned positions, a norm on the embeddings. What it was trained for shows in its
tensors: masked tokens (a head with a norm), labels (a dense layer on the first position), or
nothing, as MiniLM, whose logits are then hidden states against the embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from glassformer.interop.format import Format, Tensors, prefix_of
from glassformer.interop.mapping import Ignored, Known, Rows, Table
from glassformer.interop.settings import (
    Settings,
    names_of_labels,
    require,
    sizes,
    their_activation,
)
from glassformer.model.config import Head, ModelConfig

LAYER, ATTENTION = "encoder.{}.", "encoder.{}.self_attention."
POOLER = Ignored("a summary of the first position, which nothing here reads")
# What BERT is and the paper's model is not.
SHAPE: dict[str, Any] = {
    "family": "encoder-only", "positions": "learned", "bias": True, "scale_embedding": False,
    "embedding_norm": True,
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """How one of them calls its parts; the rest is the same in all.

    Attributes:
        prefix: of everything but the heads.
        layer: of a layer, ``{}`` its number.
        parts: of a layer, theirs -> ours.
        masked: of the head for masked tokens, theirs -> ours.
        labels: of the head for labels, theirs -> ours.
        function: of the head for labels.
    """

    prefix: str
    layer: str
    parts: dict[str, str]
    masked: dict[str, str]
    labels: dict[str, str]
    function: Head = "tanh"


PARTS = {
    "attention.self.query.*": "self_attention.query_matrix.*",
    "attention.self.key.*": "self_attention.key_matrix.*",
    "attention.self.value.*": "self_attention.value_matrix.*",
    "attention.output.dense.*": "self_attention.output_matrix.*",
    "attention.output.LayerNorm.*": "after_self.norm.*",
    "intermediate.dense.*": "feedforward.up.*",
    "output.dense.*": "feedforward.down.*",
    "output.LayerNorm.*": "after_feedforward.norm.*",
}
BERT_NAMES = Names(
    "bert.", "encoder.layer.{}.", PARTS,
    masked={
        "cls.predictions.transform.dense.*": "head.linear.*",
        "cls.predictions.transform.LayerNorm.*": "head.norm.*",
        "cls.predictions.bias": "output_bias",
        "cls.predictions.decoder.weight": "output_matrix",
        "cls.predictions.decoder.bias": "output_bias",
    },
    labels={
        "bert.pooler.dense.*": "head.linear.*",
        "classifier.weight": "output_matrix",
        "classifier.bias": "output_bias",
    },
)  # fmt: skip
ROBERTA_NAMES = Names(
    "roberta.", "encoder.layer.{}.", PARTS,
    masked={
        "lm_head.dense.*": "head.linear.*",
        "lm_head.layer_norm.*": "head.norm.*",
        "lm_head.bias": "output_bias",
        "lm_head.decoder.weight": "output_matrix",
        "lm_head.decoder.bias": "output_bias",
    },
    labels={
        "classifier.dense.*": "head.linear.*",
        "classifier.out_proj.weight": "output_matrix",
        "classifier.out_proj.bias": "output_bias",
    },
)  # fmt: skip
DISTILBERT_NAMES = Names(
    "distilbert.", "transformer.layer.{}.",
    {
        "attention.q_lin.*": "self_attention.query_matrix.*",
        "attention.k_lin.*": "self_attention.key_matrix.*",
        "attention.v_lin.*": "self_attention.value_matrix.*",
        "attention.out_lin.*": "self_attention.output_matrix.*",
        "sa_layer_norm.*": "after_self.norm.*",
        "ffn.lin1.*": "feedforward.up.*",
        "ffn.lin2.*": "feedforward.down.*",
        "output_layer_norm.*": "after_feedforward.norm.*",
    },
    masked={
        "vocab_transform.*": "head.linear.*",
        "vocab_layer_norm.*": "head.norm.*",
        "vocab_projector.bias": "output_bias",
        "vocab_projector.weight": "output_matrix",
    },
    labels={
        "pre_classifier.*": "head.linear.*",
        "classifier.weight": "output_matrix",
        "classifier.bias": "output_bias",
    },
    function="relu",
)  # fmt: skip


def table(names: Names, ours: ModelConfig, tensors: Tensors) -> Table:
    """From one's names to ours."""
    p, e = prefix_of(tensors, names.prefix), f"{prefix_of(tensors, names.prefix)}embeddings."
    places = Known(torch.arange(ours.max_length)[None])
    rows: Rows = {
        e + "word_embeddings.weight": "source_embedding.tokens.weight",
        e + "position_embeddings.weight": "source_embedding.positions.table",
        e + "token_type_embeddings.weight": "source_embedding.segments.weight",
        e + "LayerNorm.*": "source_embedding.norm.*",
        e + "position_ids": places,
        e + "token_type_ids": Known(torch.zeros(1, ours.max_length)),
    }
    rows |= {f"{p}{names.layer}{there}": LAYER + here for there, here in names.parts.items()}
    if ours.labels is None:
        rows[f"{p}pooler.dense.*"] = POOLER
        rows["cls.seq_relationship.*"] = Ignored("whether one sentence follows another")
    head = names.labels if ours.labels else names.masked
    return rows | dict(head.items())


def ending(names: Names, theirs: Settings, tensors: Tensors) -> dict[str, Any]:
    """What comes after the last layer, by the tensors that are there."""
    if any(name in tensors for name in names.labels if name.endswith("weight")):
        labels = next(tensors[name].size(0) for name, ours in names.labels.items()
                      if ours == "output_matrix" and name in tensors)  # fmt: skip
        return {"labels": labels, "tie": "none", "head": names.function, "output_bias": True}
    tied = "all" if theirs.get("tie_word_embeddings", True) else "none"
    if any(name in tensors for name, ours in names.masked.items() if ours == "output_bias"):
        return {"tie": tied, "head": "transform", "output_bias": True}
    return {"tie": "all"}


def bert_config(names: Names, theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of a BERT or RoBERTa; the latter's first position comes after its padding."""
    theirs.only(position_embedding_type="absolute", is_decoder=False, add_cross_attention=False)
    vocabulary, pad = theirs["vocab_size"], theirs.get("pad_token_id", 0)
    return ModelConfig(
        **SHAPE, **ending(names, theirs, tensors), source_vocabulary=vocabulary,
        target_vocabulary=vocabulary, pad=pad,
        first_position=pad + 1 if names is ROBERTA_NAMES else 0,
        d_model=theirs["hidden_size"], d_ff=theirs["intermediate_size"],
        n_heads=theirs["num_attention_heads"], n_layers=theirs["num_hidden_layers"],
        dropout=theirs.get("hidden_dropout_prob", 0.1),
        attention_dropout=theirs.get("attention_probs_dropout_prob", 0.1),
        max_length=theirs["max_position_embeddings"], segments=theirs.get("type_vocab_size", 2),
        activation=theirs.activation("hidden_act", "gelu"),
        epsilon=theirs.get("layer_norm_eps", 1e-12),
    )  # fmt: skip


def distilbert_config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of a DistilBERT, which tells no segments apart."""
    vocabulary, names = theirs["vocab_size"], DISTILBERT_NAMES
    return ModelConfig(
        **SHAPE, **ending(names, theirs, tensors), source_vocabulary=vocabulary,
        target_vocabulary=vocabulary, pad=theirs.get("pad_token_id", 0), d_model=theirs["dim"],
        d_ff=theirs["hidden_dim"], n_heads=theirs["n_heads"], n_layers=theirs["n_layers"],
        dropout=theirs.get("dropout", 0.1), attention_dropout=theirs.get("attention_dropout", 0.1),
        max_length=theirs["max_position_embeddings"],
        activation=theirs.activation("activation", "gelu"), epsilon=1e-12,
    )  # fmt: skip


def ours_as(kind: str, ours: ModelConfig, function: Head) -> dict[str, Any]:
    """What all of them write; refused where ours is something else."""
    width = ours.d_model // ours.n_heads
    head, task = ("transform", "ForMaskedLM") if ours.labels is None else (
        function, "ForSequenceClassification")  # fmt: skip
    if ours.labels is None and ours.tie != "none" and not ours.output_bias:
        head, task = "linear", "Model"
    require(
        ours, kind, norm="post", ends_in_norm=False, key_width=width, value_width=width,
        activation_dropout=0.0, image_size=None, output_bias=task != "Model", head=head,
    )  # fmt: skip
    found: dict[str, Any] = {
        "architectures": [task],
        "vocab_size": ours.target_vocabulary, "pad_token_id": ours.pad,
        "max_position_embeddings": ours.max_length,
        "tie_word_embeddings": ours.labels is not None or ours.tie != "none",
    }  # fmt: skip
    if ours.labels is not None:
        found |= names_of_labels(ours)
    return found


def bert_settings(kind: str, ours: ModelConfig) -> dict[str, Any]:
    """The ``config.json`` of a model of ours as BERT or RoBERTa."""
    first = 0 if kind == "BERT" else ours.pad + 1
    require(ours, kind, **SHAPE, first_position=first, segments=max(ours.segments, 1))
    found = ours_as(kind, ours, "tanh")
    return (
        found
        | sizes(ours)
        | {
            "architectures": [kind.capitalize() + found["architectures"][0]],
            "model_type": kind.lower(),
            "type_vocab_size": ours.segments,
        }
    )


def distilbert_settings(ours: ModelConfig) -> dict[str, Any]:
    """The ``config.json`` of a model of ours as DistilBERT."""
    require(ours, "DistilBERT", **SHAPE, segments=0, first_position=0, epsilon=1e-12)
    found = ours_as("DistilBERT", ours, "relu")
    return found | {
        "architectures": ["DistilBert" + found["architectures"][0]],
        "model_type": "distilbert",
        "dim": ours.d_model,
        "hidden_dim": ours.d_ff,
        "n_heads": ours.n_heads,
        "n_layers": ours.n_layers,
        "dropout": ours.dropout,
        "attention_dropout": ours.attention_dropout,
        "activation": their_activation(ours.activation),
    }


BERT = Format(
    "BERT", ("bert",), lambda s, t: bert_config(BERT_NAMES, s, t),
    lambda c, t: table(BERT_NAMES, c, t), lambda c: bert_settings("BERT", c),
)  # fmt: skip
ROBERTA = Format(
    "RoBERTa", ("roberta", "xlm-roberta", "camembert"),
    lambda s, t: bert_config(ROBERTA_NAMES, s, t), lambda c, t: table(ROBERTA_NAMES, c, t),
    lambda c: bert_settings("RoBERTa", c),
)  # fmt: skip
DISTILBERT = Format(
    "DistilBERT", ("distilbert",), distilbert_config,
    lambda c, t: table(DISTILBERT_NAMES, c, t), distilbert_settings,
)  # fmt: skip
