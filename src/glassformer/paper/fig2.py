"""Figure 2: scaled dot-product attention and multi-head attention, from the model's own run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassformer.loaded import load
from glassformer.model.presets import base
from glassformer.model.transformer import build
from glassformer.paper.exhibit import Exhibit, Request, bullets
from glassformer.paper.facts import VOCABULARY
from glassformer.paper.pens import EMBEDDING, LINEAR, NORM, SOFTMAX, Canvas, in_style
from glassformer.paper.structure import Structure, cost, structure_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRODUCT = "#e3dcee"
STEPS = {  # what a recorded attention has, in the paper's words and colours
    "scores": ("MatMul", PRODUCT),
    "scaled": ("Scale", NORM),
    "masked": ("Mask (opt.)", EMBEDDING),
    "weights": ("SoftMax", SOFTMAX),
    "mixed": ("MatMul", PRODUCT),
}

__all__ = ["cost", "make"]


@in_style
def make(request: Request) -> Exhibit:
    """The paper's figure, with its base model's sizes, beside that of the request's model."""
    model = load(request.run, notice=request.notice)
    request.notice(f"recording {model.name} and the paper's base model")
    theirs, ours = structure_of(build(base(VOCABULARY))), structure_of(model.model)
    body = (
        "In each half scaled dot-product attention to the left and multi-head attention to the "
        f"right: first the paper's, with its base model's sizes, then {model.name}'s. The steps "
        "are those that a recording of the first layer shows, in their order.\n\n"
        "### Where ours differs, and why\n\n"
    )
    return Exhibit(
        name="fig2", title="Figure 2: scaled dot-product attention, and multi-head attention",
        body=body + bullets(differences(theirs, ours)),
        data={"model": model.name, "paper": numbers(theirs), "ours": numbers(ours)},
        pictures={"": draw(theirs, ours, model.name)},
    )  # fmt: skip


def numbers(structure: Structure) -> dict[str, object]:
    """What the picture shows of a model."""
    config = structure.config
    return {
        "steps": steps_of(structure), "n_heads": config.n_heads, "d_k": config.key_width,
        "d_v": config.value_width, "d_model": config.d_model,
    }  # fmt: skip


def steps_of(structure: Structure) -> list[str]:
    """The steps that the first attention took, in their order."""
    path = f"{structure.stacks[0].name}.0.self_attention."
    names = [e.path.removeprefix(path) for e in structure.tape if e.path.startswith(path)]
    return [name for name in names if name in STEPS]


def differences(theirs: Structure, ours: Structure) -> list[str]:
    """The steps, then the sizes."""
    a, b = theirs.config, ours.config
    same = steps_of(theirs) == steps_of(ours)
    found = ["The steps are the same." if same else f"The steps are {', '.join(steps_of(ours))}."]
    if (a.n_heads, a.key_width, a.value_width) != (b.n_heads, b.key_width, b.value_width):
        found.append(
            f"{b.n_heads} heads of d_k {b.key_width} and d_v {b.value_width} for {a.n_heads} of "
            f"{a.key_width} and {a.value_width}, so scores are divided by √{b.key_width} = "
            f"{b.key_width**0.5:.2f}, not by √{a.key_width} = {a.key_width**0.5:g}: its recipe "
            "asks for another width."
        )
    return found


def draw(theirs: Structure, ours: Structure, name: str) -> Figure:
    """Both models' two pictures on one page."""
    canvas = Canvas()
    for left, structure, title in ((0.0, theirs, "The paper"), (10.4, ours, name)):
        canvas.text((left - 0.9, 6.95), title, size=12, ha="left")
        dot_product(canvas, left + 0.6, structure)
        multi_head(canvas, left + 5.4, structure)
    return canvas.fit(-1.2, 18.6, -0.7, 7.2)


def dot_product(canvas: Canvas, x: float, structure: Structure) -> None:
    """softmax(QKᵀ/√d_k)V from the bottom to the top; V goes up at the side."""
    for aside, letter in ((-0.5, "Q"), (0.5, "K"), (1.55, "V")):
        canvas.text((x + aside, -0.2), f"${letter}$", size=11)
    for aside in (-0.5, 0.5):
        canvas.line([(x + aside, 0.05), (x + aside, 0.5)])
    width, y, width_of_key = 1.9, 0.5, structure.config.key_width
    for step in steps_of(structure):
        text, colour = STEPS[step]
        note = rf"$\div\,\sqrt{{{width_of_key}}}$" if step == "scaled" else ""
        if step == "mixed":
            canvas.line([(x + 1.55, 0.05), (x + 1.55, y - 0.24), (x + 0.6, y - 0.24), (x + 0.6, y)])
        high = 0.62 if note else 0.46
        canvas.box((x, y + high / 2), (width, high), text, colour, note)
        y += high
        top = 0.5 if step == "weights" else 0.36
        canvas.line([(x, y), (x, y + top)])
        y += top
    canvas.text((x, y + 0.12), "$\\mathrm{Attention}(Q, K, V)$", size=8.5, va="bottom")


def multi_head(canvas: Canvas, x: float, structure: Structure) -> None:
    """h attentions side by side, one behind the other, between their linear maps."""
    config = structure.config
    behind = (0.32, 0.16, 0.0)
    for aside, letter in ((-1.5, "V"), (0.0, "K"), (1.5, "Q")):
        canvas.text((x + aside, -0.2), f"${letter}$", size=11)
        for shift in behind:
            canvas.line([(x + aside, 0.05), (x + aside, 0.3), (x + aside + shift, 0.5 + shift),
                         (x + aside + shift, 0.75 + shift)], arrow=shift == 0)  # fmt: skip
            size = config.value_width if letter == "V" else config.key_width
            text, note = ("", "") if shift else ("Linear", f"{config.d_model} → {size}")
            place = (x + aside + shift, 1.05 + shift)
            canvas.box(place, (1.2, 0.6), text, LINEAR, note, z=2.5 - shift)
            canvas.line([(x + aside + shift, 1.35 + shift), (x + aside + shift, 2.2 + shift)],
                        arrow=shift == 0, z=1.9 - shift)  # fmt: skip
    for shift in behind:
        text = "" if shift else "Scaled Dot-Product\nAttention"
        canvas.box((x + shift, 2.6 + shift), (4.3, 0.8), text, PRODUCT, z=2.5 - shift)
        canvas.line([(x + shift, 3.0 + shift), (x + shift, 3.95)], arrow=False, z=1.9 - shift)
    canvas.text((x + 2.75, 2.6), f"$h = {config.n_heads}$", size=10, ha="left")
    canvas.box((x, 4.2), (2.4, 0.5), "Concat", NORM)
    canvas.line([(x, 4.45), (x, 4.85)])
    canvas.box((x, 5.2), (2.4, 0.7), "Linear", LINEAR,
               f"{config.n_heads * config.value_width} → {config.d_model}")  # fmt: skip
    canvas.line([(x, 5.55), (x, 5.95)])
    canvas.text((x, 6.05), "$\\mathrm{MultiHead}(Q, K, V)$", va="bottom")
