"""One head on one word, step by step, and then all words and all heads."""

from __future__ import annotations

import math

import torch

from glassformer.slides.deck import COLOURS, QUERY, Cell, Slide
from glassformer.slides.figures import features, number, numbers, percent
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import FITS, Walk
from glassformer.slides.words import decimal, said

SHOWN = 6  # numbers of a vector
FEWER = 5


def projections(walk: Walk) -> Slide:
    """Query, key and value of the word."""
    path, at = walk.attention, walk.word
    read = walk.made_from(walk.made_from(f"{path}.query")[0].path)[0]
    wide, values = walk.config.key_width, walk.config.value_width
    sheet = Sheet(said("projections.title"), "§3.2.2", walk.where,
                  walk.code(f"{path}.query"))  # fmt: skip
    bias = " + b" if walk.config.bias else ""
    sheet.formula("    ".join(f"{small} = x·W_{small.upper()}{bias}" for small in "qkv"))
    kind = "projections.normed" if walk.config.norm == "pre" else "projections.plain"
    sheet.say(said(kind, name=walk.name, wide=wide, values=values, heads=walk.config.n_heads))
    q, k, v = (walk.of_head(name)[at] for name in ("query", "key", "value"))
    rows = [
        ["", *features(max(wide, values), SHOWN)],
        ["x", *numbers(read.value[0, at].float(), SHOWN)],
        [said("projections.query"), *numbers(q, SHOWN)],
        [said("projections.key"), *numbers(k, SHOWN)],
        [said("projections.value"), *numbers(v, SHOWN)],
    ]
    rows = [row + [""] * (len(rows[0]) - len(row)) for row in rows]
    rows[1] = rows[1][: len(rows[0])]
    sheet.table(rows, said("projections.alt", name=walk.name))
    return sheet.finished(said(
        "projections.notes", path=path, head=walk.head, at=at, name=walk.name,
        code=walk.code(f"{path}.query"),
    ))  # fmt: skip


def agreement(walk: Walk) -> Slide:
    """One score: the products of a query and a key, and their sum."""
    path, at = walk.attention, walk.word
    row = walk.of_head("weights")[at].clone()
    row[at] = -1
    key = int(row.argmax())
    q, k = walk.of_head("query")[at], walk.of_head("key")[key]
    products = q * k
    sheet = Sheet(said("agreement.title"), "§3.2.1", walk.where, walk.code(f"{path}.scores"))
    sheet.formula("score = q · k = q₁k₁ + q₂k₂ + …")
    sheet.say(said("agreement.said", key=walk.words[key], name=walk.name))
    total = float(walk.of_head("scores")[at, key])
    rows = [
        ["", *features(len(q), SHOWN), said("agreement.sum")],
        [said("agreement.query", name=walk.name), *numbers(q, SHOWN), ""],
        [said("agreement.key", key=walk.words[key]), *numbers(k, SHOWN), ""],
        [said("agreement.product"), *numbers(products, SHOWN), number(total)],
    ]
    alt = said("agreement.alt", total=number(total))
    sheet.table(rows, alt, strong=(3,), below=0.8)
    sheet.say(said("agreement.total", count=len(q), total=number(total)), 22)
    return sheet.finished(said(
        "agreement.notes", path=path, head=walk.head, at=at, key=key, name=walk.name,
        total=decimal(f"{total:.6g}"),
    ))  # fmt: skip


def softmax(walk: Walk) -> Slide:
    """Scores, scaled, shared out."""
    path, at = walk.attention, walk.word
    scores, scaled, shares = (walk.of_head(n)[at] for n in ("scores", "scaled", "weights"))
    hidden = hidden_keys(walk, path, at)
    width = walk.config.key_width
    sheet = Sheet(said("softmax.title"), said("eq1"), walk.where,
                  walk.code(f"{path}.weights"))  # fmt: skip
    sheet.formula(said("softmax.formula", width=width, root=number(math.sqrt(width))))
    order = kept(shares.tolist(), sheet.rows_left - 1)
    rows = [[said("softmax.word"), "q·k", f"÷ √{width}", said("softmax.attention")]]
    for i in order:
        cells = [walk.words[i], number(float(scores[i])), number(float(scaled[i]))]
        rows.append([*cells, said("hidden") if hidden[i] else number(float(shares[i]), 3)])
    listed = [float(shares[i]) for i in order]
    if len(order) < len(shares):
        others = sum(float(share) for i, share in enumerate(shares) if i not in order)
        rows.append([said("others", count=len(shares) - len(order)), "", "", number(others, 3)])
        listed.append(others)
    made = sheet.table(rows, said("softmax.alt", name=walk.name), room=7.5)
    sheet.bars(made, listed, QUERY, said("softmax.bars", name=walk.name))
    best = int(shares.argmax())
    return sheet.finished(said(
        "softmax.notes", name=walk.name, best=walk.words[best], path=path, head=walk.head, at=at,
        share=percent(float(shares[best])),
    ))  # fmt: skip


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
    sheet = Sheet(said("mixture.title"), said("eq1"), walk.where,
                  walk.code(f"{path}.mixed"))  # fmt: skip
    sheet.formula(said("mixture.formula"))
    order = kept(shares.tolist(), sheet.rows_left - 2)
    rows = [[said("softmax.word"), said("softmax.attention"), *features(values.size(1), FEWER)]]
    for i in order:
        rows.append([walk.words[i], number(float(shares[i]), 3), *numbers(values[i], FEWER)])
    if len(order) < len(shares):
        blank = [""] * (len(rows[0]) - 2)
        rows.append([said("others", count=len(shares) - len(order)), "", *blank])
    total = number(float(shares.sum()), 3)
    rows.append([said("mixture.sum"), total, *numbers(mixed, FEWER)])
    sheet.table(rows, said("mixture.alt", name=walk.name),
                strong=(len(rows) - 1,))  # fmt: skip
    return sheet.finished(said("mixture.notes", path=path, head=walk.head, at=at))


def whole_head(walk: Walk) -> Slide | None:
    """The head's attention of every word to every word."""
    masked = walk.stack == "decoder"
    return grid(
        walk, walk.attention, walk.head, walk.words, walk.words, walk.word,
        said("whole_head.title"), said("eq1"), walk.where,
        said("whole_head.said") + (said("whole_head.masked") if masked else ""),
    )  # fmt: skip


def grid(
    walk: Walk, path: str, head: int, rows: list[str], keys: list[str], strong: int | None,
    title: str, paper: str, shows: str, lead: str,
) -> Slide | None:  # fmt: skip
    """A head as a shaded grid; rows around the strong one where not all have room."""
    if len(keys) > FITS:
        return None
    weights = walk.tape[f"{path}.weights"][0, head].float()
    sheet = Sheet(title, paper, shows, walk.code(f"{path}.weights"))
    sheet.say(lead, 18)
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
    sheet.grid([rows[q] for q in chosen], keys, shares, said("grid.alt", shows=shows), strong=here)
    if len(chosen) < len(rows):
        sheet.shows += said("grid.rows", first=start + 1, last=start + len(chosen), count=len(rows))
    return sheet.finished(
        said("grid.notes", path=path, head=head, code=walk.code(f"{path}.weights"))
    )


def all_heads(walk: Walk) -> Slide:
    """The same word in every head of the layer."""
    path, at = walk.attention, walk.word
    weights = walk.tape[f"{path}.weights"][0, :, at].float()  # [head, key]
    sheet = Sheet(said("heads.title", name=walk.name), "§3.2.2", walk.first_layer,
                  walk.code(f"{path}.weights"))  # fmt: skip
    count = weights.size(0)
    sheet.say(said("heads.said", count=count) if count > 1 else said("heads.one"))
    names = walk.words
    order = kept(weights.amax(0).tolist(), 13)
    room = min(count, sheet.grid_rows([names[k] for k in order]))
    rows = [said("head", head=h + 1) for h in range(room)]
    sheet.grid(rows, [names[k] for k in order], weights[:room, order].tolist(),
               said("heads.alt", name=walk.name), strong=walk.head)  # fmt: skip
    left = []
    if len(order) < len(names):
        left.append(said("heads.words", count=len(order)))
    if room < count:
        left.append(said("heads.first", room=room, count=count))
    shown = said("heads.shown", left=said("heads.and").join(left)) if left else ""
    best = [
        said("heads.best", head=h + 1, word=names[int(row.argmax())])
        for h, row in enumerate(weights)
    ]
    return sheet.finished(said("heads.notes", shown=shown, best="; ".join(best), path=path, at=at))


def joined(walk: Walk) -> Slide:
    """The heads' results side by side, times one matrix."""
    path, at = walk.attention, walk.word
    mixed = walk.tape[f"{path}.mixed"][0, :, at].float()  # [head, feature]
    output = walk.row(f"{path}.output")
    sheet = Sheet(said("joined.title"), "§3.2.2", walk.first_layer,
                  walk.code(f"{path}.output"))  # fmt: skip
    sheet.formula(said("joined.formula"))
    total = mixed.numel()
    sheet.say(said(
        "joined.said", heads=mixed.size(0), each=mixed.size(1), total=total, width=len(output),
        name=walk.name,
    ))  # fmt: skip
    room = min(mixed.size(0), sheet.rows_left - 3)
    rows: list[list[str | Cell]] = [["", *features(mixed.size(1), SHOWN)]]
    for head in range(room):
        name = Cell(
            text=said("joined.head", head=head + 1),
            align="left",
            colour=COLOURS[head % len(COLOURS)],
        )
        rows.append([name, *numbers(mixed[head], SHOWN)])
    if room < mixed.size(0):
        rows.append([said("joined.more", count=mixed.size(0) - room), *[""] * (len(rows[0]) - 1)])
    last = numbers(output, SHOWN)
    rows.append([said("output"), *last, *[""] * (len(rows[0]) - 1 - len(last))])
    sheet.table(rows, said("joined.alt", name=walk.name),
                strong=(len(rows) - 1,))  # fmt: skip
    return sheet.finished(said("joined.notes", path=path, at=at))
