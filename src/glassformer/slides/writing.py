"""The decoder's part: its mask, its look at the source, the choice, the loop, the loss."""

from __future__ import annotations

import torch

from glassformer.numerics.loss import smoothed_cross_entropy
from glassformer.slides.attending import grid
from glassformer.slides.deck import ACCENT, COLOURS, QUERY, Slide
from glassformer.slides.figures import number, percent
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk

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
        "The decoder looks back, never ahead", "§3.2.3", f"decoder, layer 1, head {head + 1}",
        "Each row has read its word and those before. What comes later is hidden (·).",
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
    shows = f"decoder, layer {layer + 1}, head {head + 1}"
    sheet = Sheet("Where it looks while it writes", "§3.2.3", shows, walk.code(paths[layer]))
    sheet.say("Above, what it writes; below, what was read. Thicker lines are more attention.", 18)
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(walk.next))]
    most = [f"{walk.next[q]}: {walk.read[int(row.argmax())]} {percent(float(row.max()))}"
            for q, row in enumerate(weights)]  # fmt: skip
    sheet.ribbons(walk.next, walk.read, weights.tolist(), colours,
                  f"{shows}: most attention of each word. {'; '.join(most)}")  # fmt: skip
    return sheet.finished(
        "The queries are the decoder's, keys and values the encoder's. Shown is the head of all "
        "layers whose attention is most on single words. "
        f'The numbers: trace["{paths[layer]}"][0, {head}] [query, key]; the query is the position '
        f"that writes the word. Most attention: {'; '.join(most)}."
    )


def choice(walk: Walk) -> Slide:
    """Logits, softmax, the best of them."""
    at, label = walk.choice, walk.config.labels is not None
    logits, shares = walk.row("logits", at), walk.row("probabilities", at)
    unit = "label" if label else "token"
    sheet = Sheet(f"Every {unit} gets a probability", "§3.4", "output", walk.code("probabilities"))
    sheet.formula("logits = x·W + b,   probabilities = softmax(logits)" if walk.config.output_bias
                  else "logits = x·W,   probabilities = softmax(logits)")  # fmt: skip
    sheet.say(
        f"{situation(walk)} {number(len(logits))} {unit}s get a logit each, and the softmax "
        "makes shares of 100 % of them."
    )
    best = logits.topk(min(TOP, len(logits), sheet.rows_left - 1)).indices.tolist()
    rows = [[unit, "logit", "probability"]]
    rows += [[walk.piece(i), number(float(logits[i])), number(float(shares[i]), 3)] for i in best]
    made = sheet.table(rows, f"The most probable {unit}s", room=7.5)
    sheet.bars(made, [float(shares[i]) for i in best], ACCENT, "Their probabilities as bars")
    return sheet.finished(
        f'The numbers: trace["logits"][0, {at}] and trace["probabilities"][0, {at}]. All '
        f"probabilities add up to {float(shares.sum()):.4f}; these {len(best)} to "
        f"{float(shares[best].sum()):.4f}."
    )


def situation(walk: Walk) -> str:
    """Where the choice is made."""
    at = walk.choice
    if walk.config.labels is not None:
        return "The first position's vector decides what the whole is."
    if walk.config.family == "encoder-only":
        return f"At the place of “{walk.read[at]}”:"
    if walk.decoder:
        return f"Having read “{walk.written[at]}”, before it writes “{walk.next[at]}”:"
    return f"After “{' '.join(walk.written[max(0, at - 5) : at + 1])}”:"


def loop(walk: Walk) -> Slide | None:
    """What each step read, and what it made of it."""
    if walk.config.family == "encoder-only":
        return None
    shares = walk.tape["probabilities"][0].float()
    writes = walk.decoder
    title = "Written word by word" if writes else "Every place predicts what comes next"
    sheet = Sheet(
        title, "§3.1", "decoding" if writes else "predictions", walk.code("probabilities")
    )
    sheet.say(
        "Each word that is written is read again, and then the next one is chosen, until the end."
        if writes else "In training all places learn at once; when it writes, only the last counts."
    )  # fmt: skip
    rows = [
        [
            "it has read",
            "writes" if writes else "then came",
            "probability",
            "best guess",
            "its probability",
        ]
    ]
    if writes:
        rows[0][3:] = ["next best", "its probability"]
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
    sheet.table(rows, "Step by step: what was read, what was written, and how probable it was")
    if last > room:
        sheet.shows += f", 1 to {room} of {last}"
    return sheet.finished(
        'The numbers: trace["probabilities"][0, step, token], one pass over all positions; '
        "writing word by word with the cache gives the same."
        if writes else 'The numbers: trace["probabilities"][0, position, token].'
    )  # fmt: skip


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
    sheet = Sheet("How it learns: the loss", "§5.3, §5.4", "loss")
    sheet.formula("loss = −(1 − ε)·log p(target) − ε·mean of all log p")
    taken = (
        "what the model wrote is taken as the target" if walk.decoder else "the target is the text"
    )
    sheet.say(
        f"Here {taken}. ε = {smoothing:g} is label smoothing: a little of the target goes to every "
        f"token. The mean over {count} positions is {number(float(losses.mean()), 3)} nats; an "
        "update turns every parameter a little, so that it falls."
    )
    rows = [["target", "probability", "−log p", "loss"]]
    room = sheet.rows_left - 1
    for at in range(min(count, room)):
        share = shares[at, targets[at]]
        rows.append([
            walk.next[at], number(float(share), 3), number(float(-share.log()), 3),
            number(float(losses[at]), 3),
        ])  # fmt: skip
    made = sheet.table(rows, "The loss of each position", room=8.5)
    top = float(losses.max()) or 1.0
    sheet.bars(made, [float(one) / top for one in losses[: len(rows) - 1]], QUERY, "Losses as bars")
    if count > room:
        sheet.shows += f", 1 to {room} of {count}"
    return sheet.finished(
        "The bars are in shares of the greatest. The paper's training (§5.3): Adam, the "
        "learning rate rising over the warm-up and then falling with the square root of the step."
    )
