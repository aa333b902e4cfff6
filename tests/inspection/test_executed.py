"""The model as one page of code: what ran and nothing else, held against Python's own counter."""

from __future__ import annotations

import ast
import sys
import trace
from pathlib import Path
from typing import Any

import pytest
import torch

import glassformer as gf
from glassformer.inspection.record import record
from glassformer.loaded import wrap
from glassformer.loaded.code import FOLDERS, code_of, page_of

SIZES: dict[str, Any] = {
    "source_vocabulary": 997, "target_vocabulary": 997, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 2,
}  # fmt: skip
TEXT = "the girl sleeps"


def untrained(**changes: Any) -> gf.LoadedModel:
    return wrap(gf.build(gf.ModelConfig(**(SIZES | changes)), seed=1))


def counted(model: gf.LoadedModel) -> set[tuple[str, int]]:
    """The lines that Python's own trace module counts in the same pass."""
    reading = model.read(TEXT, None, None, 0)

    def run() -> None:
        with torch.inference_mode(), record(model.model):
            model.model.logits(model.forward(model.model, reading))

    before = sys.gettrace()
    counter = trace.Trace(count=1, trace=0)
    try:
        counter.runfunc(run)
    finally:
        sys.settrace(before)
    ours = tuple(f"{folder}/" for folder in FOLDERS)
    return {(file, line) for file, line in counter.results().counts if file.startswith(ours)}


@pytest.mark.parametrize("family", ["encoder-decoder", "decoder-only", "encoder-only"])
def test_it_is_exactly_what_ran(family: str) -> None:
    model = untrained(family=family)
    parts, ran = code_of(model, TEXT), counted(model)
    printed = {(part.file, number) for part in parts for number, _ in part.lines}
    assert ran <= printed
    for part in parts:
        lines = Path(part.file).read_text(encoding="utf-8").split("\n")
        assert all(text == lines[number - 1] for number, text in part.lines)
        assert [number for number, _ in part.lines] == sorted(number for number, _ in part.lines)
        heads = "\n".join(text for _, text in part.lines)
        for statement in whole(part.file, {number for number, _ in part.lines}):
            head = range(statement[0], statement[1] + 1)
            called = lines[statement[0] - 1].lstrip().startswith(("def ", "class "))
            assert called or any((part.file, number) in ran for number in head), heads


def whole(file: str, printed: set[int]) -> list[tuple[int, int]]:
    """The statements without others in them whose lines were printed: first and last line."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    simple = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and not hasattr(n, "body")]
    spans = [(node.lineno, node.end_lineno or node.lineno) for node in simple]
    found = [span for span in spans if span[0] in printed]
    assert all(set(range(a, b + 1)) <= printed for a, b in found)
    return found


def test_it_has_the_order_of_the_run_and_each_function_once() -> None:
    names = [part.name for part in code_of(untrained(), TEXT)]
    assert names[:2] == ["EncoderDecoder.forward", "EncoderDecoder.encode"]
    assert len(names) == len(set(names))
    order = ["Layer.forward", "MultiHeadAttention.forward", "attend_by_steps", "CrossLayer.forward"]
    assert [name for name in names if name in order] == order
    assert names[-1] == "Model.logits"


def test_what_a_model_does_not_use_is_not_there() -> None:
    pre, post = (page_of(code_of(untrained(norm=norm), TEXT)) for norm in ("pre", "post"))
    assert "PreNorm.forward" in pre and "PreNorm.forward" not in post
    alone = page_of(code_of(untrained(family="encoder-only"), TEXT))
    assert "causal_mask" in pre and "causal_mask" not in alone


def test_every_value_was_computed_by_a_line_of_it() -> None:
    model = untrained()
    printed = {
        (Path(part.file).name, number)
        for part in code_of(model, TEXT) for number, _ in part.lines
    }  # fmt: skip
    tape = model.trace(TEXT)
    made = [e for e in tape if e.file.startswith(("glassformer/model/", "glassformer/numerics/"))]
    assert len(made) > 50
    assert {(Path(entry.file).name, entry.line) for entry in made} <= printed
