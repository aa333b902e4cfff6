"""How a model writes: greedy or by chance, step by step, or by beam search, with all that it
considered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import torch
from fastapi import APIRouter
from pydantic import BaseModel, Field
from torch import Tensor

from glassformer.decoding import Narrowing, Tree, beam_search, greedy, sample, stages
from glassformer.errors import ConfigError
from glassformer.explorer.changes import as_patch
from glassformer.explorer.limits import SECONDS, check_text
from glassformer.explorer.models import Models
from glassformer.explorer.requests import ChangeRequest, changes_of
from glassformer.inspection.patch import observe
from glassformer.loaded import LoadedModel
from glassformer.loaded.anew import Rows, step_anew
from glassformer.loaded.clock import timed, within
from glassformer.model.cache import DecodingState
from glassformer.model.transformer import DecoderOnly, EncoderDecoder
from glassformer.text.tokenizer import Tokenizer
from glassformer.translation import TranslationConfig

WIDEST = 16  # beam


class WriteRequest(BaseModel):
    """What to write about, and how. ``prefix``: the first tokens, whatever the model would say."""

    model: str = Field(max_length=200)
    text: str
    changes: list[ChangeRequest] = Field(default=[], max_length=64)
    how: Literal["greedy", "sample", "beam"] = "greedy"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = Field(default=1, ge=0, lt=2**63)
    beam: int | None = Field(default=None, ge=1, le=WIDEST)
    alpha: float | None = None
    prefix: list[int] = Field(default=[], max_length=512)


def routes(models: Models) -> APIRouter:
    """Writing."""
    router = APIRouter(prefix="/api")

    @router.post("/write")
    def write(asked: WriteRequest) -> dict[str, Any]:
        model = models[asked.model]
        check_text(model, asked.text)
        patch = as_patch(changes_of(asked.changes), model)
        observed = observe(model.model, patch) if patch else nullcontext()
        with torch.inference_mode(), observed, within(SECONDS):
            beginning = begin(model, asked.text, anew=patch is not None)
            how = by_beam if asked.how == "beam" else by_steps
            return how(model, beginning, asked)

    return router


@dataclass
class Beginning:
    """Where writing begins: the step function and its state, the first token that it is given, and
    how many tokens may come."""

    step: Callable[[Tensor, Any], tuple[Tensor, Any]]
    state: Any
    first: int
    longest: int


def begin(model: LoadedModel, text: str, anew: bool) -> Beginning:
    """Have the model read the text.

    Args:
        anew: without a cache. Each token is then chosen by a pass over all positions so far, so
            that a patch meets the same tensors as in a trace.

    Raises:
        ConfigError: the model cannot write.
    """
    net, pair = model.model, model.tokenizers
    device = net.output_matrix.device
    read, longest, source = [pair.target.bos_id], decoding_of(model).extra_length, None
    if isinstance(net, EncoderDecoder):
        ids = [*pair.source.encode(text), pair.source.eos_id]
        source = torch.tensor([ids], device=device)
        longest += len(ids) - 1
    elif isinstance(net, DecoderOnly):
        read = pair.target.begun(pair.target.encode(text), True)
    else:
        raise ConfigError(
            f"{model.config.family} models read and do not write: they give a vector at each "
            "position. To write takes a decoder-only or an encoder-decoder model"
        )
    *before, first = read
    longest = int(min(longest, model.config.readable - len(before)))
    if anew:
        rows = torch.tensor([before], dtype=torch.int64, device=device)
        return Beginning(timed(partial(step_anew, net)), Rows(rows, source), first, longest)
    if isinstance(net, DecoderOnly):
        state = net.start()
    else:
        assert source is not None
        state = net.start(source)
    for token in before:
        _, state = net.step(torch.tensor([token]), state)
    return Beginning(timed(net.step), state, first, longest)


def decoding_of(model: LoadedModel) -> TranslationConfig:
    """How the model decodes when nothing is said: as its recipe says."""
    return model.recipe.decoding if model.has_run else TranslationConfig()


def by_steps(model: LoadedModel, beginning: Beginning, asked: WriteRequest) -> dict[str, Any]:
    """Greedy or by chance: each step with its stages and the cache as it stood."""
    target = model.tokenizers.target
    chance = asked.how == "sample"
    narrowing = Narrowing(asked.temperature, asked.top_k, asked.top_p) if chance else Narrowing()
    options = common(model, beginning, asked)
    steps: list[dict[str, Any]] = []

    def watch(logits: Tensor, taken: Tensor, state: Any) -> None:
        found = stages(logits[0], int(taken[0]), narrowing, options["banned"])
        ids = [option.id for option in found.options]
        steps.append({
            "token": token_of(target, found.token),
            "probability": found.probability,
            "options": [
                asdict(option) | {"piece": piece}
                for option, piece in zip(found.options, target.pieces(ids), strict=True)
            ],
            "rest": asdict(found.rest),
            "cache": held(state),
        })  # fmt: skip

    if chance:
        generator = torch.Generator().manual_seed(asked.seed)
        (found,) = sample(
            beginning.step, beginning.state, generator=generator, watch=watch,
            **asdict(narrowing), **options,
        )  # fmt: skip
    else:
        (found,) = greedy(beginning.step, beginning.state, watch=watch, **options)
    return {"how": asked.how, "output": target.decode(found.tokens), "steps": steps}


def by_beam(model: LoadedModel, beginning: Beginning, asked: WriteRequest) -> dict[str, Any]:
    """Beam search: the tree of all hypotheses that it considered."""
    target, usual = model.tokenizers.target, decoding_of(model)
    beam = usual.beam if asked.beam is None else asked.beam
    alpha = usual.alpha if asked.alpha is None else asked.alpha
    tree = Tree(target.eos_id, alpha)
    ((found,),) = beam_search(
        beginning.step, beginning.state, beam=beam, alpha=alpha, watch=tree.grow,
        **common(model, beginning, asked),
    )  # fmt: skip
    best = tree.find(found)
    return {
        "how": "beam",
        "output": target.decode(found.tokens),
        "nodes": [asdict(node) | {"token": token_of(target, node.token)} for node in tree.nodes],
        "best": None if best is None else best.id,
        "beam": beam,
        "alpha": alpha,
    }


def common(model: LoadedModel, beginning: Beginning, asked: WriteRequest) -> dict[str, Any]:
    """What all ways of decoding take."""
    target = model.tokenizers.target
    return {
        "rows": 1,
        "bos_id": beginning.first,
        "eos_id": target.eos_id,
        "max_lengths": [beginning.longest + len(asked.prefix)],
        "banned": tuple({target.pad_id, target.bos_id} - {target.eos_id}),
        "prefix": asked.prefix,
    }


def token_of(tokenizer: Tokenizer, index: int) -> dict[str, Any]:
    """An id with its piece."""
    return {"id": index, "piece": tokenizer.pieces([index])[0]}


def held(state: Any) -> dict[str, int] | None:
    """What a cache holds: tokens, and the numbers of their keys and values; those of the source,
    which do not grow, stand apart. None where all is computed anew."""
    if not isinstance(state, DecodingState):
        return None
    own, source = state.numbers
    return {"tokens": state.length, "numbers": own, "source": source}
