"""A module of anybody's with inputs of its own: what ``gf.explore`` shows of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import nn

from glassformer.errors import ConfigError, nearest
from glassformer.inspection.calls import Call, Inputs, output_of
from glassformer.inspection.findings import Finding
from glassformer.inspection.record import HOOKING, record
from glassformer.inspection.tape import Entry, Tape
from glassformer.loaded.check import check

Pieces = Callable[[list[int]], list[str]]  # what ids stand for


class OwnModule:
    """A module that runs on these inputs alone.

    Args:
        axes: what the axes of inputs and recorded values are, by path or pattern, and a word to
            call a value by: {"src": "position batch feature",
            "blocks.*.softmax": "weights: batch head query key"}.
        pieces: what the ids of an input of whole numbers stand for.
        asked: what ``check`` is asked: causal, padding, generate, target, sides.
    """

    def __init__(
        self,
        module: nn.Module,
        inputs: Inputs,
        *,
        axes: Mapping[str, str] | None = None,
        pieces: Pieces | None = None,
        asked: Mapping[str, Any] | None = None,
    ):
        self.model, self.inputs, self.axes = module, inputs, dict(axes or {})
        self.name, self.pieces, self.asked = type(module).__name__, pieces, dict(asked or {})
        plain = {name: one for name, one in self.axes.items() if ":" not in one and "*" not in name}
        self.call = Call(module, inputs)
        own = {name: one for name, one in plain.items() if name in self.call.tensors}
        self.given_axes = own
        self.call = Call(module, inputs, own)
        causal = self.asked.get("causal")
        self.causal = causal if isinstance(causal, str) else next(iter(self.call.tensors), "")
        self.trace()  # what cannot be recorded says so now

    @property
    def parameters(self) -> dict[str, int]:
        """How many numbers each parameter has."""
        return {path: one.numel() for path, one in self.model.named_parameters()}

    @torch.no_grad()
    def trace(self) -> Tape:
        """Everything that happens on the inputs.

        Raises:
            RecordingError: the module cannot be recorded.
            ConfigError: an annotation fits nothing.
        """
        with record(self.model) as tape:
            output_of(self.call())
        annotate(tape, self.axes)
        first, second = self.sequences()
        tape.about = {
            "run": self.name, "family": "module", "untrained": True,
            "config": {"source": first, "target": second}, "text": self.name, "output": "",
            "source": self.tokens(first), "target": self.tokens(second), "next": [],
            "training": None, "stepwise": False,
        }  # fmt: skip
        return tape

    def sequences(self) -> tuple[str, str]:
        """The inputs whose positions are the rows of what is shown: the first with positions, and
        the one that is read beside it, "" where there is none."""
        call = self.call
        found = [
            name for name, value in call.tensors.items()
            if call.axis(name, "position") is not None and value.dim() >= 2
            and value.dtype != torch.bool and "mask" not in name
        ]  # fmt: skip
        first = found[0] if found else ""
        alike = [n for n in found[1:] if n == self.causal or n.startswith(("tgt", "target", "dec"))]
        return first, alike[0] if alike else ""

    def tokens(self, name: str) -> list[dict[str, Any]]:
        """What stands at each position of the first example: a token, or the position's number."""
        if not name:
            return []
        value, axes = self.call.tensor(name), self.call.axes(name)
        if value.is_floating_point() or value.dim() > 2:
            return [{"id": i, "piece": str(i + 1)} for i in range(self.call.length(name))]
        row = value.movedim(axes.index("batch"), 0)[0] if "batch" in axes else value
        ids = [int(one) for one in row.tolist()]
        pieces = self.pieces(ids) if self.pieces else [str(one) for one in ids]
        return [{"id": one, "piece": piece} for one, piece in zip(ids, pieces, strict=True)]

    def findings(self) -> list[Finding]:
        """What ``check`` finds; the module may be in use by other threads."""
        with HOOKING:
            twin = copy.deepcopy(self.model, {id(p): p for p in self.model.parameters()})
        axes = self.given_axes | {k: v for k, v in self.axes.items() if k == "output"}
        return list(check(twin, self.inputs, axes=axes, **self.asked).findings)


def annotate(tape: Tape, axes: Mapping[str, str]) -> None:
    """Give values the axes that their paths, or patterns of them, have here, as a tap would.

    Raises:
        ConfigError: a pattern fits no value, or names more or fewer axes than one has.
    """
    for pattern, said in axes.items():
        if pattern == "output":
            continue
        word, _, names = said.rpartition(":")
        found = [entry for entry in tape if fnmatchcase(entry.path, pattern)]
        if not found:
            raise ConfigError(f"nothing was recorded as {pattern!r}.{nearest(pattern, tape.index)}")
        for entry in found:
            name_axes(tape, entry, word.strip(), names.strip())


def name_axes(tape: Tape, entry: Entry, word: str, axes: str) -> None:
    """Give one value its axes, and a word to be called by."""
    if len(axes.split()) != entry.value.dim():
        raise ConfigError(
            f"{entry.path} has the shape {[*entry.shape]}, and the axes {axes!r} name "
            f"{len(axes.split())}"
        )
    entry.axes = axes
    if word:
        owner = entry.path.rpartition(".")[0]
        tape.rename(tape.index[entry.path], f"{owner}.{word}" if owner else word)
        entry.tapped = True
