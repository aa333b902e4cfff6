"""One head on one word, step by step, and then all words and all heads."""

from __future__ import annotations

import math

import torch

from glassformer.slides.deck import COLOURS, QUERY, Cell, Slide
from glassformer.slides.figures import features, number, numbers, percent
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import FITS, Walk

SHOWN = 6  # numbers of a vector
FEWER = 5


def projections(walk: Walk) -> Slide:
    """Query, key and value of the word."""
    path, at = walk.attention, walk.word
    read = walk.made_from(walk.made_from(f"{path}.query")[0].path)[0]
    wide, values = walk.config.key_width, walk.config.value_width
    sheet = Sheet("One head, three vectors of a word", "§3.2.2", walk.where,
                  walk.code(f"{path}.query"))  # fmt: skip
    bias = " + b" if walk.config.bias else ""
    sheet.formula("    ".join(f"{small} = x·W_{small.upper()}{bias}" for small in "qkv"))
    normed = ", normalised first," if walk.config.norm == "pre" else ""
    sheet.say(
        f"The vector of “{walk.name}”{normed} is multiplied by three learned matrices. The query "
        f"asks, the key answers, the value is what is handed on: {wide}, {wide} and {values} "
        f"numbers in each of {walk.config.n_heads} heads."
    )
    q, k, v = (walk.of_head(name)[at] for name in ("query", "key", "value"))
    rows = [
        ["", *features(max(wide, values), SHOWN)],
        ["x", *numbers(read.value[0, at].float(), SHOWN)],
        ["query q", *numbers(q, SHOWN)],
        ["key k", *numbers(k, SHOWN)],
        ["value v", *numbers(v, SHOWN)],
    ]
    rows = [row + [""] * (len(rows[0]) - len(row)) for row in rows]
    rows[1] = rows[1][: len(rows[0])]
    sheet.table(rows, f"The first numbers of x, q, k and v of {walk.name}")
    return sheet.finished(
        f'The numbers: trace["{path}.query"][0, {walk.head}, {at}], and the same of key and value. '
        f"Code: {walk.code(f'{path}.query')}. The head was chosen because here “{walk.name}” looks "
        "at another word more than in the layer's other heads."
    )


def agreement(walk: Walk) -> Slide:
    """One score: the products of a query and a key, and their sum."""
    path, at = walk.attention, walk.word
    row = walk.of_head("weights")[at].clone()
    row[at] = -1
    key = int(row.argmax())
    q, k = walk.of_head("query")[at], walk.of_head("key")[key]
    products = q * k
    sheet = Sheet("A score is a dot product", "§3.2.1", walk.where, walk.code(f"{path}.scores"))
    sheet.formula("score = q · k = q₁k₁ + q₂k₂ + …")
    sheet.say(
        f"How well does the key of “{walk.words[key]}” answer the query of “{walk.name}”? Multiply "
        "number by number and add up: the more they agree, the larger the sum."
    )
    total = float(walk.of_head("scores")[at, key])
    rows = [
        ["", *features(len(q), SHOWN), "sum"],
        [f"q of {walk.name}", *numbers(q, SHOWN), ""],
        [f"k of {walk.words[key]}", *numbers(k, SHOWN), ""],
        ["product", *numbers(products, SHOWN), number(total)],
    ]
    alt = f"Query, key, their products and the sum {number(total)}"
    sheet.table(rows, alt, strong=(3,), below=0.8)
    sheet.say(f"All {len(q)} products add up to {number(total)}.", 22)
    return sheet.finished(
        f'The number: trace["{path}.scores"][0, {walk.head}, {at}, {key}] = {total:.6g}. The key '
        f"is that of the word at which this head looks most from “{walk.name}”, itself aside."
    )


def softmax(walk: Walk) -> Slide:
    """Scores, scaled, shared out."""
    path, at = walk.attention, walk.word
    scores, scaled, shares = (walk.of_head(n)[at] for n in ("scores", "scaled", "weights"))
    hidden = hidden_keys(walk, f"{path}", at)
    width = walk.config.key_width
    sheet = Sheet("Scores become shares of 100 %", "§3.2.1, eq. 1", walk.where,
                  walk.code(f"{path}.weights"))  # fmt: skip
    sheet.formula(
        f"attention = softmax(q·k / √d_k),   √d_k = √{width} = {number(math.sqrt(width))}"
    )
    order = kept(shares.tolist(), sheet.rows_left - 1)
    rows = [["word", "q·k", f"÷ √{width}", "attention"]]
    for i in order:
        cells = [walk.words[i], number(float(scores[i])), number(float(scaled[i]))]
        rows.append([*cells, "hidden" if hidden[i] else number(float(shares[i]), 3)])
    listed = [float(shares[i]) for i in order]
    if len(order) < len(shares):
        others = sum(float(share) for i, share in enumerate(shares) if i not in order)
        rows.append([f"{len(shares) - len(order)} others", "", "", number(others, 3)])
        listed.append(others)
    made = sheet.table(rows, f"Scores and attention of {walk.name} for each word", room=7.5)
    sheet.bars(made, listed, QUERY, f"Attention of {walk.name}, as bars")
    best = int(shares.argmax())
    return sheet.finished(
        f"From “{walk.name}” this head looks most at “{walk.words[best]}”: "
        f"{percent(float(shares[best]))}. Without ÷ √d_k large scores would make nearly all of it "
        f'go to one word, and little would be learned. The numbers: trace["{path}.scores"], '
        f'"{path}.scaled", "{path}.weights", each at [0, {walk.head}, {at}].'
    )


def kept(shares: list[float], most: int) -> list[int]:
    """The places of the greatest shares in their order, one row left free where some are not."""
    if len(shares) <= most:
        return list(range(len(shares)))
    best = sorted(range(len(shares)), key=lambda i: -shares[i])[: most - 1]
    return sorted(best)


def hidden_keys(walk: Walk, path: str, query: int) -> list[bool]:
    """Which keys a mask hides from a query."""
    masked = walk.tape[f"{path}.masked"] if walk.has(f"{path}.masked") else None
    count = walk.tape[f"{path}.weights"].size(-1)
    if masked is None:
        return [False] * count
    low = torch.finfo(masked.dtype).min / 2
    return [float(one) <= low for one in masked[0, 0, query]]


def mixture(walk: Walk) -> Slide:
    """Values, weighted and summed."""
    path, at = walk.attention, walk.word
    shares, values = walk.of_head("weights")[at], walk.of_head("value")
    mixed = walk.of_head("mixed")[at]
    sheet = Sheet("The values are mixed in these shares", "§3.2.1, eq. 1", walk.where,
                  walk.code(f"{path}.mixed"))  # fmt: skip
    sheet.formula("z = attention₁·v₁ + attention₂·v₂ + …")
    order = kept(shares.tolist(), sheet.rows_left - 2)
    rows = [["word", "attention", *features(values.size(1), FEWER)]]
    for i in order:
        rows.append([walk.words[i], number(float(shares[i]), 3), *numbers(values[i], FEWER)])
    if len(order) < len(shares):
        blank = [""] * (len(rows[0]) - 2)
        rows.append([f"{len(shares) - len(order)} others", "", *blank])
    rows.append(["sum z", "1.000", *numbers(mixed, FEWER)])
    rows[-1][1] = number(float(shares.sum()), 3)
    sheet.table(rows, f"Values of each word and their mixture for {walk.name}",
                strong=(len(rows) - 1,))  # fmt: skip
    return sheet.finished(
        f"Each value is multiplied by its share, and all are added. The numbers: "
        f'trace["{path}.value"][0, {walk.head}] and trace["{path}.mixed"][0, {walk.head}, {at}].'
    )


def whole_head(walk: Walk) -> Slide | None:
    """The head's attention of every word to every word."""
    masked = walk.stack == "decoder"
    return grid(
        walk, walk.attention, walk.head, walk.words, walk.words, walk.word,
        "Every word asks every word", "§3.2.1, eq. 1", walk.where,
        "Each row is a word that looks, each column a word that is looked at; a row adds up to 1."
        + (" A dot is hidden: no word sees the words after it." if masked else ""),
    )  # fmt: skip


def grid(
    walk: Walk, path: str, head: int, rows: list[str], keys: list[str], strong: int | None,
    title: str, paper: str, shows: str, said: str,
) -> Slide | None:  # fmt: skip
    """A head as a shaded grid; rows around the strong one where not all have room."""
    if len(keys) > FITS:
        return None
    weights = walk.tape[f"{path}.weights"][0, head].float()
    sheet = Sheet(title, paper, shows, walk.code(f"{path}.weights"))
    sheet.say(said, 18)
    room = sheet.grid_rows(keys)
    start = 0
    if len(rows) > room:
        start = min(max((strong or 0) - room // 2, 0), len(rows) - room)
    chosen = range(start, min(start + room, len(rows)))
    shares = [
        [
            None if hidden else float(weights[q, k])
            for k, hidden in enumerate(hidden_keys(walk, path, q))
        ]
        for q in chosen
    ]
    here = None if strong is None else strong - start
    sheet.grid(
        [rows[q] for q in chosen], keys, shares, f"{shows}: attention as a grid", strong=here
    )
    if len(chosen) < len(rows):
        sheet.shows += f", rows {start + 1} to {start + len(chosen)} of {len(rows)}"
    return sheet.finished(
        f'The numbers: trace["{path}.weights"][0, {head}] [query, key]. '
        f"Code: {walk.code(f'{path}.weights')}."
    )


def all_heads(walk: Walk) -> Slide:
    """The same word in every head of the layer."""
    path, at = walk.attention, walk.word
    weights = walk.tape[f"{path}.weights"][0, :, at].float()  # [head, key]
    sheet = Sheet(f"All heads at once, from “{walk.name}”", "§3.2.2", f"{walk.stack}, layer 1",
                  walk.code(f"{path}.weights"))  # fmt: skip
    count = weights.size(0)
    sheet.say(
        f"{count} heads look in {count} ways, each with matrices of its own."
        if count > 1 else "This model has one head."
    )  # fmt: skip
    names = walk.words
    order = kept(weights.amax(0).tolist(), 13)
    room = min(count, sheet.grid_rows([names[k] for k in order]))
    rows = [f"head {h + 1}" for h in range(room)]
    sheet.grid(rows, [names[k] for k in order], weights[:room, order].tolist(),
               f"Attention of {walk.name} in each head", strong=walk.head)  # fmt: skip
    left = []
    if len(order) < len(names):
        left.append(f"the {len(order)} words that are looked at most")
    if room < count:
        left.append(f"the first {room} of {count} heads")
    said = f"Shown: {' and '.join(left)}. " if left else ""
    best = [f"head {h + 1}: {names[int(row.argmax())]}" for h, row in enumerate(weights)]
    return sheet.finished(
        f"{said}Where each looks most: {'; '.join(best)}. The numbers: "
        f'trace["{path}.weights"][0, :, {at}].'
    )


def joined(walk: Walk) -> Slide:
    """The heads' results side by side, times one matrix."""
    path, at = walk.attention, walk.word
    mixed = walk.tape[f"{path}.mixed"][0, :, at].float()  # [head, feature]
    output = walk.row(f"{path}.output")
    sheet = Sheet("The heads are put together", "§3.2.2", f"{walk.stack}, layer 1",
                  walk.code(f"{path}.output"))  # fmt: skip
    sheet.formula("MultiHead = Concat(z of head 1, …, z of head h)·W_O")
    total = mixed.numel()
    sheet.say(
        f"{mixed.size(0)} × {mixed.size(1)} = {total} numbers, side by side, are mixed by a "
        f"learned matrix into {len(output)}: what attention has to say to “{walk.name}”."
    )
    room = min(mixed.size(0), sheet.rows_left - 3)
    rows: list[list[str | Cell]] = [["", *features(mixed.size(1), SHOWN)]]
    for head in range(room):
        name = Cell(text=f"z of head {head + 1}", align="left", colour=COLOURS[head % len(COLOURS)])
        rows.append([name, *numbers(mixed[head], SHOWN)])
    if room < mixed.size(0):
        rows.append([f"{mixed.size(0) - room} more", *[""] * (len(rows[0]) - 1)])
    last = numbers(output, SHOWN)
    rows.append(["output", *last, *[""] * (len(rows[0]) - 1 - len(last))])
    sheet.table(rows, f"The heads' results for {walk.name} and the output",
                strong=(len(rows) - 1,))  # fmt: skip
    return sheet.finished(
        f'The numbers: trace["{path}.mixed"][0, :, {at}] and trace["{path}.output"][0, {at}].'
    )
