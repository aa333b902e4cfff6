"""What a hand-out needs so that its page can run the model itself: the graph for any length, the
tokenizers, and how far it goes. The parameters are the hand-out's own."""

from __future__ import annotations

import json
from typing import Any

import torch

from glassformer.errors import ConfigError, RecordingError
from glassformer.explorer.words import draw_sentence
from glassformer.handouts import Live, filled, template
from glassformer.handouts.contents import computed
from glassformer.handouts.file import CAP
from glassformer.inspection.one_page import recorded
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel, as_translator
from glassformer.loaded.base import Reading, show_prediction
from glassformer.text import Tokenizer

KINDS = ("word", "char", "bpe", "byte-bpe", "wordpiece")
LONGEST = 100  # tokens that the page reads
DRAWN = 60  # new sentences of the built-in pair
AT, MORE = (5, 7), (6, 4)


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
    translates = config.family == "encoder-decoder"
    extra = as_translator(model).decoding.extra_length if translates else 0
    written = int(min(longest + extra, config.readable))
    source = tokenizer_of(pair.source)
    return Live(
        sample=recorded(tape_at(model, AT)),
        template=grown(model, (longest, written)),
        about={
            "family": config.family, "longest": longest, "written": written, "extra": extra,
            "source": source,
            "target": source if pair.shared else tokenizer_of(pair.target),
            "sentences": [draw_sentence(seed) for seed in range(DRAWN)] if model.built_in else [],
        },
    )  # fmt: skip


def grown(model: LoadedModel, longest: tuple[int, int]) -> list[dict[str, Any]]:
    """The graph for any length, held against recordings of the shortest and the longest.

    Raises:
        ConfigError: this model's graph depends on the length in another way.
    """
    (s, t), (more_s, more_t) = AT, MORE
    base, wide, long = (entries_at(model, at) for at in (AT, (s + more_s, t), (s, t + more_t)))
    try:
        found: list[dict[str, Any]] = template((base, wide, long), AT, MORE)
        for at in ((1, 1), longest):
            if filled(found, at) != entries_at(model, at):
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


def entries_at(model: LoadedModel, lengths: tuple[int, int]) -> list[dict[str, Any]]:
    """The graph of a text of these lengths, as the page reads it."""
    entries: list[dict[str, Any]] = json.loads(json.dumps(tape_at(model, lengths).graph["entries"]))
    return entries


@torch.inference_mode()
def tape_at(model: LoadedModel, lengths: tuple[int, int]) -> Tape:
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
