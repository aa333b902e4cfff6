"""What is sent is what the schema says, and the page's copy of it is not old."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import pytest
from starlette.testclient import TestClient

from glassformer.inspection import schema

ROOT = Path(__file__).parent.parent.parent
PLAIN = (str, int, float, bool, NoneType)
TEXT = "the girl sleeps"
TRACES: dict[str, dict[str, Any]] = {
    "plain": {"model": "petit"},
    "unknown word": {"model": "petit", "text": "the pizza sleeps"},
    "changed": {
        "model": "petit",
        "changes": [
            {"path": "encoder.0.self_attention.weights", "where": [1, None, 2], "scale": 0.5}
        ],
    },
    "training": {"model": "petit", "training": {"seed": 3}},
    "predictor": {"model": "predictor"},
    "reader": {"model": "reader"},
}


def misfits(value: Any, kind: Any, where: str = "graph") -> list[str]:
    """Where plain JSON is not of a type of the schema."""
    if kind is Any:
        return []
    if is_typeddict(kind) and isinstance(value, dict):
        hints = get_type_hints(kind, include_extras=True)
        needed = {name for name, of in hints.items() if get_origin(of) is not NotRequired}
        found = [f"{where} lacks {name}" for name in needed - set(value)]
        found += [f"{where} has {name}" for name in set(value) - set(hints)]
        for name in set(value) & set(hints):
            inner = hints[name]
            inner = get_args(inner)[0] if get_origin(inner) is NotRequired else inner
            found += misfits(value[name], inner, f"{where}.{name}")
        return found
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return [] if value in inner else [f"{where}: {value!r}"]
    if origin in (Union, UnionType):
        every = [misfits(value, one, where) for one in inner]
        return min(every, key=len)
    if origin is list and isinstance(value, list):
        return [m for i, one in enumerate(value) for m in misfits(one, inner[0], f"{where}[{i}]")]
    if origin is tuple and isinstance(value, list) and len(value) == len(inner):
        return [m for one, of in zip(value, inner, strict=True) for m in misfits(one, of, where)]
    if origin is dict:
        return [m for key, one in value.items() for m in misfits(one, inner[1], f"{where}.{key}")]
    plain = (int, float) if kind is float else kind
    fits = kind in PLAIN and isinstance(value, plain) and isinstance(value, bool) == (kind is bool)
    return [] if fits else [f"{where}: {value!r} is no {kind}"]


@pytest.mark.parametrize("asked", TRACES.values(), ids=TRACES)
def test_a_graph_is_what_the_schema_says(every: TestClient, asked: dict[str, Any]) -> None:
    answer = every.post("/api/trace", json={"text": TEXT} | asked)
    assert answer.status_code == 200, answer.text
    length = int.from_bytes(answer.content[:8], "little")
    header = json.loads(answer.content[8 : 8 + length])
    assert misfits(json.loads(header["__metadata__"]["graph"]), schema.Graph) == []


def test_misfits_are_found() -> None:
    token = {"id": 7, "piece": "il"}
    assert misfits(token, schema.Token) == []
    for wrong in ({"id": "7"}, {"id": True}, {"unknown": False}, {"more": 1}, {"piece": None}):
        assert misfits(token | wrong, schema.Token), wrong
    assert misfits({"id": 7}, schema.Token) == ["graph lacks piece"]


def test_the_pages_copy_is_not_old() -> None:
    command = [sys.executable, ROOT / "tools" / "schema.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
