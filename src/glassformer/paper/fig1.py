"""Figure 1: the architecture, drawn from the loaded model's own recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassformer.loaded import load
from glassformer.model.presets import base
from glassformer.model.transformer import build
from glassformer.paper.diagram import APART, draw_model
from glassformer.paper.differences import differences
from glassformer.paper.exhibit import Exhibit, Request, bullets
from glassformer.paper.facts import VOCABULARY
from glassformer.paper.pens import Canvas, in_style
from glassformer.paper.structure import Structure, cost, structure_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["cost", "make"]


@in_style
def make(request: Request) -> Exhibit:
    """The paper's figure, from its base model's run, beside that of the request's model."""
    model = load(request.run, notice=request.notice)
    request.notice(f"recording {model.name} and the paper's base model")
    theirs, ours = structure_of(build(base(VOCABULARY))), structure_of(model.model)
    body = (
        "Left the paper's figure, drawn from its base model (untrained: the same parts run in the "
        f"same order); right {model.name}. Order, masks and where keys come from are read from a "
        f"recording of each model's run.\n\n### Where ours differs, and why\n\n"
    )
    return Exhibit(
        name="fig1", title="Figure 1: the Transformer, model architecture",
        body=body + bullets(differences(theirs, ours)),
        data={"model": model.name, "paper": theirs.to_json(), "ours": ours.to_json()},
        pictures={"": draw(theirs, ours, model.name)},
    )  # fmt: skip


def draw(theirs: Structure, ours: Structure, name: str) -> Figure:
    """Both on one page."""
    canvas = Canvas()
    second = 2 * APART + 0.9
    top = max(draw_model(canvas, theirs), draw_model(canvas, ours, second)) + 0.7
    for left, text in ((0.0, "The paper's base model"), (second, name)):
        canvas.text((left - 1.4, top), text, size=12, ha="left")
    right = second + APART * (len(ours.stacks) - 1) + (2.6 if len(ours.stacks) > 1 else 1.4)
    return canvas.fit(-2.6, right, -0.8, top + 0.3)
