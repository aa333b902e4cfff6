"""From the sentence to the first layer: the title, tokens, embeddings, positions."""

from __future__ import annotations

import math

from glassformer.slides.deck import (
    ACCENT,
    BOTTOM,
    MARGIN,
    OPENING,
    QUERY,
    QUIET,
    SMALLEST,
    WIDTH,
    Bar,
    Box,
    Cell,
    Drawing,
    Slide,
    Text,
)
from glassformer.slides.figures import features, number, numbers
from glassformer.slides.measure import clipped, height, wrapped
from glassformer.slides.sheet import Sheet, mixed
from glassformer.slides.walk import Walk
from glassformer.slides.words import said

SHOWN = 6  # numbers of a vector
PIXELS = 1024  # of an image, that are drawn


def opening(walk: Walk) -> Slide:
    """The sentence, what the model makes of it, and what the model is."""
    across = OPENING.width
    parts = []
    top = OPENING.bottom + 0.3
    label = walk.config.labels is not None
    then = said("opening.label" if label else f"opening.{walk.config.family}")
    if walk.cut:
        then = said("opening.cut", said=then)
    read = said("opening.image") if walk.image else walk.about["text"]
    for text, size, colour in (
        (said("opening.reads"), 20, QUIET), (read, 28, QUERY), (then, 20, QUIET),
        (walk.about["output"] or said("opening.nothing"), 28, ACCENT),
    ):  # fmt: skip
        plain = shortened("".join(one if one.isprintable() else "·" for one in text), size)
        high = height(plain, size, across) + 0.02
        parts.append(Text(box=Box(MARGIN, top, across, high), text=plain, size=size, colour=colour))
        top += high + 0.12
    facts = ", ".join(f"{name}\u00a0{value}" for name, value in walk.sizes().items())
    if walk.about["untrained"]:
        facts += said("opening.untrained")
    high = height(facts, SMALLEST, across) + 0.02
    box = Box(MARGIN, BOTTOM - high, across, high)
    parts.append(Text(box=box, text=facts, size=SMALLEST, colour=QUIET))
    assert top < box.top
    return Slide(
        title=said("opening.title"), parts=tuple(parts), opening=True,
        notes=said("opening.notes", text=repr(walk.about["text"][:300])),
    )  # fmt: skip


def shortened(text: str, size: float, most: int = 3) -> str:
    """As much of a text as has room on so many lines."""
    lines = wrapped(text, size, OPENING.width)
    while len(lines) > most:
        text = text[: text.rindex(" ")] + "…" if " " in text else text[:-2] + "…"
        lines = wrapped(text, size, OPENING.width)
    return text


def tokens(walk: Walk) -> Slide:
    """Words, tokens, ids."""
    if walk.image:
        return patches(walk)
    side = "target" if walk.stack == "decoder" else "source"
    tokenizer = getattr(walk.model.tokenizers, side)
    found = walk.about[side]
    sheet = Sheet(said("tokens.title"), "§3.4, §5.1", said("tokens.shows"))
    kind = said("tokens.word") if tokenizer.kind == "word" else tokenizer.kind
    unknown = any(token.get("unknown") for token in found)
    sheet.say(
        said("tokens.said", kind=kind, size=number(tokenizer.size))
        + (said("tokens.spelled") if unknown else "")
    )
    rows = [[walk.words[i], str(token["id"])] for i, token in enumerate(found)]
    each = min(sheet.rows_left - 1, max(6, math.ceil(len(rows) / 2)))
    top, left = sheet.top, MARGIN
    for start in range(0, len(rows), each):
        sheet.top = top
        block = rows[start : start + each]
        made = sheet.table(
            [[said("tokens.token"), said("tokens.id")], *block],
            said("tokens.alt", first=start + 1, last=start + len(block)),
            left=left, room=3.8,
        )  # fmt: skip
        left = made.box.right + 0.6
    ids = ", ".join(str(token["id"]) for token in found)
    return sheet.finished(said("tokens.notes", ids=ids))


def patches(walk: Walk) -> Slide:
    """An image in squares, each a token."""
    config = walk.config
    side, patch = config.image_size or 0, config.patch_size
    sheet = Sheet(said("patches.title"), said("beyond"), said("patches.shows"))
    sheet.say(said("patches.said", side=side, patch=patch, count=len(walk.words) - 1))
    cut = walk.tape["source_embedding.cut"][0]  # [patch, pixel], a pixel's channels in turn
    if side * side <= PIXELS:
        grey = cut.view(side // patch, side // patch, config.channels, patch, patch).mean(2)
        image = grey.permute(0, 2, 1, 3).reshape(side, side)
        each = (BOTTOM - sheet.top) / side
        left = (WIDTH - each * side) / 2
        marks = tuple(
            Bar(Box(left + x * each, sheet.top + y * each, each * 0.97, each * 0.97),
                mixed("#000000", 1 - float(image[y, x])))
            for y in range(side) for x in range(side)
        )  # fmt: skip
        box = Box(left, sheet.top, each * side, each * side)
        sheet.parts.append(Drawing(box=box, alt=said("patches.alt"), marks=marks))
    return sheet.finished(said("patches.notes"))


def embedding(walk: Walk) -> Slide | None:
    """The rows of the matrix, and √d_model."""
    if walk.image:
        return None
    path, config = walk.embedding, walk.config
    width = config.d_model
    scaled = walk.has(f"{path}.scaled")
    matrix = walk.made_from(f"{path}.embedded")[-1]
    sheet = Sheet(
        said("embedding.title"), "§3.4", said("embedding.shows"), walk.code(f"{path}.embedded")
    )
    sheet.formula("x = E[id] · √d_model" if scaled else "x = E[id]")
    sheet.say(
        said("embedding.said", rows=number(matrix.shape[0]), width=width)
        + (said("embedding.scaled", width=width, root=number(math.sqrt(width))) if scaled else "")
    )
    side = "target" if walk.stack == "decoder" else "source"
    ids = [token["id"] for token in walk.about[side]]
    others = [i for i in walk.inner if i != walk.word][:3]
    rows = [["", *features(width, SHOWN)]]
    for place in sorted({*others, walk.word}):
        name = clipped(walk.words[place], SMALLEST, 1.6)
        rows.append(
            [f"E[{ids[place]}], {name}", *numbers(walk.row(f"{path}.embedded", place), SHOWN)]
        )
    strong = 1 + sorted({*others, walk.word}).index(walk.word)
    if scaled:
        name = clipped(walk.name, SMALLEST, 1.6)
        rows.append([f"{name} × √{width}", *numbers(walk.row(f"{path}.scaled"), SHOWN)])
    sheet.table(rows, said("embedding.alt", name=walk.name),
                strong=(strong,))  # fmt: skip
    tied = said("embedding.tied") * (matrix.path == "output_matrix")
    return sheet.finished(
        said("embedding.notes", path=path, at=walk.word, name=walk.name, tied=tied)
    )


def positions(walk: Walk) -> Slide:
    """What is added for the place in the sentence."""
    path, config = walk.embedding, walk.config
    before = next(name for name in ("scaled", "joined", "embedded") if walk.has(f"{path}.{name}"))
    learned = config.positions == "learned"
    sheet = Sheet(said("positions.title"), "§3.5", said("positions"), walk.code(f"{path}.placed"))
    if learned:
        sheet.say(said("positions.learned"))
    else:
        sheet.formula(
            said("positions.formula" if config.positions == "sinusoids" else "positions.other")
        )
        sheet.say(said("positions.said"))
    rows = [
        ["", *features(config.d_model, SHOWN)],
        [said("positions.before"), *numbers(walk.row(f"{path}.{before}"), SHOWN)],
        [
            said("positions.position", at=walk.word),
            *numbers(walk.tape[f"{path}.position"][walk.word], SHOWN),
        ],
        [said("positions.sum"), *numbers(walk.row(f"{path}.placed"), SHOWN)],
    ]
    for name, text in (("marked", "positions.marked"), ("normalised", "normalised")):
        if walk.has(f"{path}.{name}"):
            rows.append([said(text), *numbers(walk.row(f"{path}.{name}"), SHOWN)])
    sheet.table(rows, said("positions.alt", name=walk.name), strong=(3,))
    return sheet.finished(said("positions.notes", path=path, at=walk.word))


def wave(walk: Walk) -> Slide:
    """The vectors of the first positions, shaded by sign and size."""
    table = walk.tape[f"{walk.embedding}.position"].float()
    rows, columns = min(len(table), 10), min(table.size(1), 12)
    sheet = Sheet(said("wave.title"), "§3.5", said("positions"))
    high = float(table[:rows, :columns].abs().max()) or 1.0
    kind = said("wave.learned" if walk.config.positions == "learned" else "wave.computed")
    sheet.say(said("wave.said", columns=columns, width=table.size(1), kind=kind))
    head: list[str | Cell] = [said("wave.position"), *(str(i + 1) for i in range(columns))]
    found = [head]
    for at in range(rows):
        found.append([str(at), *(signed(float(one), high) for one in table[at, :columns])])
    sheet.table(found, said("wave.alt", last=rows - 1))
    return sheet.finished(said("wave.notes", path=walk.embedding, rows=rows, columns=columns))


def signed(value: float, high: float) -> Cell:
    """A cell in the colour of its sign, as strong as its size."""
    colour = "#1f5fa8" if value >= 0 else "#d06a00"
    share = min(abs(value) / high, 1.0)
    ink = "#ffffff" if share > 0.6 else "#2b3440"
    text = number(value, 1) if high < 10 else ""
    return Cell(text=text, fill=mixed(colour, share), colour=ink, align="center")
