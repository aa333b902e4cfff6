"""The whole model on one slide: its stacks as they ran, and what goes from one to the other."""

from __future__ import annotations

from glassformer.paper.structure import Stack, read_stack
from glassformer.slides.deck import (
    BOTTOM,
    INK,
    QUIET,
    SMALLEST,
    SOFT,
    WIDTH,
    Box,
    Drawing,
    Slide,
    Stroke,
    Text,
)
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said

# The colours of the paper's Figure 1.
ATTENTION, FEEDFORWARD, NORM, EMBEDDING, OUTPUT = (
    "#ffe1bb",
    "#c2e8f7",
    "#f2f4c1",
    "#fce0e1",
    "#cce8cf",
)
WIDE, HIGH = 5.2, 0.5
ATTENTIONS = ("self_attention", "cross_attention")


def whole(walk: Walk) -> Slide:
    """The model from below to above, as in the paper's Figure 1."""
    names = ("encoder", "decoder") if walk.decoder else (walk.stack,)
    stacks = [read_stack(walk.model.model, walk.tape, name) for name in names]  # type: ignore[arg-type]
    sheet = Sheet(said("whole.title"), said("figure1"), walk.model.name)
    if walk.decoder:
        sheet.say(said("whole.two", count=walk.config.n_layers))
    else:
        sheet.say(said(f"whole.{walk.stack}"))
    rows = [blocks(walk, stack) for stack in stacks]
    step = min((BOTTOM - sheet.top - HIGH) / (max(map(len, rows)) - 1), 0.85)
    strokes: list[Stroke] = []
    middles = [WIDTH / 2] if len(stacks) == 1 else [WIDTH / 2 - 3.3, WIDTH / 2 + 3.3]
    tops: list[dict[str, float]] = []
    for middle, column in zip(middles, rows, strict=True):
        place: dict[str, float] = {}
        for i, (text, colour) in enumerate(column):
            top = BOTTOM - HIGH - i * step
            box = Box(middle - WIDE / 2, top, WIDE, HIGH)
            sheet.parts.append(Text(box=box, text=text, size=SMALLEST, fill=colour, align="center"))
            place[text] = top + HIGH / 2
            if i:
                strokes.append(Stroke((middle, top + step), (middle, top + HIGH), 1.5, INK, True))
        tops.append(place)
    if walk.decoder:
        strokes += over(middles, list(tops[0].values())[-1], crossing(tops[1]))
    box = Box(middles[0] - WIDE / 2, sheet.top, middles[-1] - middles[0] + WIDE, BOTTOM - sheet.top)
    columns = zip(names, rows, strict=True)
    parts = "; ".join(
        said("whole.parts", stack=said(name), blocks=", ".join(text for text, _ in row))
        for name, row in columns
    )
    sheet.parts.append(Drawing(box=box, alt=said("whole.alt", parts=parts), marks=tuple(strokes)))
    sheet.top = BOTTOM
    return sheet.finished(said("whole.notes") + (said("whole.crossed") if walk.decoder else ""))


def blocks(walk: Walk, stack: Stack) -> list[tuple[str, str]]:
    """The names and colours of a stack's parts, from below."""
    embedding = "patches" if walk.image else "embedding"
    found = [(said(f"whole.{embedding}"), EMBEDDING)]
    for sublayer in stack.sublayers:
        name = said(f"whole.{sublayer.name if sublayer.name in ATTENTIONS else 'feedforward'}")
        name = said("whole.masked", name=name) if sublayer.masked else name
        attends = sublayer.kind == "attention"
        order = said("whole.pre" if sublayer.norm_first else "whole.post", name=name)
        found.append((order, ATTENTION if attends else FEEDFORWARD))
    if stack.layers > 1:
        more = "whole.layer" if stack.layers == 2 else "whole.layers"
        found.append((said(more, count=stack.layers), SOFT))
    if stack.final_norm:
        found.append((said("whole.norm"), NORM))
    if not walk.decoder or stack.name == "decoder":
        unit = "labels" if walk.config.labels is not None else "tokens"
        found.append((said(f"whole.{unit}"), OUTPUT))
    return found


def crossing(places: dict[str, float]) -> float:
    """How high the decoder's look at the encoder stands."""
    return next(y for text, y in places.items() if said("whole.cross_attention") in text)


def over(middles: list[float], start: float, end: float) -> list[Stroke]:
    """From the encoder's top to the decoder's cross-attention."""
    left, right, between = middles[0] + WIDE / 2, middles[1] - WIDE / 2, WIDTH / 2
    return [
        Stroke((left, start), (between, start), 1.5, QUIET),
        Stroke((between, start), (between, end), 1.5, QUIET),
        Stroke((between, end), (right, end), 1.5, QUIET, True),
    ]
