"""Marian (Junczys-Dowmunt et al. 2018): the OPUS-MT translators, as ``transformers`` keeps them.

The paper's post-norm model with biases, its positions with all sines first, and a bias of the
logits. Its decoder begins with the padding token.
"""

from __future__ import annotations

from typing import Any

from glassformer.interop.format import Format, Tensors
from glassformer.interop.mapping import Known, Rows, Table, shaped
from glassformer.interop.settings import Settings, require, their_activation
from glassformer.model.config import ModelConfig
from glassformer.numerics.positions import sinusoids_halved


def config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of the same model here."""
    layers, heads = theirs["encoder_layers"], theirs["encoder_attention_heads"]
    d_ff, pad = theirs["encoder_ffn_dim"], theirs["pad_token_id"]
    theirs.only(
        decoder_layers=layers, decoder_attention_heads=heads, decoder_ffn_dim=d_ff,
        decoder_start_token_id=pad, static_position_embeddings=True, normalize_before=False,
        normalize_embedding=False, add_final_layer_norm=False,
    )  # fmt: skip
    tied = theirs.get("tie_word_embeddings", True)
    shared = theirs.get("share_encoder_decoder_embeddings", True)
    return ModelConfig(
        source_vocabulary=theirs["vocab_size"],
        target_vocabulary=theirs.get("decoder_vocab_size", theirs["vocab_size"]),
        pad=pad,
        d_model=theirs["d_model"],
        d_ff=d_ff,
        n_heads=heads,
        n_layers=layers,
        dropout=theirs.get("dropout", 0.1),
        attention_dropout=theirs.get("attention_dropout", 0.0),
        activation_dropout=theirs.get("activation_dropout", 0.0),
        max_length=theirs["max_position_embeddings"],
        activation=theirs.activation("activation_function", "gelu"),
        scale_embedding=theirs.get("scale_embedding", False),
        tie="none" if not tied else "all" if shared else "output",
        **SHAPE,
    )


# What Marian is and the paper's model is not.
SHAPE: dict[str, Any] = {
    "positions": "sinusoids-halved", "bias": True, "output_bias": True, "epsilon": 1e-5,
}  # fmt: skip


def attention(theirs: str, ours: str) -> Rows:
    """The rows of an attention."""
    parts = {"q_proj": "query", "k_proj": "key", "v_proj": "value", "out_proj": "output"}
    return {f"{theirs}.{part}.*": f"{ours}.{mine}_matrix.*" for part, mine in parts.items()}


def stack(side: str) -> Rows:
    """The rows of the encoder or the decoder."""
    there, here = f"model.{side}.layers.{{}}.", f"{side}.{{}}."
    return {
        **attention(there + "self_attn", here + "self_attention"),
        there + "self_attn_layer_norm.*": here + "after_self.norm.*",
        **attention(there + "encoder_attn", here + "cross_attention"),
        there + "encoder_attn_layer_norm.*": here + "after_cross.norm.*",
        there + "fc1.*": here + "feedforward.up.*",
        there + "fc2.*": here + "feedforward.down.*",
        there + "final_layer_norm.*": here + "after_feedforward.norm.*",
    }


def table(ours: ModelConfig, tensors: Tensors) -> Table:
    """From its names to ours."""
    places = Known(sinusoids_halved(ours.max_length, ours.d_model))
    shared: Rows = {"model.shared.weight": "target_embedding.tokens.weight"}
    return {
        **(shared if ours.tie == "all" else {}),
        "model.encoder.embed_tokens.weight": "source_embedding.tokens.weight",
        "model.decoder.embed_tokens.weight": "target_embedding.tokens.weight",
        "lm_head.weight": "output_matrix",
        "final_logits_bias": shaped(
            "output_bias", (1, ours.target_vocabulary), (ours.target_vocabulary,)
        ),
        "model.encoder.embed_positions.weight": places,
        "model.decoder.embed_positions.weight": places,
        **stack("encoder"),
        **stack("decoder"),
    }


def settings(ours: ModelConfig) -> dict[str, Any]:
    """Its ``config.json`` of a model of ours."""
    width = ours.d_model // ours.n_heads
    require(
        ours, "Marian", family="encoder-decoder", key_width=width, value_width=width, norm="post",
        ends_in_norm=False, positions="sinusoids-halved", epsilon=1e-5, embedding_norm=False,
        segments=0, head="linear",
    )  # fmt: skip
    both = {"layers": ours.n_layers, "attention_heads": ours.n_heads, "ffn_dim": ours.d_ff}
    return {
        "architectures": ["MarianMTModel"],
        "model_type": "marian",
        "is_encoder_decoder": True,
        "vocab_size": ours.source_vocabulary,
        "decoder_vocab_size": ours.target_vocabulary,
        "d_model": ours.d_model,
        **{f"{side}_{key}": n for side in ("encoder", "decoder") for key, n in both.items()},
        "dropout": ours.dropout,
        "attention_dropout": ours.attention_dropout,
        "activation_dropout": ours.activation_dropout,
        "max_position_embeddings": ours.max_length,
        "activation_function": their_activation(ours.activation),
        "scale_embedding": ours.scale_embedding,
        "static_position_embeddings": True,
        "share_encoder_decoder_embeddings": ours.tie == "all",
        "tie_word_embeddings": ours.tie != "none",
        "pad_token_id": ours.pad,
        "decoder_start_token_id": ours.pad,
    }


MARIAN = Format("Marian", ("marian",), config, table, settings)
