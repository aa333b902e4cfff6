"""The second body against the plain one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from glassformer.inspection.record import record
from glassformer.model import DecoderOnly, EncoderDecoder, EncoderOnly, Model
from glassformer.model.packed import pack

Make = Callable[..., Model]
pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch was built without oneDNN"
)
VARIANTS: list[dict[str, Any]] = [
    {}, {"norm": "pre", "activation": "gelu"}, {"activation": "silu"},
    {"bias": True, "tie": "none", "output_bias": True, "activation": "gelu-tanh"},
    {"positions": "learned", "max_length": 41, "d_k": None, "d_v": None},
]  # fmt: skip
variants = pytest.mark.parametrize("changes", VARIANTS, ids=str)


def pair(make: Make, dtype: torch.dtype = torch.float32, **changes: Any) -> tuple[Model, Model]:
    """A plain model, and a packed one that has its parameters."""
    plain = make(**changes).to(dtype)
    with torch.no_grad():  # biases and gains that are not all the same
        for i, parameter in enumerate(p for p in plain.parameters() if p.dim() == 1):
            parameter += (
                torch.randn(parameter.shape, generator=torch.Generator().manual_seed(i)) / 9
            )
    packed = copy.deepcopy(plain)
    pack(packed)
    return plain, packed


@variants
@torch.inference_mode()
def test_it_gives_what_the_plain_body_gives(
    make: Make, source: Tensor, target: Tensor, changes: dict[str, Any]
) -> None:
    plain, packed = pair(make, **changes)
    assert isinstance(plain, EncoderDecoder) and isinstance(packed, EncoderDecoder)
    wanted = plain.logits(plain(source, target))
    assert packed.packed is not None and packed.decoder.packed is not None
    assert (packed.logits(packed(source, target)) - wanted).abs().max() < 1e-5
    state = packed.start(source)
    for i in range(target.size(1)):
        logits, state = packed.step(target[:, i], state)
        assert (logits - wanted[:, i]).abs().max() < 1e-5


@pytest.mark.parametrize("family", ["decoder-only", "encoder-only"])
@torch.inference_mode()
def test_so_it_does_for_the_other_families(make: Make, target: Tensor, family: str) -> None:
    plain, packed = pair(make, family=family, norm="pre")
    assert isinstance(packed, DecoderOnly | EncoderOnly)
    wanted = plain.logits(plain(target))
    assert (packed.logits(packed(target)) - wanted).abs().max() < 1e-5
    if isinstance(packed, DecoderOnly):
        state = packed.start()
        for i in range(target.size(1)):
            logits, state = packed.step(target[:, i], state)
            assert (logits - wanted[:, i]).abs().max() < 1e-5


@torch.inference_mode()
def test_in_bf16_it_is_as_near_to_fp32_as_the_plain_body_is(
    make: Make, source: Tensor, target: Tensor
) -> None:
    exact = make()
    plain, packed = copy.deepcopy(exact).bfloat16(), copy.deepcopy(exact).bfloat16()
    pack(packed)
    if packed.packed is None:
        pytest.skip("oneDNN has no bf16 on this processor")
    wanted = exact.logits(exact(source, target))
    errors = [(m.logits(m(source, target)) - wanted).abs().mean().item() for m in (plain, packed)]
    assert 0 < errors[1] < 1.2 * errors[0]


def test_who_observes_learns_or_copies_has_the_plain_body(
    make: Make, source: Tensor, target: Tensor
) -> None:
    plain, packed = pair(make, dropout=0.5)
    with torch.inference_mode():
        with record(plain) as one:
            plain(source, target)
        with record(packed) as two:
            packed(source, target)
        assert torch.equal(one["hidden"], two["hidden"])
        assert "decoder.2.cross_attention.weights" in two
    packed.logits(packed(source, target)).sum().backward()
    assert all(p.grad is not None for p in packed.parameters())
    other = copy.deepcopy(packed)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
        assert not other.logits(other(source, target)).any()
        training = packed.train()
        assert not torch.equal(training(source, target), training(source, target))
