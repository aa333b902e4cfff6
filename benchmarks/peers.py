"""The encoder-decoder Transformers of others, each as its users would set it up for speed.

A peer is a module that maps (source, target read) to logits. ``tuned`` has the dropout that ours
has (on embeddings and after each sub-layer), the fastest attention that it offers and Adam in one
kernel; else every option but the sizes and the rate of dropout is left at its default.

JoeyNMT takes part where it is installed: its last release (2.3.0, January 2024) still runs beside
this torch, though it needs a package that it does not name. OpenNMT-py does not: its releases since
3.1 ask for a torch below 2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.data.batching import Batch
from glassformer.numerics.positions import sinusoids


@dataclass(frozen=True)
class Sizes:
    """What a model is as large as; ``pad`` is the id of padding on both sides."""

    d_model: int
    d_ff: int
    n_heads: int
    n_layers: int
    vocabulary: int
    pad: int = 0


class TorchTransformer(nn.Module):
    """torch.nn.Transformer between tied embeddings."""

    def __init__(self, sizes: Sizes, tuned: bool):
        super().__init__()
        self.sizes = sizes
        self.body = nn.Transformer(
            sizes.d_model, sizes.n_heads, sizes.n_layers, sizes.n_layers, sizes.d_ff,
            batch_first=True,
        )  # fmt: skip
        if tuned:  # it also drops attention weights and activations, which costs it its kernel
            for part in self.body.modules():
                if isinstance(part, nn.MultiheadAttention):
                    part.dropout = 0.0
                elif isinstance(part, nn.TransformerEncoderLayer | nn.TransformerDecoderLayer):
                    part.dropout.p = 0.0
        self.embedding = nn.Embedding(sizes.vocabulary, sizes.d_model)
        nn.init.normal_(self.embedding.weight, std=sizes.d_model**-0.5)
        self.dropout = nn.Dropout(0.1)
        self.register_buffer("positions", sinusoids(1024, sizes.d_model))

    def embed(self, tokens: Tensor) -> Tensor:
        """[batch, position] -> [batch, position, d_model]."""
        x = self.embedding(tokens) * self.sizes.d_model**0.5
        return self.dropout(x + self.positions[: tokens.size(1)])

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Two tables of tokens [batch, position] -> logits [batch, position, vocabulary]."""
        width = target.size(1)
        unseen = torch.ones(width, width, dtype=torch.bool).triu(1)
        padding = source == self.sizes.pad
        hidden = self.body(
            self.embed(source), self.embed(target), tgt_mask=unseen, tgt_is_causal=True,
            src_key_padding_mask=padding, memory_key_padding_mask=padding,
        )  # fmt: skip
        return F.linear(hidden, self.embedding.weight)


class Marian(nn.Module):
    """MarianMTModel of HuggingFace transformers."""

    def __init__(self, sizes: Sizes, tuned: bool):
        super().__init__()
        from transformers import MarianConfig, MarianMTModel

        self.pad = sizes.pad
        options = {"activation_function": "relu", "scale_embedding": True} if tuned else {}
        self.body = MarianMTModel(MarianConfig(
            vocab_size=sizes.vocabulary, d_model=sizes.d_model, pad_token_id=sizes.pad,
            encoder_layers=sizes.n_layers, decoder_layers=sizes.n_layers,
            encoder_ffn_dim=sizes.d_ff, decoder_ffn_dim=sizes.d_ff,
            encoder_attention_heads=sizes.n_heads, decoder_attention_heads=sizes.n_heads,
            eos_token_id=3, bos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None,
            max_position_embeddings=1024, attn_implementation="sdpa", **options,
        ))  # fmt: skip

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Two tables of tokens [batch, position] -> logits [batch, position, vocabulary]."""
        seen = (source != self.pad).long()
        return self.body(source, seen, decoder_input_ids=target, use_cache=False).logits


class XTransformers(nn.Module):
    """XTransformer of x-transformers; ``tuned`` is post-norm with SDPA, as the others."""

    def __init__(self, sizes: Sizes, tuned: bool):
        super().__init__()
        from x_transformers import XTransformer

        self.pad = sizes.pad
        sides = {
            "num_tokens": sizes.vocabulary, "max_seq_len": 1024, "depth": sizes.n_layers,
            "heads": sizes.n_heads, "attn_dim_head": sizes.d_model // sizes.n_heads,
            "ff_mult": sizes.d_ff / sizes.d_model, "emb_dropout": 0.1,
            "attn_sublayer_dropout": 0.1, "ff_sublayer_dropout": 0.1,
        }  # fmt: skip
        if tuned:
            sides |= {"attn_flash": True, "pre_norm": False, "scaled_sinu_pos_emb": True}
            sides |= {"ff_custom_activation": nn.ReLU()}
        options = {
            f"{side}_{key}": value for side in ("enc", "dec") for key, value in sides.items()
        }
        self.body = XTransformer(dim=sizes.d_model, tie_token_emb=True, **options)
        self.writer = self.body.decoder.net
        self.writer.to_logits.weight = self.writer.token_emb.emb.weight

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Two tables of tokens [batch, position] -> logits [batch, position, vocabulary]."""
        seen = source != self.pad
        memory = self.body.encoder(source, mask=seen, return_embeddings=True)
        return self.writer(target, context=memory, context_mask=seen)


class JoeyNMT(nn.Module):
    """The Transformer of JoeyNMT, post-norm, its three matrices tied."""

    def __init__(self, sizes: Sizes, tuned: bool):
        super().__init__()
        from joeynmt.decoders import TransformerDecoder
        from joeynmt.embeddings import Embeddings
        from joeynmt.encoders import TransformerEncoder
        from joeynmt.transformer_layers import MultiHeadedAttention, PositionwiseFeedForward

        self.pad = sizes.pad
        options = {
            "hidden_size": sizes.d_model, "ff_size": sizes.d_ff, "num_layers": sizes.n_layers,
            "num_heads": sizes.n_heads, "layer_norm": "post",
        }  # fmt: skip
        self.embedding = Embeddings(sizes.d_model, True, sizes.vocabulary, sizes.pad)
        self.encoder = TransformerEncoder(**options)
        self.decoder = TransformerDecoder(**options, vocab_size=sizes.vocabulary)
        nn.init.normal_(self.embedding.lut.weight, std=sizes.d_model**-0.5)
        self.decoder.output_layer.weight = self.embedding.lut.weight
        for part in self.modules() if tuned else ():
            if isinstance(part, MultiHeadedAttention):
                part.dropout.p = 0.0
            elif isinstance(part, PositionwiseFeedForward):
                part.pwff_layer[2].p = 0.0  # of the activations

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Two tables of tokens [batch, position] -> logits [batch, position, vocabulary]."""
        seen, said = ((tokens != self.pad)[:, None] for tokens in (source, target))
        memory, _ = self.encoder(self.embedding(source), None, seen)
        return self.decoder(self.embedding(target), memory, None, seen, 0, None, said)[0]


PEERS: dict[str, type[nn.Module]] = {
    "torch.nn.Transformer": TorchTransformer,
    "HuggingFace Marian": Marian,
    "x-transformers": XTransformers,
}
if find_spec("joeynmt"):
    PEERS["JoeyNMT"] = JoeyNMT


def learner(name: str, sizes: Sizes, column: str) -> Callable[[Batch], Tensor]:
    """A peer in training: called with a batch it makes one update, and returns the loss.

    ``column`` is fp32, bf16 (autocast) or default (not tuned, in fp32, with Adam as it comes).
    """
    torch.manual_seed(1)
    tuned = column != "default"
    model = PEERS[name](sizes, tuned).train()
    faster = {"fused": True} if tuned else {}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, **faster)

    def update(batch: Batch) -> Tensor:
        low = torch.autocast("cpu", torch.bfloat16) if column == "bf16" else nullcontext()
        with low:
            logits = model(batch.source, batch.target_in)
            loss = F.cross_entropy(
                logits.flatten(0, 1), batch.target_out.flatten(),
                ignore_index=sizes.pad, label_smoothing=0.1,
            )  # fmt: skip
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    return update
