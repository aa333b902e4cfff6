"""Where a word comes from, proved by cutting: without one attention, how probable is it still?

A cut takes away what a head read at one place and nothing else: its other shares stay as they are
(``evaluation.antecedent`` counts the same over many sentences).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch, observe
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel
from glassformer.model import EncoderDecoder

LEAST = 0.02  # share of its attention under which a head is not asked
MOST = 64  # cuts at once

Cut = tuple[str, int, int, float]  # path, head, source position, share


@torch.inference_mode()
def pulls(model: LoadedModel, tape: Tape, row: int, patch: Patch | None) -> dict[str, Any]:
    """What every cross-attention of a target position gives to the word that is chosen there.

    ``pulls`` has, for each head and source position with a share worth asking, ``probability``:
    that of the word when this one attention is cut; the deepest fall first.

    Raises:
        ConfigError: the model has no cross-attention, or the trace no such position.
    """
    inner = model.model
    if not isinstance(inner, EncoderDecoder):
        raise ConfigError(
            f"a {model.config.family} model has no attention from one text to another"
        )
    words = tape.about["next"]
    if not 0 <= row < len(words):
        raise ConfigError(f"this trace writes {len(words)} tokens; there is no number {row}")
    cuts = worth_asking(tape, row)
    source, target = (
        torch.tensor(
            [[token["id"] for token in tape.about[side]]], device=inner.output_matrix.device
        )
        for side in ("source", "target")
    )

    def cut(path: str, axes: str, value: Tensor) -> Tensor:
        value = value if patch is None else patch(path, axes, value)
        here = [(i, head, at) for i, (of, head, at, _) in enumerate(cuts) if of == path]
        if here:
            value = value.clone()
            for i, head, at in here:
                value[i, head, row, at] = 0.0
        return value

    with observe(inner, cut):
        hidden = inner(source.expand(len(cuts), -1), target.expand(len(cuts), -1))
    chosen = words[row]["id"]
    left = inner.logits(hidden[:, row]).softmax(-1)[:, chosen].tolist()
    found = [
        {"path": path, "head": head, "source": at, "share": share, "probability": after}
        for (path, head, at, share), after in zip(cuts, left, strict=True)
    ]
    return {
        "row": row,
        "token": words[row],
        "probability": tape["probabilities"][0, row, chosen].item(),
        "pulls": sorted(found, key=lambda one: one["probability"]),
    }


def worth_asking(tape: Tape, row: int) -> list[Cut]:
    """The largest shares of the cross-attentions at this target position."""
    found = [
        (entry.path, head, at, share)
        for entry in tape
        if entry.path.endswith("cross_attention.weights")
        for head, shares in enumerate(entry.value[0, :, row].tolist())
        for at, share in enumerate(shares)
        if share >= LEAST
    ]
    return sorted(found, key=lambda cut: -cut[3])[:MOST]
