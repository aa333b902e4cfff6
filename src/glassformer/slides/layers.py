"""What a layer does beside attention, and what the whole stack does to the word."""

from __future__ import annotations

import torch

from glassformer.slides.deck import VALUE, Slide
from glassformer.slides.figures import features, number, numbers
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk

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
    sheet = Sheet("Add and norm", "§3.1, §5.4", f"{walk.stack}, layer 1", walk.code(normed))
    sheet.formula("x + Sublayer(LayerNorm(x))" if pre else "LayerNorm(x + Sublayer(x))")
    mean, spread = float(total.mean()), float(total.std(correction=0))
    sheet.say(
        "What attention says is added to what was there, so nothing is lost on the way. The sum "
        f"has mean {number(mean, 3)} and standard deviation {number(spread, 3)}; the norm makes "
        "them 0 and 1, and then stretches and shifts each number as it has learned."
        + (" Here the norm stands before each sub-layer, in the paper after it." if pre else "")
    )
    at = walk.word
    rows = [
        ["", *features(len(total), SHOWN)],
        ["x, what was there", *numbers(before.value[0, at].float(), SHOWN)],
        ["z, from attention", *numbers(after.value[0, at].float(), SHOWN)],
        ["x + z", *numbers(total, SHOWN)],
        ["normalised", *numbers(walk.row(normed), SHOWN)],
    ]
    sheet.table(rows, f"The residual sum and the norm of {walk.name}", strong=(3,))
    return sheet.finished(
        f'The numbers: trace["{added}"][0, {at}] and trace["{normed}"][0, {at}]. '
        f"Code: {walk.code(normed)}."
    )


def feedforward(walk: Walk) -> Slide:
    """Up, the activation, down."""
    path, config = f"{walk.stack}.0.feedforward", walk.config
    hidden, active, output = (walk.row(f"{path}.{n}") for n in ("hidden", "active", "output"))
    fire = FIRES[config.activation]
    sheet = Sheet("Feed-forward: each word by itself", "§3.3, eq. 2",
                  f"{walk.stack}, layer 1", walk.code(f"{path}.output"))  # fmt: skip
    sheet.formula(f"FFN(x) = {fire.replace('·', 'x·W₁ + b₁')}·W₂ + b₂")
    on = int((active > 0).sum())
    sheet.say(
        f"{len(hidden)} neurons read the vector of “{walk.name}”; {on} of them are above zero. "
        f"What they say is mixed back into {len(output)} numbers. No word sees another here."
    )
    best = active.abs().topk(min(NEURONS, len(active))).indices.tolist()
    rows = [["neuron", "x·W₁ + b₁", fire]]
    rows += [[str(i + 1), number(float(hidden[i])), number(float(active[i]))] for i in best]
    made = sheet.table(rows, f"The strongest neurons at {walk.name}", room=7, below=1.3)
    top = float(active[best].abs().max()) or 1.0
    sheet.bars(made, [float(active[i].abs()) / top for i in best], VALUE, "The same as bars")
    last = [["", *features(len(output), SHOWN)], ["output", *numbers(output, SHOWN)]]
    sheet.table(last, f"The first numbers of the output at {walk.name}")
    return sheet.finished(
        f'The numbers: trace["{path}.hidden"][0, {walk.word}], "{path}.active", "{path}.output"; '
        "neurons counted from 1. The strongest are shown, bars in shares of the first."
    )


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
    named = ["embedding", *(f"after layer {i + 1}" for i in range(count))]
    whole = walk.config.labels is None  # or else only the first position goes on
    if walk.config.ends_in_norm and whole:
        paths, named = [*paths, final], [*named, "after the last norm"]
    layers = "layers" if count > 1 else "layer"
    sheet = Sheet(
        f"{count} {layers}: how far “{walk.name}” travels", "§3.1", name, walk.code(paths[-1])
    )
    sheet.say(
        "The same again in each layer, with other parameters. Likeness is the cosine: 1 is the "
        "same direction, 0 is no likeness, −1 the opposite."
    )
    rows = [["vector of " + walk.name, "length", "like the embedding", "like the one before"]]
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
    sheet.table(rows, f"Length and likeness of the vector of {walk.name} after each layer")
    return sheet.finished(
        f"The vectors: {', '.join(f'trace[{path!r}]' for path in paths)} at [0, {walk.word}]."
    )


def alike(a: torch.Tensor, b: torch.Tensor) -> str:
    """The cosine of two vectors."""
    return number(float(torch.cosine_similarity(a, b, dim=0)))
