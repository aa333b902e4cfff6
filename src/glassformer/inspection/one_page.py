"""A recording as a page that is one file: its parameters are rounded, and all that was computed
from them is computed once more, so that the page shows what these parameters give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import RecordingError
from glassformer.handouts import Contents, Recorded, Rounded, check_estimate, fitting, round_rows
from glassformer.inspection.place import lines_around
from glassformer.inspection.tape import Tape, plain

# What a recording that nobody described is said to be.
NOTHING: dict[str, Any] = {
    "run": "module", "family": "module", "untrained": True, "config": {}, "text": "module",
    "output": "", "source": [], "target": [], "next": [], "changes": [], "snapshot": None,
    "variant": None, "training": None,
}  # fmt: skip


def one_page(tape: Tape, fit: Callable[[Callable[[int], Contents]], str] = fitting) -> str:
    """The page of a recording, as the text of an HTML file. ``fit`` chooses the bits.

    Raises:
        ConfigError: it would be larger than a hand-out may be.
        RecordingError: its parameters hold NaN or infinity.
    """

    about = NOTHING | tape.about
    check_estimate(str(about["run"]), [one.value for one in tape if one.kind == "parameter"])

    def contents(bits: int) -> Contents:
        parameters = rounded(tape, bits)
        again = once_more(tape, {path: one.value() for path, one in parameters.items()})
        again.about = about | {"trace": "1"}
        again.files = tape.files
        return Contents(
            title=str(again.about["text"]),
            recorded=[recorded(again)],
            parameters=parameters,
            moved=apart(tape, again),
            models=[described(again)],
            code=code_of(again),
        )  # fmt: skip

    return fit(contents)


def rounded(tape: Tape, bits: int) -> dict[str, Rounded]:
    """Its matrices; vectors are few, and stay as they are."""
    return {
        entry.path: round_rows(entry.value, bits)
        for entry in tape
        if entry.kind == "parameter" and entry.value.dim() >= 2 and entry.value.is_floating_point()
    }


@torch.inference_mode()
def once_more(tape: Tape, parameters: Mapping[str, Tensor]) -> Tape:
    """The same run with other parameters; what was drawn, or put there by a patch, stays."""
    found = Tape()
    for entry in tape:
        value = parameters.get(entry.path, entry.value)
        if entry.kind == "value":
            try:
                value = found.recompute(entry)
            except RecordingError:
                value = entry.value
        found.add(replace(entry, value=value))
    return found


def apart(one: Tape, other: Tape) -> float:
    """By how much the two differ at most in what they end in."""
    path = "probabilities" if "probabilities" in one else one.entries[-1].path
    a, b = one[path].detach().float(), other[path].detach().float()
    return float((a - b).abs().nan_to_num(0.0).max()) if a.numel() else 0.0


def recorded(tape: Tape) -> Recorded:
    """A recording as a hand-out takes it."""
    graph = tape.graph
    given = [entry.path for entry in tape]
    return Recorded(graph, {path: plain(tape[path]) for path in given})


def code_of(tape: Tape) -> dict[str, Any]:
    """The lines of code behind its values, by FILE:LINE."""
    places = {(entry.file, entry.line) for entry in tape if entry.line}
    return {
        f"{file}:{line}": lines_around(file, line, tape.files.get(file, ""))
        for file, line in sorted(places)
    }


def described(tape: Tape) -> dict[str, Any]:
    """What the page must know of the model, as far as the recording tells it."""
    about = tape.about
    families = {entry.path: entry.value.numel() for entry in tape if entry.kind == "parameter"}
    name = about["run"]
    return {
        "name": name, "title": name, "family": about["family"],
        "parameters": sum(families.values()), "families": families,
        "config": about["config"], "built_in": False, "opening": about["text"],
        "finished": True, "untrained": about["untrained"], "snapshots": [],
        "recorded": None,
    }  # fmt: skip
