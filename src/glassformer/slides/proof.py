"""Where did it look, and did that matter? A source word is cut off, and the choice made anew."""

from __future__ import annotations

import torch
from torch import Tensor

from glassformer.inspection.patch import Patch, observe
from glassformer.loaded.base import Reading
from glassformer.slides.deck import Slide
from glassformer.slides.figures import number, percent
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said

TRIED = 6  # words of the source
FALLS = 0.5  # of its probability: less than that and the choice hangs on what was cut


def where_it_looked(walk: Walk) -> Slide | None:
    """The source words that a choice looks at, and its probability without each."""
    if not walk.decoder:
        return None
    at = walk.choice
    wanted, name = walk.about["next"][at]["id"], walk.next[at]
    paths = [f"decoder.{i}.cross_attention.weights" for i in range(walk.config.n_layers)]
    looks = torch.stack([walk.tape[path][0, :, at].float() for path in paths])  # [layer, head, key]
    strongest = looks.amax((0, 1))
    keys = [k for k in strongest.argsort(descending=True).tolist() if k in walk.inner][:TRIED]
    before = float(walk.tape["probabilities"][0, at, wanted])
    sheet = Sheet(said("looked.title", name=name), "§3.2.3",
                  said("looked.shows"))  # fmt: skip
    sheet.say(said("looked.said", name=name, before=number(before, 3)))
    rows = [[said("looked.word"), said("softmax.attention"), said("looked.place"),
             said("looked.writing"), said("looked.everywhere")]]  # fmt: skip
    falls = []
    for key in keys:
        layer, head = divmod(int(looks[:, :, key].argmax()), looks.size(1))
        writing = after(walk, at, wanted, cut(walk, at, key, read=False))
        reading = after(walk, at, wanted, cut(walk, at, key, read=True))
        falls.append(min(writing, reading))
        place = f"{layer + 1}, {head + 1}"
        rows.append([walk.read[key], number(float(strongest[key]), 3), place,
                     number(writing, 3), number(reading, 3)])  # fmt: skip
    alt = said("looked.alt", name=name)
    sheet.table(rows, alt, below=1.1)
    sheet.say(verdict(walk, name, before, keys, falls), 20, bold=True)
    return sheet.finished(said("looked.notes", at=at))


def verdict(walk: Walk, name: str, before: float, keys: list[int], falls: list[float]) -> str:
    """What the cuts show."""
    proved = [walk.read[k] for k, left in zip(keys, falls, strict=True) if left <= FALLS * before]
    if not proved:
        return said("looked.none", name=name)
    words = ", ".join(said("quoted", word=word) for word in dict.fromkeys(proved))
    return said("looked.proved", words=words, name=name, share=percent(before))


def cut(walk: Walk, at: int, key: int, read: bool) -> Patch:
    """Set to 0 what is looked at the source word where the choice is made; ``read``: what all
    other source words look at it, too."""

    def patch(path: str, axes: str, value: Tensor) -> Tensor:
        if path.endswith("cross_attention.weights"):
            value = value.clone()
            value[:, :, at, key] = 0
        elif read and path.startswith("encoder.") and path.endswith("self_attention.weights"):
            kept = value[:, :, key, key].clone()
            value = value.clone()
            value[:, :, :, key] = 0
            value[:, :, key, key] = kept
        return value

    return patch


@torch.inference_mode()
def after(walk: Walk, at: int, wanted: int, patch: Patch) -> float:
    """The probability of the token with the patch, given the same words before it."""
    ids = {
        side: [token["id"] for token in walk.about[side]] for side in ("source", "target", "next")
    }
    reading = Reading(ids["source"], ids["target"], ids["next"], walk.about["output"])
    model = walk.model.model
    with observe(model, patch):
        logits = model.logits(walk.model.forward(model, reading))
    return float(logits[0, at].float().softmax(-1)[wanted])
