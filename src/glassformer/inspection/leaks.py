"""Checks of what may not be seen: later positions of a decoder, and padding.

Both look at the recorded attention. Given the model, they also run it again on the recorded input,
with a later token changed or with padding added, and so find what leaks by any other way.
"""

from __future__ import annotations

import torch
from torch import nn

from glassformer.inspection import probes
from glassformer.inspection.calls import Call
from glassformer.inspection.findings import Finding, Findings, attention, first, where
from glassformer.inspection.located import Lab
from glassformer.inspection.probes import Subject
from glassformer.inspection.tape import Tape
from glassformer.inspection.telling import finding_of


def causality(tape: Tape, model: nn.Module | None) -> Findings:
    """A position of a decoder that sees a later one."""
    seen = False
    for entry in attention(tape):
        if not ("decoder" in entry.path and "self_att" in entry.path):
            continue
        seen = True
        queries, keys = entry.value.shape[-2:]
        later = torch.ones(queries, keys, dtype=torch.bool).triu(1 + keys - queries)
        leak = (entry.value.cpu() != 0) & later
        if leak.any():
            place = first(leak)
            yield Finding(
                "causality", False,
                f"In {entry.path} a position attends to a later one, at {where(entry, place)}: "
                "the model can read the word that it is to predict.", (entry.path,), place,
            )  # fmt: skip
            return
    subject = subject_of(tape, model)
    if seen and subject is not None:
        for trouble in probes.future(subject, Lab(subject.model)):
            yield finding_of(trouble, Lab(subject.model))
            return
    if seen:
        yield Finding("causality", True, "No position of the decoder sees a later one.")


def padding(tape: Tape, model: nn.Module | None) -> Findings:
    """Attention to padding, or a value that padding changes."""
    if "source_mask" not in tape:
        return
    hidden = ~tape["source_mask"][:, 0, 0].cpu()  # [batch, key]
    for entry in attention(tape):
        if "decoder" in entry.path and "self_att" in entry.path:
            continue
        leak = (entry.value.cpu() != 0) & hidden[:, None, None, :]
        if leak.any():
            place = first(leak)
            yield Finding(
                "padding", False,
                f"In {entry.path} attention goes to padding, at {where(entry, place)}.",
                (entry.path,), place,
            )  # fmt: skip
            return
    subject = subject_of(tape, model)
    if subject is not None:
        for trouble in probes.padding(subject, Lab(subject.model)):
            yield finding_of(trouble, Lab(subject.model))
            return
    yield Finding("padding", True, "Padding is never looked at and changes nothing.")


def subject_of(tape: Tape, model: nn.Module | None) -> Subject | None:
    """The recorded run as one that can be made again; None if what the model was given is not
    known, or if it is no Transformer of ours."""
    if model is None or not hasattr(model, "config") or any(entry.step for entry in tape):
        return None
    inputs = {e.path: e.value for e in tape if e.kind == "input" and not e.tapped}
    if any(value.dim() != 2 or value.is_floating_point() for value in inputs.values()):
        return None
    first = next(iter(inputs), "")
    causal = "target" if "target" in inputs else first
    pad = {first: model.config.pad}  # type: ignore[union-attr]
    return Subject(Call(model, inputs), causal, pad, ("right",)) if inputs else None
