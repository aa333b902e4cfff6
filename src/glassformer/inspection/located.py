"""Where in a run a difference begins: both runs are recorded, their values held side by side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from glassformer.inspection.findings import where
from glassformer.inspection.matching import Match, apart, flat_places, matched, tolerance
from glassformer.inspection.place import line_of
from glassformer.inspection.record import record
from glassformer.inspection.still import Still
from glassformer.inspection.tape import Entry, Tape

Run = Callable[[], Tensor]  # the result of a run


@dataclass(frozen=True)
class Lab:
    """Where a model is run. ``still``: with chance held still; ``seed``: where its chance begins.
    ``model`` is what is recorded."""

    model: nn.Module
    still: bool = False
    seed: int = 0

    @torch.no_grad()
    def plain(self, run: Run) -> Tensor:
        """The result of an unrecorded run, a copy."""
        with torch.random.fork_rng(), Still() if self.still else nullcontext():
            torch.manual_seed(self.seed)
            return run().detach().clone()

    @torch.no_grad()
    def recorded(self, run: Run) -> tuple[Tape, Tensor]:
        """The tape and the result of a recorded run."""
        held: AbstractContextManager[object] = Still() if self.still else nullcontext()
        with torch.random.fork_rng(), held:
            torch.manual_seed(self.seed)
            with record(self.model) as tape:
                result = run()
        return tape, result


def first_moved(one: Tape, other: Tape, match: Match) -> tuple[Entry, int, float] | None:
    """The first value of ``one`` on the way to its result that the other run has otherwise, the
    flat place where it does most, and by how much."""
    counts = one.behind(one.outputs.get("", []))
    for number, entry in enumerate(one):
        if entry.kind != "value" or entry.path not in other or number not in counts:
            continue
        value, there = entry.value, other[entry.path]
        pair = matched(value, there, match) if value.is_floating_point() else None
        if pair is None or not pair[0].numel():
            continue
        off = apart(*pair)
        if float(off.max()) > tolerance(value):
            place = int(flat_places(value, match, there)[int(off.argmax())])
            return entry, place, float(off.max())
    return None


def computed_by(tape: Tape, entry: Entry, place: int | None) -> str:
    """ " decoder.weights, at head 1, query 2, computed by model.py, line 7: `…`"."""
    at = "" if place is None or entry.value.dim() == 0 else f", at {where(entry, place)}"
    return f"{entry.path}{at}" + (f", computed by {line_in(tape, entry)}" if entry.line else "")


def line_in(tape: Tape, entry: Entry) -> str:
    """ "model.py, line 7: `…`"; the code where it can be read."""
    code = line_of(tape.files.get(entry.file, entry.file), entry.line)
    return f"{entry.file}, line {entry.line}" + (f": `{code}`" if code else "")
