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

# The colours of the paper's Figure 1.
ATTENTION, FEEDFORWARD, NORM, EMBEDDING, OUTPUT = (
    "#ffe1bb",
    "#c2e8f7",
    "#f2f4c1",
    "#fce0e1",
    "#cce8cf",
)
WIDE, HIGH = 5.2, 0.5
NAMES = {"self_attention": "self-attention", "cross_attention": "cross-attention"}


def whole(walk: Walk) -> Slide:
    """The model from below to above, as in the paper's Figure 1."""
    names = ("encoder", "decoder") if walk.decoder else (walk.stack,)
    stacks = [read_stack(walk.model.model, walk.tape, name) for name in names]  # type: ignore[arg-type]
    sheet = Sheet("The whole of it", "§3, Figure 1", walk.model.name)
    if walk.decoder:
        count = walk.config.n_layers
        sheet.say(f"Two halves: one reads, one writes. Each is a stack; layers: {count}.")
    else:
        sheet.say(f"The paper's model has two halves. This one has the {walk.stack} alone.")
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
    said = "; ".join(f"{name}: {', '.join(text for text, _ in row)}" for name, row in columns)
    sheet.parts.append(Drawing(box=box, alt=f"From below to above. {said}", marks=tuple(strokes)))
    sheet.top = BOTTOM
    return sheet.finished(
        "Read it from below to above, as in the paper's Figure 1. Each layer adds what it finds to "
        "what is there. "
        + ("Every layer of the decoder looks at what the last layer of the encoder made."
           if walk.decoder else "")
    )  # fmt: skip


def blocks(walk: Walk, stack: Stack) -> list[tuple[str, str]]:
    """The names and colours of a stack's parts, from below."""
    embedding = "patches" if walk.image else "embedding"
    found = [(f"{embedding} + positions", EMBEDDING)]
    for sublayer in stack.sublayers:
        name = NAMES.get(sublayer.name, "feed-forward")
        name = f"masked {name}" if sublayer.masked else name
        attends = sublayer.kind == "attention"
        order = f"norm, {name}, add" if sublayer.norm_first else f"{name}, add, norm"
        found.append((order, ATTENTION if attends else FEEDFORWARD))
    if stack.layers > 1:
        more = "layer 2" if stack.layers == 2 else f"layers 2 to {stack.layers}"
        found.append((f"{more}: the same", SOFT))
    if stack.final_norm:
        found.append(("norm", NORM))
    if not walk.decoder or stack.name == "decoder":
        unit = "labels" if walk.config.labels is not None else "tokens"
        found.append((f"probabilities of {unit}", OUTPUT))
    return found


def crossing(places: dict[str, float]) -> float:
    """How high the decoder's look at the encoder stands."""
    return next(y for text, y in places.items() if "cross" in text)


def over(middles: list[float], start: float, end: float) -> list[Stroke]:
    """From the encoder's top to the decoder's cross-attention."""
    left, right, between = middles[0] + WIDE / 2, middles[1] - WIDE / 2, WIDTH / 2
    return [
        Stroke((left, start), (between, start), 1.5, QUIET),
        Stroke((between, start), (between, end), 1.5, QUIET),
        Stroke((between, end), (right, end), 1.5, QUIET, True),
    ]
