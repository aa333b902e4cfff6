"""Checks of what may not be seen: later positions of a decoder, and padding.

Both look at the recorded attention. Given the model, they also run it again on the recorded input,
with the last token changed or with padding added, and so find what leaks by any other way.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glassformer.inspection.findings import (
    Finding,
    Findings,
    attention,
    first,
    flat,
    where,
)
from glassformer.inspection.record import record
from glassformer.inspection.tape import Entry, Tape

SAME = 1e-4  # relative to the largest: what rounding does in another order


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
    inputs = inputs_of(tape, model)
    if seen and model is not None and inputs:
        name = "target" if "target" in inputs else next(iter(inputs))
        changed = inputs[name].clone()
        changed[:, -1] = (changed[:, -1] + 1) % model.config.target_vocabulary  # type: ignore[union-attr,operator]
        before = changed.size(1) - 1
        found = differing(model, inputs, inputs | {name: changed}, "decoder", before)
        if found is not None:
            yield Finding(
                "causality", False,
                f"{found[0].path} changes at {where(*found)} when only the last token is another: "
                "something later than the position is read.", (found[0].path,), found[1],
            )  # fmt: skip
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
    inputs = inputs_of(tape, model)
    if model is not None and inputs:
        name = "source" if "source" in inputs else next(iter(inputs))
        pad = torch.full_like(inputs[name][:, :2], model.config.pad)  # type: ignore[union-attr,arg-type]
        longer = inputs | {name: torch.cat((inputs[name], pad), 1)}
        found = differing(model, inputs, longer, "", None)
        if found is not None:
            yield Finding(
                "padding", False,
                f"{found[0].path} changes at {where(*found)} when padding is added to the source.",
                (found[0].path,), found[1],
            )  # fmt: skip
            return
    yield Finding("padding", True, "Padding is never looked at and changes nothing.")


@torch.no_grad()
def differing(
    model: nn.Module, one: dict[str, Tensor], other: dict[str, Tensor], stack: str, end: int | None
) -> tuple[Entry, int] | None:
    """The first tapped value along the text, in this stack, that differs between runs on two
    inputs at places both have, those before ``end``; and the flat index of the place."""
    tapes = []
    for inputs in (one, other):
        with record(model) as tape:
            model(**inputs)
        tapes.append(tape)
    for entry in tapes[0]:
        axes = entry.axes.split()
        rows_of = next((axis for axis in ("position", "query") if axis in axes), None)
        if rows_of is None or "key" in axes or stack not in entry.path:
            continue  # scores meet what is only masked after them
        here, there = entry.value.float(), tapes[1][entry.path].float()
        sizes = [min(pair) for pair in zip(here.shape, there.shape, strict=True)]
        if end is not None:
            sizes[axes.index(rows_of)] = end
        common = tuple(slice(size) for size in sizes)
        finite = here[common].isfinite() & there[common].isfinite()
        apart = torch.where(finite, here[common] - there[common], 0.0).abs()
        scale = float(here[common][here[common].isfinite()].abs().max()) if finite.any() else 0.0
        if apart.numel() and float(apart.max()) > SAME * max(scale, 1e-12):
            worst = torch.unravel_index(apart.argmax(), apart.shape)
            return entry, flat(entry, [int(i) for i in worst])
    return None


def inputs_of(tape: Tape, model: nn.Module | None) -> dict[str, Tensor]:
    """What the model was given, by the names of its arguments; nothing if that is not known, or if
    the model is no Transformer of ours."""
    if model is None or not hasattr(model, "config") or any(entry.step for entry in tape):
        return {}
    inputs = {e.path: e.value for e in tape if e.kind == "input" and not e.tapped}
    known = all(value.dim() == 2 and not value.is_floating_point() for value in inputs.values())
    return inputs if known else {}
