"""What can be seen of a running model: names, axes and shapes are a promise to whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from glassformer.inspection.patch import observe
from glassformer.model import Model, ModelConfig, build

SIZES: dict[str, Any] = {
    "source_vocabulary": 31, "target_vocabulary": 31, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 1, "d_k": 5, "d_v": 7,
}  # fmt: skip
GRID = "batch head query key"
ATTENTION = [
    ("query", "batch head query feature"), ("key", "batch head key feature"),
    ("value", "batch head key feature"), ("scores", GRID), ("scaled", GRID), ("masked", GRID),
    ("weights", GRID), ("mixed", "batch head query feature"), ("output", "batch query d_model"),
]  # fmt: skip


def recorded(model: Model, *inputs: Tensor) -> dict[str, tuple[str, Tensor]]:
    seen: dict[str, tuple[str, Tensor]] = {}

    def see(path: str, axes: str, value: Tensor) -> Tensor:
        assert path not in seen, f"{path} was shown twice"
        seen[path] = (axes, value)
        return value

    with torch.no_grad(), observe(model, see):
        model(*inputs)
    return seen


def small(**changes: Any) -> Model:
    return build(ModelConfig(**(SIZES | changes)), seed=5).eval()


SOURCE = torch.tensor([[3, 4, 5, 6, 7], [8, 9, 0, 0, 0]])
TARGET = torch.tensor([[1, 4, 5], [1, 9, 11]])
INPUTS = {
    "encoder-decoder": (SOURCE, TARGET), "decoder-only": (SOURCE,), "encoder-only": (SOURCE,),
}  # fmt: skip


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("family", INPUTS)
def test_names_and_axes_fit_what_is_shown(family: str, norm: str) -> None:
    seen = recorded(small(family=family, norm=norm), *INPUTS[family])
    sizes: dict[str, int] = {"d_model": 22}
    for path, (axes, value) in seen.items():
        assert len(axes.split()) == value.dim(), (path, axes, value.shape)
        for axis, size in zip(axes.split(), value.shape, strict=True):
            if axis in sizes:
                assert size == sizes[axis], (path, axis)
    for path, (axes, _) in seen.items():
        if path.endswith("attention.weights"):
            assert axes == GRID


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("family", INPUTS)
def test_every_attention_shows_its_steps_in_their_order(family: str, norm: str) -> None:
    seen = recorded(small(family=family, norm=norm, n_layers=2), *INPUTS[family])
    kinds = {
        "encoder-decoder": ["encoder.{}.self_attention", "decoder.{}.self_attention",
                            "decoder.{}.cross_attention"],
        "decoder-only": ["decoder.{}.self_attention"],
        "encoder-only": ["encoder.{}.self_attention"],
    }[family]  # fmt: skip
    for kind in kinds:
        for layer in range(2):
            path = kind.format(layer) + "."
            steps = [(p.removeprefix(path), a) for p, (a, _) in seen.items() if p.startswith(path)]
            assert [s for s in steps if "." not in s[0]] == ATTENTION


@pytest.mark.parametrize("family", INPUTS)
def test_the_paths_of_every_family(family: str) -> None:
    """The whole list: who renames a value breaks every recording, tour and script."""
    seen = recorded(small(family=family), *INPUTS[family])
    lines = [f"{path}: {axes}" for path, (axes, _) in seen.items() if "attention." not in path]
    stacks = {"decoder-only": ("target_", "decoder."), "encoder-only": ("source_", "encoder.")}
    kept = (*stacks.get(family, ("",)), "hidden")
    crossing = family == "encoder-decoder"
    assert lines == [
        line for line in PATHS
        if line.startswith(kept) and (crossing or "_cross" not in line)
    ]  # fmt: skip


PATHS = [
    "source_mask: batch head query key",
    "source_embedding.embedded: batch position d_model",
    "source_embedding.scaled: batch position d_model",
    "source_embedding.position: position d_model",
    "source_embedding.placed: batch position d_model",
    "encoder.0.after_self.added: batch position d_model",
    "encoder.0.after_self.normalised: batch position d_model",
    "encoder.0.feedforward.hidden: batch position d_ff",
    "encoder.0.feedforward.active: batch position d_ff",
    "encoder.0.feedforward.output: batch position d_model",
    "encoder.0.after_feedforward.added: batch position d_model",
    "encoder.0.after_feedforward.normalised: batch position d_model",
    "memory: batch position d_model",
    "target_mask: batch head query key",
    "target_embedding.embedded: batch position d_model",
    "target_embedding.scaled: batch position d_model",
    "target_embedding.position: position d_model",
    "target_embedding.placed: batch position d_model",
    "decoder.0.after_self.added: batch position d_model",
    "decoder.0.after_self.normalised: batch position d_model",
    "decoder.0.after_cross.added: batch position d_model",
    "decoder.0.after_cross.normalised: batch position d_model",
    "decoder.0.feedforward.hidden: batch position d_ff",
    "decoder.0.feedforward.active: batch position d_ff",
    "decoder.0.feedforward.output: batch position d_model",
    "decoder.0.after_feedforward.added: batch position d_model",
    "decoder.0.after_feedforward.normalised: batch position d_model",
    "hidden: batch position d_model",
]


def test_names_do_not_hide_modules() -> None:
    for family, inputs in INPUTS.items():
        model = small(family=family)
        modules = {path for path, _ in model.named_modules()}
        parameters = {path for path, _ in model.named_parameters()}
        assert not (modules | parameters) & set(recorded(model, *inputs))


@pytest.mark.parametrize("family", INPUTS)
def test_being_looked_at_changes_nothing(family: str) -> None:
    model, inputs = small(family=family), INPUTS[family]
    expected = model(*inputs)
    with observe(model, lambda path, axes, value: value):
        found = model(*inputs)
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.equal(model(*inputs), expected)


@pytest.mark.parametrize("path", ["encoder.0.self_attention.weights", "memory", "hidden"])
def test_a_patch_takes_the_place_of_a_value(path: str) -> None:
    model = small()

    def patch(name: str, axes: str, value: Tensor) -> Tensor:
        return torch.zeros_like(value) if name == path else value

    plain = model(SOURCE, TARGET)
    with observe(model, patch):
        patched = model(SOURCE, TARGET)
    assert not torch.allclose(patched, plain, atol=1e-3)
    assert path != "hidden" or (patched == 0).all()


def test_an_error_inside_ends_the_looking() -> None:
    model = small()
    seen: list[str] = []

    def see(path: str, axes: str, value: Tensor) -> Tensor:
        seen.append(path)
        return value

    with pytest.raises(ZeroDivisionError), observe(model, see):
        1 / 0  # noqa: B018
    model(SOURCE, TARGET)
    assert not seen


def test_another_model_is_not_shown() -> None:
    one, other = small(), small()
    seen: list[str] = []

    def see(path: str, axes: str, value: Tensor) -> Tensor:
        seen.append(path)
        return value

    with observe(one, see):
        other(SOURCE, TARGET)
    assert not seen


def test_compiled_code_has_no_break_and_cannot_be_observed() -> None:
    model = small(n_layers=1)
    breaks = torch._dynamo.explain(model)(SOURCE, TARGET)
    assert breaks.graph_break_count == 0, breaks.break_reasons
    compiled: Callable[..., Any] = torch.compile(model, backend="eager")
    assert torch.allclose(compiled(SOURCE, TARGET), model(SOURCE, TARGET), atol=1e-6)
    assert isinstance(compiled, nn.Module)
    with (
        pytest.raises(ValueError, match="pass the model it was made from"),
        observe(compiled, lambda path, axes, value: value),
    ):
        pass
