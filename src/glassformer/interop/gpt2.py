"""GPT-2 (Radford et al. 2019) as ``transformers`` keeps it; minGPT and nanoGPT share its names.

Pre-norm, learned positions, GELU by tanh, embeddings that are not scaled. The three projections of
attention are one matrix, and all matrices of its layers stand as [in, out] (its ``Conv1D``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from glassformer.interop.format import Format, Tensors, prefix_of
from glassformer.interop.mapping import Ignored, Known, Table, Way, split, transposed
from glassformer.interop.mapping import way as as_it_is
from glassformer.interop.settings import Settings, require, their_activation
from glassformer.model.config import ModelConfig

LAYER, ATTENTION = "decoder.{}.", "decoder.{}.self_attention."


def config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of the same model here."""
    theirs.only(
        scale_attn_by_inverse_layer_idx=False, scale_attn_weights=True, add_cross_attention=False
    )
    d, vocabulary = theirs["n_embd"], theirs["vocab_size"]
    return ModelConfig(
        family="decoder-only",
        source_vocabulary=vocabulary,
        target_vocabulary=vocabulary,
        pad=theirs.get("pad_token_id", theirs.get("eos_token_id", 0)) % vocabulary,
        d_model=d,
        d_ff=theirs.get("n_inner", 4 * d),
        n_heads=theirs["n_head"],
        n_layers=theirs["n_layer"],
        dropout=theirs.get("resid_pdrop", 0.1),
        attention_dropout=theirs.get("attn_pdrop", 0.1),
        max_length=theirs["n_positions"],
        activation=theirs.activation("activation_function", "gelu_new"),
        epsilon=theirs.get("layer_norm_epsilon", 1e-5),
        tie="all" if theirs.get("tie_word_embeddings", True) else "none",
        **SHAPE,
    )


# What GPT-2 is and the paper's model is not.
SHAPE: dict[str, Any] = {
    "norm": "pre", "positions": "learned", "bias": True, "scale_embedding": False,
}  # fmt: skip


def table(
    ours: ModelConfig, tensors: Tensors, turn: Callable[[str | Way], Way] = transposed
) -> Table:
    """From its names to ours; ``turn`` is what becomes of each matrix of a layer."""
    p = prefix_of(tensors, "transformer.")
    parts = (f"{ATTENTION}{part}_matrix.*" for part in ("query", "key", "value"))
    triangle = torch.ones(ours.max_length, ours.max_length).tril()[None, None]
    return {
        f"{p}wte.weight": "target_embedding.tokens.weight",
        f"{p}wpe.weight": "target_embedding.positions.table",
        f"{p}h.{{}}.ln_1.*": LAYER + "after_self.norm.*",
        f"{p}h.{{}}.attn.c_attn.*": turn(split(*parts)),
        f"{p}h.{{}}.attn.c_proj.*": turn(ATTENTION + "output_matrix.*"),
        f"{p}h.{{}}.ln_2.*": LAYER + "after_feedforward.norm.*",
        f"{p}h.{{}}.mlp.c_fc.*": turn(LAYER + "feedforward.up.*"),
        f"{p}h.{{}}.mlp.c_proj.*": turn(LAYER + "feedforward.down.*"),
        f"{p}ln_f.*": "decoder_norm.*",
        "lm_head.weight": "output_matrix",
        f"{p}h.{{}}.attn.bias": Known(triangle),
        f"{p}h.{{}}.attn.masked_bias": Ignored("the number that stands for minus infinity"),
    }


def settings(ours: ModelConfig) -> dict[str, Any]:
    """Its ``config.json`` of a model of ours."""
    require(
        ours, "GPT-2", family="decoder-only", key_width=ours.d_model // ours.n_heads,
        value_width=ours.d_model // ours.n_heads, activation_dropout=0.0, ends_in_norm=True,
        norm="pre", positions="learned", scale_embedding=False, first_position=0, segments=0,
        embedding_norm=False, head="linear", output_bias=False,
    )  # fmt: skip
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": ours.target_vocabulary,
        "n_positions": ours.max_length,
        "n_embd": ours.d_model,
        "n_inner": ours.d_ff,
        "n_head": ours.n_heads,
        "n_layer": ours.n_layers,
        "resid_pdrop": ours.dropout,
        "embd_pdrop": ours.dropout,
        "attn_pdrop": ours.attention_dropout,
        "activation_function": their_activation(ours.activation),
        "layer_norm_epsilon": ours.epsilon,
        "tie_word_embeddings": ours.tie != "none",
    }


GPT2 = Format("GPT-2", ("gpt2",), config, table, settings)

__all__ = ["ATTENTION", "GPT2", "LAYER", "SHAPE", "as_it_is", "table"]
