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

SHOWN = 6  # numbers of a vector
PIXELS = 1024  # of an image, that are drawn
SAYS = {
    "encoder-decoder": "and writes",
    "decoder-only": "and its best guess for what comes next is",
    "encoder-only": "and its best guess for each place is",
}


def opening(walk: Walk) -> Slide:
    """The sentence, what the model makes of it, and what the model is."""
    across = OPENING.width
    parts = []
    top = OPENING.bottom + 0.3
    label = walk.config.labels is not None
    said = "and says that it is" if label else SAYS[walk.config.family]
    if walk.cut:
        said += ", to begin with,"
    read = "an image" if walk.image else walk.about["text"]
    for text, size, colour in (
        ("The model reads", 20, QUIET), (read, 28, QUERY), (said, 20, QUIET),
        (walk.about["output"] or "(nothing)", 28, ACCENT),
    ):  # fmt: skip
        plain = shortened("".join(one if one.isprintable() else "·" for one in text), size)
        high = height(plain, size, across) + 0.02
        parts.append(Text(box=Box(MARGIN, top, across, high), text=plain, size=size, colour=colour))
        top += high + 0.12
    facts = ", ".join(f"{name}\u00a0{value}" for name, value in walk.sizes().items())
    if walk.about["untrained"]:
        facts += ". It has learned nothing: its parameters were drawn at random."
    high = height(facts, SMALLEST, across) + 0.02
    box = Box(MARGIN, BOTTOM - high, across, high)
    parts.append(Text(box=box, text=facts, size=SMALLEST, colour=QUIET))
    assert top < box.top
    return Slide(
        title="One sentence through a Transformer", parts=tuple(parts), opening=True,
        notes=(
            "Every number on these slides was computed by this model on this sentence. The notes "
            "of each slide say where in the recording its numbers are: the recording is "
            f"trace = gf.load(…).trace({walk.about['text'][:300]!r})."
        ),
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
    sheet = Sheet("Words become tokens and numbers", "§3.4, §5.1", "tokenizer")
    unknown = any(token.get("unknown") for token in found)
    sheet.say(
        f"The tokenizer cuts the text into tokens ({tokenizer.kind}) and knows each by its place "
        f"in a vocabulary of {number(tokenizer.size)}. From here on the model sees numbers only."
        + (" Words that are not in it are spelled in smaller pieces." if unknown else "")
    )
    rows = [[walk.words[i], str(token["id"])] for i, token in enumerate(found)]
    each = min(sheet.rows_left - 1, max(6, math.ceil(len(rows) / 2)))
    top, left = sheet.top, MARGIN
    for start in range(0, len(rows), each):
        sheet.top = top
        block = rows[start : start + each]
        made = sheet.table(
            [["token", "id"], *block], f"Tokens {start + 1} to {start + len(block)} with their ids",
            left=left, room=3.8,
        )  # fmt: skip
        left = made.box.right + 0.6
    ids = ", ".join(str(token["id"]) for token in found)
    return sheet.finished(
        "Ask first: what does a computer do with a word? It looks it up in a list and takes its "
        f"number. The ids are {ids}. The numbers say nothing about meaning yet: neighbours in the "
        "list are not alike."
    )


def patches(walk: Walk) -> Slide:
    """An image in squares, each a token."""
    config = walk.config
    side, patch = config.image_size or 0, config.patch_size
    sheet = Sheet("An image becomes a row of squares", "beyond the paper", "patches")
    sheet.say(
        f"{side} × {side} pixels are cut into squares of {patch} × {patch}: "
        f"{len(walk.words) - 1} of them, read row by row, after one learned “class” position."
    )
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
        sheet.parts.append(Drawing(box=box, alt="The image, pixel by pixel", marks=marks))
    return sheet.finished(
        'The numbers: trace["source_embedding.cut"] [batch, patch, pixel]. What a word is to a '
        "sentence, a square is to the image."
    )


def embedding(walk: Walk) -> Slide | None:
    """The rows of the matrix, and √d_model."""
    if walk.image:
        return None
    path, config = walk.embedding, walk.config
    width = config.d_model
    scaled = walk.has(f"{path}.scaled")
    matrix = walk.made_from(f"{path}.embedded")[-1]
    sheet = Sheet("A number becomes a vector", "§3.4", "embedding", walk.code(f"{path}.embedded"))
    sheet.formula("x = E[id] · √d_model" if scaled else "x = E[id]")
    sheet.say(
        f"E is a learned matrix with a row for each token: {number(matrix.shape[0])} rows of "
        f"{width} numbers. The token's id picks its row."
        + (f" It is multiplied by √{width} = {number(math.sqrt(width))}." if scaled else "")
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
    sheet.table(rows, f"The first numbers of the embeddings of {walk.name} and other words",
                strong=(strong,))  # fmt: skip
    tied = " The same matrix makes the logits at the end." * (matrix.path == "output_matrix")
    return sheet.finished(
        f'The numbers: trace["{path}.embedded"][0, {walk.word}]. The followed word is '
        f"“{walk.name}”, position {walk.word} counted from 0.{tied}"
    )


def positions(walk: Walk) -> Slide:
    """What is added for the place in the sentence."""
    path, config = walk.embedding, walk.config
    before = next(name for name in ("scaled", "joined", "embedded") if walk.has(f"{path}.{name}"))
    learned = config.positions == "learned"
    sheet = Sheet(
        "Where the word stands is added", "§3.5", "positions", walk.code(f"{path}.placed")
    )
    if learned:
        sheet.say(
            "Each position has a vector of its own, learned like an embedding, and it is added."
        )
    else:
        sheet.formula(
            "PE(pos, 2i) = sin(pos / 10000^(2i/d_model)),   PE(pos, 2i+1): cos"
            if config.positions == "sinusoids"
            else "sines and cosines of the position"
        )
        sheet.say(
            "Attention alone would not see the order of words. So each position has a vector of "
            "sines and cosines, from fast to slow, and it is added to the word's."
        )
    rows = [
        ["", *features(config.d_model, SHOWN)],
        ["vector so far", *numbers(walk.row(f"{path}.{before}"), SHOWN)],
        [f"+ position {walk.word}", *numbers(walk.tape[f"{path}.position"][walk.word], SHOWN)],
        ["= sum", *numbers(walk.row(f"{path}.placed"), SHOWN)],
    ]
    for name, said in (("marked", "with segment"), ("normalised", "normalised")):
        if walk.has(f"{path}.{name}"):
            rows.append([said, *numbers(walk.row(f"{path}.{name}"), SHOWN)])
    sheet.table(rows, f"The vector of {walk.name}, its position's, and their sum", strong=(3,))
    return sheet.finished(
        f'The numbers: trace["{path}.position"][{walk.word}] and trace["{path}.placed"]. Positions '
        "are counted from 0."
    )


def wave(walk: Walk) -> Slide:
    """The vectors of the first positions, shaded by sign and size."""
    table = walk.tape[f"{walk.embedding}.position"].float()
    rows, columns = min(len(table), 10), min(table.size(1), 12)
    sheet = Sheet("What positions look like", "§3.5", "positions")
    high = float(table[:rows, :columns].abs().max()) or 1.0
    part = f"the first {columns} of {table.size(1)} numbers"
    kind = "learned" if walk.config.positions == "learned" else "computed, not learned"
    sheet.say(
        f"A row for each position, {part}. Blue is above zero, orange below. They are {kind}."
    )
    head: list[str | Cell] = ["position", *(str(i + 1) for i in range(columns))]
    found = [head]
    for at in range(rows):
        found.append([str(at), *(signed(float(one), high) for one in table[at, :columns])])
    sheet.table(found, f"Position vectors, rows 0 to {rows - 1}")
    return sheet.finished(
        f'The numbers: trace["{walk.embedding}.position"][:{rows}, :{columns}]. Ask: is there a '
        "position whose row is another's? And why would plain counting, 0, 1, 2, not do?"
    )


def signed(value: float, high: float) -> Cell:
    """A cell in the colour of its sign, as strong as its size."""
    colour = "#1f5fa8" if value >= 0 else "#d06a00"
    share = min(abs(value) / high, 1.0)
    ink = "#ffffff" if share > 0.6 else "#2b3440"
    text = number(value, 1) if high < 10 else ""
    return Cell(text=text, fill=mixed(colour, share), colour=ink, align="center")
