"""With the same weights the stacks are torch.nn.Transformer's."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from glassformer.model import EncoderDecoder, ModelConfig, build
from glassformer.model.attention import MultiHeadAttention
from glassformer.model.residual import PostNorm
from glassformer.numerics.masks import causal_mask, padding_mask


def copy_attention(ours: MultiHeadAttention, theirs: nn.MultiheadAttention) -> None:
    parts = (ours.query_matrix, ours.key_matrix, ours.value_matrix)
    theirs.in_proj_weight.data = torch.cat([part.weight for part in parts])
    theirs.in_proj_bias.data = torch.cat([part.bias for part in parts])
    theirs.out_proj.load_state_dict(ours.output_matrix.state_dict())


def copy_layer(ours: nn.Module, theirs: nn.Module) -> None:
    copy_attention(ours.self_attention, theirs.self_attn)
    residuals: list[PostNorm] = [ours.after_self]
    if hasattr(ours, "cross_attention"):
        copy_attention(ours.cross_attention, theirs.multihead_attn)
        residuals.append(ours.after_cross)
    residuals.append(ours.after_feedforward)
    theirs.linear1.load_state_dict(ours.feedforward.up.state_dict())
    theirs.linear2.load_state_dict(ours.feedforward.down.state_dict())
    for i, residual in enumerate(residuals, 1):
        getattr(theirs, f"norm{i}").load_state_dict(residual.norm.state_dict())


def shaken(model: nn.Module) -> None:
    """Give every bias and gain a value of its own: at the start they are all 0 or 1."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("norm", ["post", "pre"])
def test_equals_torch(norm: str, activation: str, source: Tensor, target: Tensor) -> None:
    config = ModelConfig(
        source_vocabulary=31, target_vocabulary=31, d_model=22, d_ff=37, n_heads=2, n_layers=3,
        bias=True, norm=norm, activation=activation, epsilon=1e-5,  # type: ignore[arg-type]
    )  # fmt: skip
    ours = build(config).eval()
    assert isinstance(ours, EncoderDecoder)
    shaken(ours)
    kind = {"d_model": 22, "nhead": 2, "dim_feedforward": 37, "dropout": 0.0, "batch_first": True,
            "activation": activation, "norm_first": norm == "pre"}  # fmt: skip
    end = [nn.LayerNorm(22) if norm == "pre" else None for _ in range(2)]
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(**kind), 3, norm=end[0], enable_nested_tensor=False  # type: ignore[arg-type]
    ).eval()  # fmt: skip
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**kind), 3, norm=end[1]).eval()  # type: ignore[arg-type]
    for mine, theirs in ((ours.encoder, encoder), (ours.decoder, decoder)):
        for one, other in zip(mine, theirs.layers, strict=True):
            copy_layer(one, other)
    if norm == "pre":
        end[0].load_state_dict(ours.encoder_norm.state_dict())  # type: ignore[union-attr]
        end[1].load_state_dict(ours.decoder_norm.state_dict())  # type: ignore[union-attr]
    with torch.no_grad():
        memory, _ = ours.encode(source)
        pad = source == 0
        expected = encoder(ours.source_embedding(source), src_key_padding_mask=pad)
        real = ~pad
        assert (memory - expected)[real].abs().max() < 1e-5
        hidden = ours.decoder(
            ours.target_embedding(target), causal_mask(13, 13), memory, padding_mask(source, 0)
        )
        theirs_out = decoder(
            ours.target_embedding(target), memory, tgt_mask=~causal_mask(13, 13),
            memory_key_padding_mask=pad,
        )  # fmt: skip
        assert (ours.decoder_norm(hidden) - theirs_out).abs().max() < 1e-5
