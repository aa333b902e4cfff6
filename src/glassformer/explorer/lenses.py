"""Looks at a model and its text beside the traces: tokens, positions, heads as maps, the score of a
sentence, and what reading at once saves."""

from __future__ import annotations

import inspect
import threading
from typing import Annotated, Any

import torch
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from glassformer.errors import ConfigError, nearest
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.limits import MOST_CHARACTERS, check_text
from glassformer.explorer.models import Models
from glassformer.explorer.space import Side
from glassformer.explorer.timing import time_reading
from glassformer.inspection.place import readable
from glassformer.loaded import LoadedModel
from glassformer.loaded.tokens import tokens_of
from glassformer.model.attention import MultiHeadAttention
from glassformer.model.embedding import TABLES
from glassformer.numerics.geometry import value_map

MOST_NUMBERS = 65_536  # of a table of positions


class ScoreRequest(BaseModel):
    """An output and what it should have been."""

    model: str = Field(max_length=200)
    output: str = Field(max_length=MOST_CHARACTERS)
    reference: str = Field(max_length=MOST_CHARACTERS)


def routes(models: Models) -> APIRouter:
    """The lenses."""
    router = APIRouter(prefix="/api")
    one_at_a_time = threading.Lock()  # two that measure would slow each other

    @router.get("/tokens/{model}")
    def tokens(
        model: str, text: Annotated[str, Query(max_length=1000)], side: Side = "source"
    ) -> dict[str, Any]:
        """How the tokenizer made each word; ``scores``: of a unigram model's cuts."""
        loaded = models[model]
        alone = loaded.config.family != "encoder-decoder"
        tokenizer = getattr(loaded.tokenizers, "target" if alone else side)
        return {
            "words": [
                {
                    "text": word.text,
                    "unknown": word.unknown,
                    "steps": word.steps,
                    "scores": word.scores,
                    "pieces": tokens_of(tokenizer, word.ids),
                }
                for word in tokenizer.derive(text)
            ]
        }

    @router.get("/positions")
    def positions(
        scheme: str = "sinusoids",
        length: Annotated[int, Query(ge=1, le=1024)] = 64,
        width: Annotated[int, Query(ge=1, le=1024)] = 64,
    ) -> dict[str, Any]:
        """A table of the package's own function, and where that stands."""
        if scheme not in TABLES:
            raise NotThereError(f"there is no scheme {scheme!r}.{nearest(scheme, TABLES)}")
        if length * width > MOST_NUMBERS:
            raise ConfigError(f"{length} × {width} numbers are more than {MOST_NUMBERS:,}")
        formula = TABLES[scheme]
        file, line = inspect.getsourcefile(formula), inspect.getsourcelines(formula)[1]
        rows = formula(length, width).tolist()
        return {"rows": rows, "file": readable(file or ""), "line": line}

    @router.get("/lowrank/{model}")
    def lowrank(
        model: str, path: Annotated[str, Query(max_length=200)], head: int = 0
    ) -> dict[str, Any]:
        """The singular values of one head's W^V W^O; ``rank`` of them are not 0, of ``width``."""
        part = attention_of(models[model], path)
        if not 0 <= head < part.heads:
            raise NotThereError(f"{path} has the heads 0 to {part.heads - 1}, not {head}")
        value = part.value_matrix.weight.detach().unflatten(0, (part.heads, -1))[head]
        output = part.output_matrix.weight.detach().unflatten(1, (part.heads, -1))[:, head]
        singular = value_map(value.cpu(), output.cpu())
        rank = int((singular > singular[0] * len(singular) * torch.finfo(torch.float64).eps).sum())
        return {"singular": singular.tolist(), "rank": rank, "width": value.size(0)}

    @router.post("/score")
    def score(asked: ScoreRequest) -> dict[str, Any]:
        """The BLEU of one sentence, n-gram by n-gram."""
        from glassformer.evaluation.ngrams import sentence_score  # takes a while to import

        return sentence_score(asked.output, asked.reference).to_json()

    @router.get("/timing/{model}")
    def timing(model: str, text: Annotated[str, Query(max_length=MOST_CHARACTERS)]) -> Any:
        """Milliseconds until each position is read, all at once and one after the other."""
        check_text(models[model], text)
        with one_at_a_time:
            return time_reading(models[model], text).to_json()

    return router


def attention_of(model: LoadedModel, path: str) -> MultiHeadAttention:
    """The attention at this path.

    Raises:
        NotThereError: there is none.
    """
    parts = {
        name: part
        for name, part in model.model.named_modules()
        if isinstance(part, MultiHeadAttention)
    }
    if path not in parts:
        raise NotThereError(f"{path!r} is no attention of this model.{nearest(path, parts)}")
    return parts[path]
