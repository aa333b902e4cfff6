"""What a hand-out holds: the graphs of its recordings, the numbers that nobody can compute, and
answers to what the page asks beside. Every other value the page computes from these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from safetensors.torch import save
from torch import Tensor

from glassformer.handouts.rounding import Rounded
from glassformer.numerics.positions import sinusoids, sinusoids_concatenated, sinusoids_halved

# The operators that the page computes (web/src/ops), by the names under which they are recorded.
COMPUTED = frozenset(
    """
    linear matmul rmatmul softmax log_softmax logsumexp layer_norm embedding gather __getitem__
    masked_fill where clamp cat concat stack add radd sub rsub mul div __rtruediv__ pow rpow
    maximum minimum add_ sub_ mul_ div_ masked_fill_ __eq__ eq __ne__ ne __lt__ lt __le__ le __gt__
    gt __ge__ ge bitwise_and logical_and bitwise_or logical_or bitwise_not logical_not neg abs exp
    log sqrt rsqrt sin cos tanh sigmoid relu gelu silu float double to type_as int long sum mean
    cumsum amax amin max min arange zeros zeros_like ones ones_like full full_like one_hot
    """.split()
)
FORMULAS = {
    "sinusoids": sinusoids,
    "sinusoids-concatenated": sinusoids_concatenated,
    "sinusoids-halved": sinusoids_halved,
}


@dataclass(frozen=True)
class Recorded:
    """A recording: its graph in plain values, and its values by path, as a file has them."""

    graph: dict[str, Any]
    values: Mapping[str, Tensor]

    def given(self) -> list[dict[str, Any]]:
        """The entries that the page does not compute."""
        return [entry for entry in self.graph["entries"] if not computed(entry)]


def computed(entry: Mapping[str, Any]) -> bool:
    """Whether the page computes this entry from others."""
    if entry["kind"] != "value":
        return False
    return entry["operator"] in COMPUTED if entry["operator"] else bool(entry["inputs"])


@dataclass(frozen=True, kw_only=True)
class Live:
    """What the page needs beside the parameters to run the model itself: a ``template`` of its
    graph, a ``sample`` of it, whose tables are taken, and what the page's own code reads
    (``about``, see web/src/live)."""

    sample: Recorded
    template: Sequence[Mapping[str, Any]]
    about: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All of a hand-out but the page.

    ``parameters`` by path: rounded, or as they are. ``moved``: by how much the rounding moved a
    probability at most. ``models``, ``answers`` and ``code`` are what the program would say at
    api/models, at other addresses, and of FILE:LINE. ``live``: with it the page runs the model.
    """

    title: str
    recorded: Sequence[Recorded]
    parameters: Mapping[str, Rounded | Tensor]
    moved: float
    models: Sequence[Mapping[str, Any]]
    answers: Mapping[str, Any] = field(default_factory=dict)
    code: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    live: Live | None = None

    def to_bytes(self) -> bytes:
        """As safetensors, whose metadata is the rest."""
        tensors: dict[str, Tensor] = {}
        for path, one in self.parameters.items():
            if isinstance(one, Rounded):
                tensors |= {f"{path}.{name}": plane for name, plane in one.planes().items()}
            else:
                tensors[path] = one
        traces = [self.held(one, tensors) for one in self.recorded]
        bits = {one.bits for one in self.parameters.values() if isinstance(one, Rounded)}
        rounding = {"levels": 2 ** max(bits) - 1, "moved": self.moved} if bits else None
        said = {
            "models": list(self.models), "rounding": rounding, "answers": dict(self.answers),
            "code": dict(self.code), "notes": self.notes, "traces": traces,
            "live": self.alive(tensors),
        }  # fmt: skip
        text = json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return save(tensors, {"handout": text})

    def alive(self, tensors: dict[str, Tensor]) -> dict[str, Any] | None:
        """What the page runs the model by, if it is to."""
        if self.live is None:
            return None
        held = self.held(self.live.sample, tensors)
        return {**self.live.about, **held, "graph": None, "template": self.live.template}

    def held(self, one: Recorded, tensors: dict[str, Tensor]) -> dict[str, Any]:
        """A recording's graph and what its given entries are called among the tensors, to which
        those that are not there yet are added."""
        given, tables = {}, {}
        for entry in one.given():
            path, value = entry["path"], one.values[entry["path"]]
            if entry["kind"] == "parameter" and path in self.parameters:
                given[path] = path
            elif formula := formula_of(value):
                tables[path] = formula
            else:
                given[path] = name_of(value, tensors)
        return {"graph": one.graph, "given": given, "tables": tables}


def name_of(value: Tensor, tensors: dict[str, Tensor]) -> str:
    """What a value is called among the tensors: that of an equal one, or a new name."""
    for name, known in tensors.items():
        if name.startswith("given ") and known.dtype == value.dtype and known.equal(value):
            return name
    name = f"given {len(tensors)}"
    tensors[name] = value
    return name


def formula_of(value: Tensor) -> str | None:
    """The formula of positions that makes this table; None if none does."""
    if value.dim() == 2 and value.is_floating_point():
        for name, formula in FORMULAS.items():
            if value.equal(formula(*value.shape)):
                return name
    return None
