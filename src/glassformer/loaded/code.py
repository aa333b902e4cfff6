"""``glassformer code``: a loaded model as one page of code, the lines that it executes."""

from __future__ import annotations

from pathlib import Path

import torch

from glassformer.inspection.executed import Part, following, parts_of
from glassformer.inspection.place import readable
from glassformer.inspection.record import record
from glassformer.loaded.base import LoadedModel

PACKAGE = Path(__file__).parent.parent
FOLDERS = (PACKAGE / "model", PACKAGE / "numerics")


@torch.inference_mode()
def code_of(model: LoadedModel, text: str) -> list[Part]:
    """The lines of ``model/`` and ``numerics/`` that a recorded pass over this text executes, from
    the ids to the logits, function by function in the order of their first call."""
    reading = model.read(text, None, None, 0)
    with record(model.model), following(FOLDERS) as lines:
        model.model.logits(model.forward(model.model, reading))
    return parts_of(lines)


def page_of(parts: list[Part]) -> str:
    """One page: each function's lines under its file and name."""
    shown = [
        "\n".join([f"# {readable(part.file)}: {part.name}", *(text for _, text in part.lines)])
        for part in parts
    ]
    return "\n\n".join(shown)
