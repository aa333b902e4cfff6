"""Looking is not yet proof: what is left of a word's probability when something is changed, for
many changes and without a recording of each."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from glassformer.errors import ConfigError
from glassformer.explorer.changes import Change, as_patch, check_places
from glassformer.explorer.limits import SECONDS
from glassformer.inspection.patch import observe, unchanged
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel
from glassformer.loaded.base import Reading, show_prediction
from glassformer.loaded.clock import check_time, within


@torch.inference_mode()
def try_changes(
    model: LoadedModel, tape: Tape, row: int, token: int, trials: Sequence[Sequence[Change]]
) -> list[float]:
    """The probability of ``token`` at position ``row`` under each of these sets of changes.

    The model reads what this trace read, and the words that were written are held as they were,
    so that nothing but the changes makes a difference. Changes of the trace itself are not made.

    Raises:
        ConfigError: there is no such position, token or place, or no such value.
        OutOfTimeError: it takes too long.
    """
    rows, vocabulary = tape.entry("probabilities").shape[-2:]
    for what, number, count in (("position", row, rows), ("token", token, vocabulary)):
        if not 0 <= number < count:
            raise ConfigError(f"the {what}s go from 0 to {count - 1}, not to {number}")
    source, target, written = (
        [one["id"] for one in tape.about[side]] for side in ("source", "target", "next")
    )
    reading = Reading(source, target, written, tape.about["output"])
    found: list[float] = []
    with within(SECONDS):
        for changes in trials:
            check_places(changes, tape)
            check_time()
            with observe(model.model, as_patch(changes, model) or unchanged):
                logits = show_prediction(model.model, model.forward(model.model, reading))
            found.append(float(logits[0, row].softmax(-1)[token]))
    return found
