"""The decoder's part: its mask, its look at the source, the choice, the loop, the loss."""

from __future__ import annotations

import torch

from glassformer.numerics.loss import smoothed_cross_entropy
from glassformer.slides.attending import grid
from glassformer.slides.deck import ACCENT, COLOURS, QUERY, Slide
from glassformer.slides.figures import number, percent
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import decimal, said

TOP = 8  # words of a distribution


def mask(walk: Walk) -> Slide | None:
    """The decoder's own attention, with what it may not see."""
    if not walk.decoder:
        return None
    path = "decoder.0.self_attention"
    weights = walk.tape[f"{path}.weights"][0].float()
    head = sharpest(weights)
    return grid(
        walk, path, head, walk.written, walk.written, None,
        said("mask.title"), "§3.2.3",
        said("layer.head", stack=said("decoder"), layer=1, head=head + 1), said("mask.said"),
    )  # fmt: skip


def sharpest(weights: torch.Tensor) -> int:
    """The head [head, query, key] whose rows are most of one word."""
    return int(weights.amax(-1).mean(-1).argmax())


def cross(walk: Walk) -> Slide | None:
    """From each word that is written to the words that are read."""
    if not walk.decoder:
        return None
    paths = [f"decoder.{i}.cross_attention.weights" for i in range(walk.config.n_layers)]
    best = [walk.tape[path][0].float().amax(-1).mean(-1) for path in paths]  # [head] of each
    layer = max(range(len(paths)), key=lambda i: float(best[i].max()))
    head = int(best[layer].argmax())
    weights = walk.tape[paths[layer]][0, head].float()
    shows = said("layer.head", stack=said("decoder"), layer=layer + 1, head=head + 1)
    sheet = Sheet(said("cross.title"), "§3.2.3", shows, walk.code(paths[layer]))
    sheet.say(said("cross.said"), 18)
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(walk.next))]
    most = [said("cross.most", word=walk.next[q], read=walk.read[int(row.argmax())],
                 share=percent(float(row.max())))
            for q, row in enumerate(weights)]  # fmt: skip
    sheet.ribbons(walk.next, walk.read, weights.tolist(), colours,
                  said("cross.alt", shows=shows, most="; ".join(most)))  # fmt: skip
    return sheet.finished(said("cross.notes", path=paths[layer], head=head, most="; ".join(most)))


def choice(walk: Walk) -> Slide:
    """Logits, softmax, the best of them."""
    at, label = walk.choice, walk.config.labels is not None
    logits, shares = walk.row("logits", at), walk.row("probabilities", at)
    unit = "label" if label else "token"
    sheet = Sheet(said(f"choice.title.{unit}"), "§3.4", said("output"), walk.code("probabilities"))
    sheet.formula(said("choice.bias" if walk.config.output_bias else "choice.formula"))
    sheet.say(said(f"choice.said.{unit}", where=situation(walk), count=number(len(logits))))
    best = logits.topk(min(TOP, len(logits), sheet.rows_left - 1)).indices.tolist()
    rows = [[said(f"choice.{unit}"), said("choice.logit"), said("probability")]]
    rows += [[walk.piece(i), number(float(logits[i])), number(float(shares[i]), 3)] for i in best]
    made = sheet.table(rows, said(f"choice.alt.{unit}"), room=7.5)
    sheet.bars(made, [float(shares[i]) for i in best], ACCENT, said("choice.bars"))
    return sheet.finished(said(
        "choice.notes", at=at, count=len(best), total=number(float(shares.sum()), 4),
        part=number(float(shares[best].sum()), 4),
    ))  # fmt: skip


def situation(walk: Walk) -> str:
    """Where the choice is made."""
    at = walk.choice
    if walk.config.labels is not None:
        return said("choice.whole")
    if walk.config.family == "encoder-only":
        return said("choice.place", word=walk.read[at])
    if walk.decoder:
        return said("choice.writes", word=walk.written[at], next=walk.next[at])
    return said("choice.after", words=" ".join(walk.written[max(0, at - 5) : at + 1]))


def loop(walk: Walk) -> Slide | None:
    """What each step read, and what it made of it."""
    if walk.config.family == "encoder-only":
        return None
    shares = walk.tape["probabilities"][0].float()
    writes = walk.decoder
    title = said("loop.writes" if writes else "loop.predicts")
    sheet = Sheet(
        title,
        "§3.1",
        said("loop.decoding" if writes else "loop.predictions"),
        walk.code("probabilities"),
    )
    sheet.say(said("loop.read.again" if writes else "loop.together"))
    rows = [
        [
            said("loop.read"),
            said("loop.wrote" if writes else "loop.came"),
            said("probability"),
            said("loop.second" if writes else "loop.guess"),
            said("loop.its"),
        ]
    ]
    room = sheet.rows_left - 1
    count = len(walk.written)
    last = count if writes else count - 1  # what follows a text is not known
    for at in range(min(last, room)):
        wanted = walk.about["next"][at]["id"]
        order = shares[at].topk(2).indices.tolist()
        other = next(i for i in order if i != wanted) if writes else order[0]
        rows.append([
            walk.written[at], walk.next[at], number(float(shares[at, wanted]), 3),
            walk.piece(other), number(float(shares[at, other]), 3),
        ])  # fmt: skip
    sheet.table(rows, said("loop.alt"))
    if last > room:
        sheet.shows += said("loop.rows", room=room, count=last)
    return sheet.finished(said("loop.notes.writes" if writes else "loop.notes.predicts"))


def loss(walk: Walk) -> Slide | None:
    """What training would make of this prediction."""
    if walk.config.family == "encoder-only":
        return None
    count = len(walk.written) if walk.decoder else len(walk.written) - 1
    if count < 1:
        return None
    logits = walk.tape["logits"][0, :count].float()
    targets = torch.tensor([token["id"] for token in walk.about["next"][:count]])
    smoothing = walk.model.smoothing
    losses = smoothed_cross_entropy(logits, targets.to(logits.device), smoothing)
    shares = walk.tape["probabilities"][0, :count].float()
    sheet = Sheet(said("loss.title"), "§5.3, §5.4", said("loss.shows"))
    sheet.formula(said("loss.formula"))
    taken = said("loss.written" if walk.decoder else "loss.text")
    sheet.say(said(
        "loss.said", taken=taken, smoothing=decimal(f"{smoothing:g}"), count=count,
        mean=number(float(losses.mean()), 3),
    ))  # fmt: skip
    rows = [[said("loss.target"), said("probability"), "−log p", said("loss.shows")]]
    room = sheet.rows_left - 1
    for at in range(min(count, room)):
        share = shares[at, targets[at]]
        rows.append([
            walk.next[at], number(float(share), 3), number(float(-share.log()), 3),
            number(float(losses[at]), 3),
        ])  # fmt: skip
    made = sheet.table(rows, said("loss.alt"), room=8.5)
    top = float(losses.max()) or 1.0
    sheet.bars(
        made, [float(one) / top for one in losses[: len(rows) - 1]], QUERY, said("loss.bars")
    )
    if count > room:
        sheet.shows += said("loop.rows", room=room, count=count)
    return sheet.finished(said("loss.notes"))
