"""What a layer does beside attention, and what the whole stack does to the word."""

from __future__ import annotations

import torch

from glassformer.slides.deck import VALUE, Slide
from glassformer.slides.figures import features, number, numbers
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said

SHOWN = 6
NEURONS = 6
FIRES = {"relu": "max(0, ·)", "gelu": "GELU(·)", "gelu-tanh": "GELU(·)", "silu": "SiLU(·)"}


def add_norm(walk: Walk) -> Slide:
    """The residual sum, and its normalisation."""
    layer, pre = f"{walk.stack}.0", walk.config.norm == "pre"
    added = f"{layer}.after_self.added"
    before, after = walk.made_from(added)
    # What is normalised is the sum: by this sub-layer (post) or at the start of the next (pre).
    normed = f"{layer}.{'after_feedforward' if pre else 'after_self'}.normalised"
    total = walk.row(added)
    sheet = Sheet(said("norm.title"), "§3.1, §5.4", walk.first_layer, walk.code(normed))
    sheet.formula("x + Sublayer(LayerNorm(x))" if pre else "LayerNorm(x + Sublayer(x))")
    mean, spread = float(total.mean()), float(total.std(correction=0))
    sheet.say(
        said("norm.said", mean=number(mean, 3), spread=number(spread, 3))
        + (said("norm.pre") if pre else "")
    )
    at = walk.word
    rows = [
        ["", *features(len(total), SHOWN)],
        [said("norm.before"), *numbers(before.value[0, at].float(), SHOWN)],
        [said("norm.after"), *numbers(after.value[0, at].float(), SHOWN)],
        ["x + z", *numbers(total, SHOWN)],
        [said("normalised"), *numbers(walk.row(normed), SHOWN)],
    ]
    sheet.table(rows, said("norm.alt", name=walk.name), strong=(3,))
    return sheet.finished(
        said("norm.notes", added=added, normed=normed, at=at, code=walk.code(normed))
    )


def feedforward(walk: Walk) -> Slide:
    """Up, the activation, down."""
    path, config = f"{walk.stack}.0.feedforward", walk.config
    hidden, active, output = (walk.row(f"{path}.{n}") for n in ("hidden", "active", "output"))
    fire = FIRES[config.activation]
    sheet = Sheet(said("feedforward.title"), said("eq2"),
                  walk.first_layer, walk.code(f"{path}.output"))  # fmt: skip
    sheet.formula(f"FFN(x) = {fire.replace('·', 'x·W₁ + b₁')}·W₂ + b₂")
    on = int((active > 0).sum())
    sheet.say(said(
        "feedforward.said", hidden=len(hidden), name=walk.name, on=on, width=len(output)
    ))  # fmt: skip
    best = active.abs().topk(min(NEURONS, len(active))).indices.tolist()
    rows = [[said("feedforward.neuron"), "x·W₁ + b₁", fire]]
    rows += [[str(i + 1), number(float(hidden[i])), number(float(active[i]))] for i in best]
    made = sheet.table(rows, said("feedforward.alt", name=walk.name), room=7, below=1.3)
    top = float(active[best].abs().max()) or 1.0
    sheet.bars(made, [float(active[i].abs()) / top for i in best], VALUE, said("feedforward.bars"))
    last = [["", *features(len(output), SHOWN)], [said("output"), *numbers(output, SHOWN)]]
    sheet.table(last, said("feedforward.output", name=walk.name))
    return sheet.finished(said("feedforward.notes", path=path, at=walk.word))


def stack(walk: Walk) -> Slide:
    """The word's vector after each layer."""
    name, count, post = walk.stack, walk.config.n_layers, walk.config.norm == "post"
    start = next(
        f"{walk.embedding}.{one}" for one in ("normalised", "marked", "placed")
        if walk.has(f"{walk.embedding}.{one}")
    )  # fmt: skip
    end = "normalised" if post else "added"
    paths = [start, *(f"{name}.{i}.after_feedforward.{end}" for i in range(count))]
    final = "memory" if walk.decoder else "hidden"
    named = [said("stack.embedding"), *(said("stack.layer", layer=i + 1) for i in range(count))]
    whole = walk.config.labels is None  # or else only the first position goes on
    if walk.config.ends_in_norm and whole:
        paths, named = [*paths, final], [*named, said("stack.norm")]
    title = "stack.title.more" if count > 1 else "stack.title.one"
    sheet = Sheet(
        said(title, count=count, name=walk.name), "§3.1", said(name), walk.code(paths[-1])
    )
    sheet.say(said("stack.said"))
    rows = [
        [
            said("stack.vector", name=walk.name),
            *(said(f"stack.{one}") for one in ("length", "first", "previous")),
        ]
    ]
    vectors = [walk.row(path) for path in paths]
    room = sheet.rows_left - 1
    listed = (
        range(len(paths)) if len(paths) <= room else [0, *range(len(paths) - room + 1, len(paths))]
    )
    for i in listed:
        before = alike(vectors[i], vectors[i - 1])
        rows.append(
            [named[i], number(float(vectors[i].norm())), alike(vectors[i], vectors[0]), before]
        )
    rows[1][2:] = ["", ""]
    sheet.table(rows, said("stack.alt", name=walk.name))
    return sheet.finished(said(
        "stack.notes", paths=", ".join(f"trace[{path!r}]" for path in paths), at=walk.word
    ))  # fmt: skip


def alike(a: torch.Tensor, b: torch.Tensor) -> str:
    """The cosine of two vectors."""
    return number(float(torch.cosine_similarity(a, b, dim=0)))
