"""What a hand-out needs so that its page can run the model itself: the graph for any length, that
of one more token, the tokenizers, and how far it goes. The parameters are the hand-out's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import torch

from glassformer.errors import ConfigError, RecordingError
from glassformer.explorer.words import draw_sentence
from glassformer.explorer.writing import decoding_of
from glassformer.handouts import Live, filled, template
from glassformer.handouts.contents import computed
from glassformer.handouts.file import CAP
from glassformer.inspection.one_page import recorded
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel
from glassformer.loaded.base import Reading, show_prediction
from glassformer.model.transformer import DecoderOnly, EncoderDecoder
from glassformer.text import Tokenizer

KINDS = ("word", "char", "bpe", "byte-bpe", "wordpiece")
LONGEST = 100  # tokens that the page reads
DRAWN = 60  # new sentences of the built-in pair
AT, MORE = (5, 7), (6, 4)
BEFORE = " before"  # after the path of a value that a token's step takes from those before it
Lengths = tuple[int, int]
Entries = list[dict[str, Any]]


def live_of(model: LoadedModel) -> Live:
    """What the page needs to run this model.

    Raises:
        ConfigError: the page cannot run it; says which models it can.
    """
    pair, config = model.tokenizers, model.config
    size = 4 * sum(one.numel() for one in model.model.parameters())
    if size > 2 * CAP:  # compressed they are a tenth smaller, and to see so takes minutes
        raise ConfigError(
            f"{model.name} has {size / 1e6:,.0f} MB of parameters, and a hand-out at most "
            f"{CAP / 1e6:.0f} MB: leave --live out, or show it with `glassformer explore`"
        )
    for tokenizer in (pair.source, pair.target):
        if tokenizer.kind not in KINDS or config.labels:
            what = "labels" if config.labels else f"the tokenizer {tokenizer.kind!r}"
            raise ConfigError(
                f"a page cannot run {model.name}, which has {what}: --live is for our own models "
                f"with a tokenizer of the kinds {', '.join(KINDS)}. Make the hand-out without "
                "--live, or show the model with `glassformer explore`"
            )
    longest = int(min(LONGEST, model.longest, config.readable))
    extra = decoding_of(model).extra_length
    written = int(min(longest + extra, config.readable))
    source, most = tokenizer_of(pair.source), (longest, written)
    writes = isinstance(model.model, EncoderDecoder | DecoderOnly)
    return Live(
        sample=recorded(tape_at(model, AT)),
        template=grown(model, entries_at, (1, 1), most),
        about={
            "family": config.family, "longest": longest, "written": written, "extra": extra,
            "source": source,
            "step": grown(model, step_at, (1, 2), most) if writes else None,
            "target": source if pair.shared else tokenizer_of(pair.target),
            "sentences": [draw_sentence(seed) for seed in range(DRAWN)] if model.built_in else [],
        },
    )  # fmt: skip


def grown(
    model: LoadedModel, entries: Callable[[LoadedModel, Lengths], Entries], *ends: Lengths
) -> Entries:
    """A graph for any length, held against recordings of both ends, the shortest and the longest.

    Raises:
        ConfigError: this model's graph depends on the length in another way.
    """
    (s, t), (more_s, more_t) = AT, MORE
    base, wide, long = (entries(model, at) for at in (AT, (s + more_s, t), (s, t + more_t)))
    try:
        found: Entries = template((base, wide, long), AT, MORE)
        for at in ends:
            if filled(found, at) != entries(model, at):
                raise RecordingError(f"it is another graph at {at[0]} and {at[1]} tokens")
        fixed = (one for one in found if one["kind"] != "input" and not computed(one))
        if strange := next((one["path"] for one in fixed if one != filled(one, AT)), None):
            raise RecordingError(f"{strange} grows, and is not computed")
    except RecordingError as error:
        raise ConfigError(
            f"a page cannot run {model.name}, whose graph changes with the length of the text in a "
            f"way of its own ({error}): make the hand-out without --live"
        ) from None
    return found


def entries_at(model: LoadedModel, lengths: Lengths) -> Entries:
    """The graph of a text of these lengths, as the page reads it."""
    return read(tape_at(model, lengths))


def read(tape: Tape) -> Entries:
    """A recording's entries, as the page reads them."""
    entries: Entries = json.loads(json.dumps(tape.graph["entries"]))
    return entries


@torch.inference_mode()
def step_at(model: LoadedModel, lengths: Lengths) -> Entries:
    """The graph of the last of so many target tokens, written with the cache. What it takes of the
    pass before it, keys and values above all, stands first, as an input that is called PATH before.
    """
    net, (source, target), end = model.model, lengths, model.tokenizers.target.eos_id
    assert isinstance(net, EncoderDecoder | DecoderOnly)
    with record(net) as tape:
        if isinstance(net, EncoderDecoder):
            state = net.start(model.tensor([model.tokenizers.source.eos_id] * source))
        else:
            state = net.start()
        net.advance(model.tensor([end] * (target - 1)), state)
        state.length, tape.step = target - 1, 1
        show_prediction(net, net.advance(model.tensor([end]), state))
    every = read(tape)
    step = [number for number, entry in enumerate(every) if entry["step"]]
    taken = {one["entry"] for number in step for one in every[number]["inputs"]} - {*step}
    order = [*sorted(taken), *step]
    place = {number: at for at, number in enumerate(order)}
    return [named(every[number], place, number in taken) for number in order]


def named(entry: dict[str, Any], place: Mapping[int, int], taken: bool) -> dict[str, Any]:
    """An entry of a step by itself, its inputs at their new places."""
    path = entry["path"].removesuffix("@1")
    held = entry | {"file": "", "line": 0, "step": 0}
    if taken and entry["kind"] == "value":
        nothing = {"kind": "input", "operator": "", "constants": [], "inputs": []}
        return held | nothing | {"path": path + BEFORE}
    if entry["kind"] == "input":
        path = "target"
    inputs = [one | {"entry": place[one["entry"]]} for one in entry["inputs"]]
    return held | {"path": path, "inputs": inputs}


@torch.inference_mode()
def tape_at(model: LoadedModel, lengths: Lengths) -> Tape:
    """A recording of a text of these lengths, whatever it says."""
    pair, (source, target) = model.tokenizers, lengths
    end = pair.target.eos_id
    reading = Reading([pair.source.eos_id] * source, [end] * target, [end] * target, "")
    with record(model.model) as tape:
        show_prediction(model.model, model.forward(model.model, reading))
    return tape


def tokenizer_of(tokenizer: Tokenizer) -> dict[str, Any]:
    """A tokenizer of our own as the page reads it: its entries' names by number, and its merges."""
    content = tokenizer.content()
    model = content["tokenizer"]["model"]
    names = sorted(model["vocab"], key=lambda name: model["vocab"][name])
    return {
        "kind": tokenizer.kind, "lowercase": content["lowercase"], "names": names,
        "whole": model.get("ignore_merges", False), "merges": model.get("merges", []),
        "pad": tokenizer.pad_id, "unk": tokenizer.unk_id, "bos": tokenizer.bos_id,
        "eos": tokenizer.eos_id, "opens": tokenizer.opens,
    }  # fmt: skip
