"""No edge hides more than one arithmetic operator: from the probabilities back to the ids every
value is one operator of recorded values, and is that operator's result to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import glassformer as gf
from glassformer.inspection.tape import Entry, Tape
from glassformer.loaded import LoadedModel, Training, wrap
from glassformer.model.config import CHOICES

SIZES: dict[str, Any] = {
    "source_vocabulary": 997, "target_vocabulary": 997, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 2, "d_k": 5, "d_v": 7,
}  # fmt: skip
PARTS = ("family", "norm", "activation", "positions")
PAPER = (CHOICES["family"], CHOICES["norm"], ("relu", "gelu"), ("sinusoids", "learned"))
ALL: list[dict[str, Any]] = [dict(zip(PARTS, one)) for one in product(*PAPER)]
# The parts of other models of the family, each once.
ALL += [
    {"family": "encoder-decoder", "activation": "silu", "positions": "sinusoids-halved",
     "bias": True, "output_bias": True},
    {"family": "encoder-decoder", "positions": "sinusoids-concatenated", "final_norm": True},
    {"family": "decoder-only", "norm": "pre", "activation": "gelu-tanh", "positions": "learned",
     "scale_embedding": False},
    {"family": "encoder-only", "positions": "learned", "first_position": 2, "segments": 2,
     "embedding_norm": True, "head": "transform"},
    {"family": "encoder-only", "head": "tanh"},
]  # fmt: skip
ARITHMETIC = {
    "linear", "matmul", "add", "mul", "div", "layer_norm", "softmax", "masked_fill", "relu", "gelu",
    "silu", "tanh", "embedding", "bitwise_not", "__ne__", "ne", "le", "__le__", "arange",
}  # fmt: skip
ARRANGING = {"transpose", "unflatten", "flatten", "__getitem__"}
LOSS = {"log_softmax", "one_hot", "neg", "sum", "mean"}


def untrained(**parts: Any) -> LoadedModel:
    return wrap(gf.build(gf.ModelConfig(**SIZES, **parts), seed=3))


def traced(model: LoadedModel, **options: Any) -> Tape:
    target = "la fille dort" if model.config.family == "encoder-decoder" else None
    return model.trace("the girl sleeps", target, **options)


def magnitude(tape: Tape, entry: Entry) -> Tensor:
    """The sum of the magnitudes of the terms whose sum each cell of a value is."""
    given = [tape.argument(source).float().abs() for source in entry.inputs]
    result = entry.value.float().abs()
    terms: dict[str, Callable[[], Tensor]] = {
        "linear": lambda: F.linear(*given),
        "matmul": lambda: given[0] @ given[1],
        "add": lambda: sum(given, torch.zeros_like(result)),
        "sum": lambda: tape_again(entry, given[0]),
        "mean": lambda: tape_again(entry, given[0]),
        "layer_norm": lambda: normalised(given, result),
        "log_softmax": lambda: given[0] + result,
    }
    return terms.get(entry.operator, lambda: result)()


def tape_again(entry: Entry, value: Tensor) -> Tensor:
    """The same sum or mean, of other numbers."""
    arguments = [one for one in entry.constants[0][1:] if not isinstance(one, dict)]
    again: Tensor = getattr(value, entry.operator)(*arguments, **entry.constants[1])
    return again


def normalised(given: list[Tensor], result: Tensor) -> Tensor:
    """(|x| + mean |x|) / σ · |gain| + |bias|; σ from the input, whose signs do not matter much."""
    x, gain, bias = given
    deviation = (x.square().mean(-1, keepdim=True) - x.mean(-1, keepdim=True).square()).sqrt()
    return (x + x.mean(-1, keepdim=True)) / deviation.clamp_min(1e-6) * gain + bias + result


def check_all(tape: Tape, operators: set[str]) -> int:
    count = 0
    for entry in tape:
        for source in entry.inputs:
            assert {name for name, _ in source.through} <= ARRANGING, entry.path
        if entry.kind != "value":
            assert not entry.inputs and not entry.operator, entry.path
            continue
        assert not entry.operator or entry.operator in operators, (entry.path, entry.operator)
        again, recorded = tape.recompute(entry).float(), entry.value.float()
        finite = recorded.isfinite()
        assert torch.equal(again[~finite], recorded[~finite]), entry.path
        apart = (again - recorded).abs()[finite]
        assert (apart <= 1e-5 * magnitude(tape, entry)[finite]).all(), (entry.path, apart.max())
        count += 1
    return count


def reached_from(tape: Tape, path: str) -> set[str]:
    reached, waiting = set(), [tape.index[path]]
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting += [source.entry for source in tape.entries[number].inputs]
    return {tape.entries[number].path for number in reached}


@pytest.mark.parametrize("parts", ALL, ids=str)
def test_every_edge_is_one_operator(parts: dict[str, Any]) -> None:
    model = untrained(**parts)
    tape = traced(model)
    assert check_all(tape, ARITHMETIC) > 50
    reached = reached_from(tape, "probabilities")
    inputs = {"encoder-decoder": {"source", "target"}}.get(parts["family"], {"tokens"})
    assert inputs <= reached
    assert {path for path, _ in model.model.named_parameters()} <= reached
    assert not [entry.path for entry in tape if entry.path not in reached]


@pytest.mark.parametrize("family", CHOICES["family"])
def test_a_training_step_too(family: str) -> None:
    model = untrained(family=family)
    tape = traced(model, training=Training(seed=3, dropout=0.3))
    assert check_all(tape, ARITHMETIC | LOSS) > 70
    reached = reached_from(tape, "loss")
    assert any(path.endswith(".kept") for path in reached) and "wanted" in reached
    plain = {entry.path for entry in traced(model) if entry.tapped}
    words = {e.path.rpartition(".")[2] for e in tape if e.tapped and e.path not in plain}
    assert words == {
        "kept", "dropped", "wanted", "log_probabilities", "smoothed", "terms", "losses", "loss",
    }  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"stepwise": True}, {"pad": 3}])
def test_the_carried_model(options: dict[str, Any]) -> None:
    check_all(traced(gf.load(), **options), ARITHMETIC | {"cat"})
