"""What goes over the wire beside the values: the graph of a recording and what was recorded.

The one description of it. ``python tools/schema.py`` writes the page's web/src/core/schema.ts from
this file, and tests hold real answers against it.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Kind = Literal["parameter", "buffer", "input", "value", "changed"]
Family = Literal["encoder-decoder", "decoder-only", "encoder-only"]
Ran = Literal["encoder-decoder", "decoder-only", "encoder-only", "module"]  # or of anybody


class Source(TypedDict):
    """An input of an operator: an entry's value, arranged anew by these shape operators in order,
    each with its constants."""

    entry: int
    through: list[tuple[str, list[Any]]]


class Entry(TypedDict):
    """One value of a run: what it is called, and by which operator it came from which others."""

    path: str
    kind: Kind
    axes: list[str]
    shape: list[int]
    dtype: str
    operator: str
    constants: list[Any]
    inputs: list[Source]
    file: str
    line: int
    step: int
    tapped: bool


class Token(TypedDict):
    """A token as a person can read it; ``unknown`` where a word was not in the vocabulary."""

    id: int
    piece: str
    unknown: NotRequired[Literal[True]]


class Swap(TypedDict):
    """The value that a path has in the trace of another text, at ``where`` if given."""

    text: str
    target: NotRequired[str | None]
    where: NotRequired[list[int | None] | None]


class Change(TypedDict):
    """A change of a tapped value: exactly one of scale, value and swap. ``where`` names a place on
    each axis but the batch (null: everywhere)."""

    path: str
    where: list[int | None]
    scale: NotRequired[float | None]
    value: NotRequired[float | None]
    swap: NotRequired[Swap | None]


class Variant(TypedDict):
    """An untrained model of the same sizes whose named parts are others (null: the same)."""

    norm: str | None
    activation: str | None
    positions: str | None
    family: Family | None


class TrainingStep(TypedDict):
    """A forward pass as in training, dropout drawn from this seed."""

    seed: int
    dropout: float
    smoothing: float


class About(TypedDict):
    """What was recorded. An encoder-decoder reads ``source``, and ``target`` in its decoder, to
    write ``next``; the others read one of the two."""

    trace: str
    run: str
    family: Ran
    untrained: bool
    config: dict[str, Any]
    text: str
    output: str
    source: list[Token]
    target: list[Token]
    next: list[Token]
    changes: list[Change]
    snapshot: int | None
    variant: Variant | None
    training: TrainingStep | None
    stepwise: NotRequired[bool]
    gold: NotRequired[list[tuple[int, int]] | None]
    reference: NotRequired[str | None]
    written: NotRequired[str]


class Graph(TypedDict):
    """All of it: the entries in the order in which they came to be."""

    version: int
    about: About
    entries: list[Entry]
