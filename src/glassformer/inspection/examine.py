"""Any module, checked: first as it runs by itself, then, where something is wrong, recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from glassformer.errors import RecordingError
from glassformer.inspection import probes
from glassformer.inspection.attending import blind, rows
from glassformer.inspection.calls import Call
from glassformer.inspection.findings import Finding, Findings, first
from glassformer.inspection.located import Lab, computed_by
from glassformer.inspection.matching import apart, tolerance
from glassformer.inspection.probes import Subject, Trouble, repeated, run_of
from glassformer.inspection.tape import Entry, Tape
from glassformer.inspection.targets import losses, unshifted
from glassformer.inspection.telling import finding_of, listed

Probe = Callable[[Subject, Lab], Iterator[Trouble]]
EITHER_MODE: tuple[Probe, ...] = (probes.future, probes.padding, probes.batch)
WELL = {
    "dropout": "Nothing is drawn at random in evaluation mode.",
    "causality": "No position of the result sees a later one.",
    "padding": "Padding changes nothing.",
    "batch": "Examples give the same alone and in a batch.",
    "cache": "With and without the cache the results are the same.",
    "target": "No target is read by the position that is to predict it.",
}


def examine(subject: Subject) -> list[Finding]:
    """Everything that can be found wrong with a model, and what is well."""
    model = subject.model
    found: dict[str, list[Finding]] = {}

    def note(trouble: Trouble, lab: Lab, mode: str = "") -> None:
        one = finding_of(trouble, lab)
        found.setdefault(one.check, []).append(
            Finding(**{**vars(one), "sentence": mode + one.sentence})
        )

    with put_back(model):
        if model.training:
            for trouble in repeated(subject, True):
                note(trouble, Lab(model))
        model.eval()
        drawn = list(repeated(subject, False))
        for trouble in drawn:
            note(trouble, Lab(model))
        lab = Lab(model, still=bool(drawn))
        for probe in (*EITHER_MODE, probes.cache, unshifted):
            for trouble in probe(subject, lab):
                note(trouble, lab)
        recorded = list(looked_at(subject, lab))
        model.train()
        lab = Lab(model, still=True)
        for probe in EITHER_MODE:
            for trouble in probe(subject, lab):
                if trouble.check not in found:
                    note(trouble, lab, "In training mode, with dropout held still: ")
    faults = [one for several in found.values() for one in several]
    faults += [one for one in recorded if not one.ok]
    checked = [one for one in asked(subject) if one not in {fault.check for fault in faults}]
    return [
        *faults,
        *(Finding(name, True, WELL[name]) for name in checked),
        *(one for one in recorded if one.ok),
    ]


def asked(subject: Subject) -> list[str]:
    """The checks that were made of a model, of those that run it twice."""
    causal = subject.causal is not None
    made = {
        "dropout": True, "causality": causal, "padding": bool(subject.padding), "batch": True,
        "cache": causal and subject.step is not None,
        "target": causal and subject.target is not None,
    }  # fmt: skip
    return [name for name, was in made.items() if was]


@contextmanager
def put_back(model: nn.Module) -> Iterator[None]:
    """Leave a model as it was: the mode of each part, and its buffers, which training changes."""
    modes = [(part, part.training) for part in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)


def looked_at(subject: Subject, lab: Lab) -> Findings:
    """What one recorded run shows, and whether it is like the plain one."""
    run = run_of(subject.call)
    plain = lab.plain(run())
    try:
        tape, result = lab.recorded(run())
    except RecordingError as error:
        yield Finding("recorded", False, f"The model cannot be recorded: {error}")
        return
    off = apart(plain, result)
    if float(off.max()) > tolerance(plain):
        by = float(off.max())
        much = f"by up to {by:.3g}" if math.isfinite(by) else "where one of them gives no number"
        yield Finding(
            "recorded", False,
            f"Recorded, with fused attention by its written steps, the model gives another result "
            f"than plain, {much}: what the recording shows is not what runs.", by=by,
        )  # fmt: skip
    yield from numbers(plain, tape)
    yield from rows(tape)
    yield from blind(tape, real_positions(subject.call, subject.padding))
    yield from losses(subject, lab)


def numbers(plain: Tensor, tape: Tape) -> Findings:
    """NaN or infinity in the result, and the first on the way to it."""
    bad = plain.isnan() | plain.isposinf()
    entry = first_bad(tape)
    if not bad.any() and entry is None:
        yield Finding("numbers", True, "No number is NaN or infinite.")
        return
    says, places = "", ()
    if bad.any():
        along = bad.flatten(2).any(-1) if bad.dim() > 2 else bad
        places = tuple(along.flatten(0, -2).any(0).nonzero().flatten().tolist())
        says = f"{listed(places)} of the result hold NaN or infinity. "
    if entry is None:
        yield Finding("numbers", False, f"{says}Recorded, the model gives none.", positions=places)
        return
    value = entry.value
    place = first(value.isnan() | value.isposinf())
    what = "NaN" if value.flatten()[place].isnan() else "infinity"
    yield Finding(
        "numbers", False, f"{says}The first {what} is in {computed_by(tape, entry, place)}.",
        (entry.path,), place, places, file=entry.file, line=entry.line,
    )  # fmt: skip


def first_bad(tape: Tape) -> Entry | None:
    """The first value with NaN or infinity on the way to the result; -inf is how a mask hides."""
    counts = tape.behind(tape.outputs.get("", []))
    for number, entry in enumerate(tape):
        if number not in counts or not entry.value.is_floating_point():
            continue
        if bool((entry.value.isnan() | entry.value.isposinf()).any()):
            return entry
    return None


def real_positions(call: Call, padding: Mapping[str, Any]) -> dict[int, Tensor]:
    """By number of positions, which [batch, position] of the inputs are no padding."""
    real: dict[int, Tensor] = {}
    for name, pad in padding.items():
        if name not in call.tensors or call.axis(name, "position") is None:
            continue
        value = call.tensors[name]
        axes = call.axes(name)
        if "batch" not in axes:
            continue
        value = value.movedim((axes.index("batch"), axes.index("position")), (0, 1))
        here = value.ne(pad)
        here = here.flatten(2).any(-1) if here.dim() > 2 else here
        length = call.length(name)
        real[length] = here if length not in real else real[length] & here
    return real
