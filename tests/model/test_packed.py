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
from glassformer.model import packed as bodies
from glassformer.model.packed import RoundedMatrix, pack

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


@pytest.mark.parametrize("little", [0, bodies.LITTLE], ids=["by oneDNN", "as is quickest"])
@variants
@torch.inference_mode()
def test_it_gives_what_the_plain_body_gives(
    make: Make,
    source: Tensor,
    target: Tensor,
    changes: dict[str, Any],
    little: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "LITTLE", little)
    plain, packed = pair(make, **changes)
    assert isinstance(plain, EncoderDecoder) and isinstance(packed, EncoderDecoder)
    wanted = plain.logits(plain(source, target))
    assert packed.packed is not None and packed.decoder.packed is not None
    assert (packed.logits(packed(source, target)) - wanted).abs().max() < 1e-5
    state = packed.start(source)
    for i in range(target.size(1)):
        logits, state = packed.step(target[:, i], state)
        assert (logits - wanted[:, i]).abs().max() < 1e-5
    hidden = packed(source, target)
    assert (packed.logits(hidden[0, 0]) - wanted[0, 0]).abs().max() < 1e-5
    assert packed.logits(packed(source[:0], target[:0])).shape == wanted[:0].shape


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


@pytest.fixture
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """All products of int8 by this one."""
    name = str(request.param)
    vnni = torch.cpu._is_vnni_supported()
    if name == "x rounded" and not vnni:
        pytest.skip("this processor has no instructions for int8")
    monkeypatch.setattr(torch.cpu, "_is_vnni_supported", lambda: name != "x in fp32" and vnni)
    monkeypatch.setattr(bodies, "LITTLE_IN_INT8", 2**40 if name == "x in bf16" else 0)
    return name


every_kernel = pytest.mark.parametrize(
    "kernel", ["x rounded", "x in fp32", "x in bf16"], indirect=True
)


def int8(x: Tensor) -> Tensor:
    """Each row rounded to 255 numbers, in fp64."""
    scale = x.double().abs().amax(1, keepdim=True) / 127
    return torch.where(scale > 0, (x / scale).round() * scale, 0.0)


@every_kernel
@pytest.mark.parametrize("width", [48, 20], ids=["of whole vectors", "of no whole vectors"])
@torch.inference_mode()
def test_a_matrix_in_int8_is_what_its_rounded_weights_make_of_x(kernel: str, width: int) -> None:
    generator = torch.Generator().manual_seed(5)
    weight, bias = (torch.randn(shape, generator=generator) for shape in ((37, width), (37,)))
    weight[3] = 0.0
    matrix = RoundedMatrix(weight, bias)
    rounded = matrix.rounded.double() * matrix.scale.double()[:, None]
    step = weight.abs().amax(1, keepdim=True) / 127
    assert ((rounded - weight).abs() <= 0.51 * step + 0.005 * weight.abs()).all()
    in_bf16 = kernel == "x in bf16" and width == 48
    for rows in (1, 3, 21):
        x, to = (torch.randn((rows, n), generator=generator) for n in (width, 37))
        x[0] = 0.0
        as_rounded = int8(x) if matrix.in_fp32 is None and not in_bf16 else x.double()
        wanted = (as_rounded @ rounded.T + bias).float()
        within = 0.02 if in_bf16 else 1e-5
        within *= wanted.abs().amax().item()
        assert (matrix(x) - wanted).abs().max() < within
        assert (matrix(x, "relu") - wanted.relu()).abs().max() < within
        assert (matrix.add(x, to) - wanted - to).abs().max() < within
        assert torch.equal(matrix(x)[0], bias)
    assert matrix(x[:0]).shape == (0, 37)


@every_kernel
@variants
@torch.inference_mode()
def test_in_int8_a_model_says_nearly_what_it_says_in_fp32(
    make: Make, source: Tensor, target: Tensor, changes: dict[str, Any], kernel: str
) -> None:
    plain, packed = pair(make, **changes, d_model=32, d_ff=48)
    assert isinstance(plain, EncoderDecoder) and isinstance(packed, EncoderDecoder)
    pack(packed, RoundedMatrix)
    wanted = plain.logits(plain(source, target))
    state, spread = packed.start(source[:1]), wanted.std()
    for i in range(target.size(1)):
        logits, state = packed.step(target[:1, i], state)
        assert 0 < (logits - wanted[:1, i]).abs().mean() < 0.05 * spread
    assert 0 < (packed.logits(packed(source, target)) - wanted).abs().mean() < 0.05 * spread


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
