"""Small models of ``transformers`` with parameters drawn at random, none of them 0 or 1."""

from __future__ import annotations

import os
from typing import Any

import pytest
import torch
from torch import nn

os.environ["HF_HUB_OFFLINE"] = "1"  # no test may ask the network
transformers = pytest.importorskip("transformers")
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

WORDS = 101
SHARP = ("q_proj.weight", "k_proj.weight", "c_attn.weight")
BERT: dict[str, Any] = {
    "vocab_size": WORDS, "hidden_size": 22, "num_hidden_layers": 3, "num_attention_heads": 2,
    "intermediate_size": 37, "max_position_embeddings": 41,
}  # fmt: skip
ROBERTA = BERT | {
    "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
    "layer_norm_eps": 1e-5,
}  # fmt: skip
DISTILBERT: dict[str, Any] = {
    "vocab_size": WORDS, "dim": 22, "n_layers": 3, "n_heads": 2, "hidden_dim": 37,
    "max_position_embeddings": 41,
}  # fmt: skip
GPT2: dict[str, Any] = {
    "vocab_size": WORDS, "n_positions": 43, "n_embd": 22, "n_layer": 3, "n_head": 2,
    "bos_token_id": 100, "eos_token_id": 100,
}  # fmt: skip
MARIAN: dict[str, Any] = {
    "vocab_size": WORDS, "d_model": 22, "max_position_embeddings": 47, "scale_embedding": True,
    "activation_function": "swish", "pad_token_id": 100, "decoder_start_token_id": 100,
    "eos_token_id": 0, "forced_eos_token_id": None, "num_beams": 1,
    **{f"{side}_{key}": size for side in ("encoder", "decoder") for key, size in
       (("layers", 3), ("attention_heads", 2), ("ffn_dim", 37))},
}  # fmt: skip
VIT: dict[str, Any] = {
    "hidden_size": 22, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 37,
    "image_size": 15, "patch_size": 5, "num_channels": 2, "num_labels": 7,
}  # fmt: skip

# What is loaded: its class and its config's, both in transformers, and the config.
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", GPT2),
    "gpt2 untied": ("GPT2LMHeadModel", "GPT2Config", GPT2 | {"tie_word_embeddings": False}),
    "bert": ("BertForMaskedLM", "BertConfig", BERT),
    "bert pretraining": ("BertForPreTraining", "BertConfig", BERT),
    "bert labels": ("BertForSequenceClassification", "BertConfig", BERT | {"num_labels": 5}),
    "minilm": ("BertModel", "BertConfig", BERT),
    "roberta": ("RobertaForMaskedLM", "RobertaConfig", ROBERTA),
    "roberta labels": ("RobertaForSequenceClassification", "RobertaConfig", ROBERTA),
    "distilbert": ("DistilBertForMaskedLM", "DistilBertConfig", DISTILBERT),
    "distilbert labels": ("DistilBertForSequenceClassification", "DistilBertConfig", DISTILBERT),
    "marian": ("MarianMTModel", "MarianConfig", MARIAN),
    "marian apart": ("MarianMTModel", "MarianConfig", MARIAN | {
        "share_encoder_decoder_embeddings": False, "decoder_vocab_size": WORDS,
        "scale_embedding": False, "activation_function": "relu",
    }),
    "vit": ("ViTForImageClassification", "ViTConfig", VIT),
}  # fmt: skip


def shaken(model: nn.Module, seed: int = 8) -> None:
    """Give every parameter, and the bias of the logits, a value of its own; attention enough of it
    that what is written depends on what is read."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in (*model.named_parameters(), *model.named_buffers()):
            learned = isinstance(value, nn.Parameter) and "embed_positions" not in name
            if learned or name == "final_logits_bias":
                sharp = value.dim() > 1 and name.endswith(SHARP)
                size = 2.0 if sharp else 0.5 if ".fc" in name or "_proj" in name else 0.3
                drawn = torch.randn(value.shape, generator=generator)
                value.add_(size * drawn / value.size(-1) ** 0.25)


def made(kind: str) -> Any:
    """A model of transformers in evaluation mode."""
    model, config, sizes = KINDS[kind]
    torch.manual_seed(3)
    built: Any = getattr(transformers, model)(getattr(transformers, config)(**sizes))
    shaken(built)
    return built.eval()
