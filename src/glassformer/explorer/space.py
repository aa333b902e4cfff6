"""Words as places: the embedding table in its plane, what is near, and directions that mean
something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

import torch
from fastapi import APIRouter, Query
from torch import Tensor

from glassformer.data.petit.pairs import Pairs, pairs, word_classes
from glassformer.errors import ConfigError
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.models import Models
from glassformer.explorer.past import Past, recorded_of, why_not
from glassformer.loaded import LoadedModel
from glassformer.loaded.tokens import tokens_of
from glassformer.numerics import geometry
from glassformer.text.own import BYTE_NAMES, SPACE
from glassformer.text.tokenizer import Tokenizer

Side = Literal["source", "target"]
NEAREST = 12
PAIRS = 10  # of a direction that are shown


@dataclass(frozen=True)
class Table:
    """The embedding table [vocabulary, d_model] of one side, with its tokenizer."""

    tokenizer: Tokenizer
    rows: Tensor


def table_of(model: LoadedModel, side: Side) -> Table:
    """The table of what the model reads on this side; it may have but one.

    Raises:
        ConfigError: the table holds NaN or infinity.
    """
    family = model.config.family
    if family != "encoder-decoder":
        side = "source" if family == "encoder-only" else "target"
    shared = family == "encoder-only"  # it reads by the target tokenizer
    tokenizer = model.tokenizers.target if shared else getattr(model.tokenizers, side)
    rows = model.model.get_parameter(f"{side}_embedding.tokens.weight").detach()
    if not bool(rows.isfinite().all()):
        raise ConfigError(f"the embedding table of {model.name} holds NaN or infinity")
    return Table(tokenizer, rows.cpu())


def routes(models: Models) -> APIRouter:
    """The space of embeddings."""
    router = APIRouter(prefix="/api")
    past = Past()

    @router.get("/space/{model}")
    def space(model: str, snapshot: int | None = None, side: Side = "target") -> dict[str, Any]:
        """All tokens in the plane in which those of the final model differ most, so that those of
        a snapshot are seen to move; ``variance``: the parts that the plane's two axes have."""
        loaded = models[model]
        table = table_of(loaded, side)
        axes, shares = geometry.principal_axes(table.rows)
        recorded = recorded_of(loaded) if snapshot is not None and side == "target" else None
        if snapshot is None:
            xy = geometry.project(table.rows, axes).tolist()
        elif snapshot in loaded.run.snapshots():
            xy = geometry.project(table_of(past.at(loaded, snapshot), side).rows, axes).tolist()
        elif recorded is not None and snapshot in recorded.steps:
            xy, _ = recorded.space(snapshot)
        else:
            raise ConfigError(why_not(loaded, snapshot, recorded))
        names = zip(
            pieces_of(table.tokenizer), kinds_of(table.tokenizer, loaded.built_in), strict=True
        )
        return {
            "tokens": [{"id": i, "piece": p, "kind": k} for i, (p, k) in enumerate(names)],
            "xy": xy,
            "variance": shares.tolist(),
        }

    @router.get("/neighbours/{model}")
    def neighbours(
        model: str, token: Annotated[str, Query(max_length=100)], side: Side = "target"
    ) -> dict[str, Any]:
        """The tokens whose vectors point most nearly the same way; ``token``: an id, or a word."""
        table = table_of(models[model], side)
        here = id_of(table.tokenizer, token)
        cosines, dots = geometry.likeness(table.rows, table.rows[here])
        order = [i for i in cosines.argsort(descending=True).tolist() if i != here][:NEAREST]
        pieces = table.tokenizer.pieces(order)
        return {
            "token": tokens_of(table.tokenizer, [here])[0],
            "nearest": [
                {"id": i, "piece": piece, "cosine": cosines[i].item(), "dot": dots[i].item()}
                for i, piece in zip(order, pieces, strict=True)
            ],
        }

    @router.get("/directions/{model}")
    def directions(
        model: str,
        before: Annotated[list[str], Query(alias="from", max_length=32)] = [],  # noqa: B006
        after: Annotated[list[str], Query(alias="to", max_length=32)] = [],  # noqa: B006
    ) -> dict[str, Any]:
        """The grammar's directions, and first the user's own from one word, or list, to another."""
        loaded, found = models[model], []
        if len(before) != len(after):
            raise ConfigError(
                f"{len(before)} words to come from and {len(after)} to go to: give as many"
            )
        if before:
            name = f"{before[0]} → {after[0]}"
            own = list(zip(before, after, strict=True))
            found.append(direction(table_of(loaded, "target"), name, own))
        for name, sides in pairs().items() if loaded.built_in else ():
            found += grammars(loaded, name, sides)
        return {"directions": found}

    return router


def grammars(model: LoadedModel, name: str, sides: tuple[Pairs, Pairs]) -> list[dict[str, Any]]:
    """A direction of the grammar in the language where it has most pairs, of words that the model
    has as one token each; none if there are not two such pairs."""
    best: tuple[Table, Pairs] | None = None
    for side, given in (("source", sides[0]), ("target", sides[1])):
        table = table_of(model, "source" if side == "source" else "target")
        known = [pair for pair in given if all(single(table.tokenizer, one) for one in pair)]
        if len(known) > 1 and (best is None or len(known) > len(best[1])):
            best = table, known
    return [] if best is None else [direction(best[0], name, best[1])]


def direction(table: Table, name: str, words: Pairs) -> dict[str, Any]:
    """What the pairs have in common: ``along``, where both words of a pair lie on the way of all
    the other pairs; ``others``, how well the pair's own way agrees with it (a cosine); ``mean``,
    that of all pairs, and ``chance``, how far it would be from 0 for vectors at random.

    Of many pairs some are shown, evenly spaced; all count.
    """
    ids = [[id_of(table.tokenizer, word) for word in pair] for pair in words]
    before, after = (table.rows[torch.tensor(side)] for side in zip(*ids, strict=True))
    agreement, places = geometry.agreement(before, after), geometry.along(before, after)
    shown = torch.linspace(0, len(words) - 1, min(PAIRS, len(words))).round().int().tolist()
    return {
        "name": name,
        "pairs": [table.tokenizer.pieces(ids[i]) for i in shown],
        "along": places[shown].tolist(),
        "others": agreement[shown].tolist() if len(words) > 1 else [],
        "mean": agreement.mean().item() if len(words) > 1 else None,
        "chance": table.rows.size(1) ** -0.5,
        "count": len(words),
    }


def single(tokenizer: Tokenizer, word: str) -> int | None:
    """The id of a word that is one token; None for any other."""
    ids = tokenizer.encode(word)
    return ids[0] if len(ids) == 1 else None


def id_of(tokenizer: Tokenizer, token: str) -> int:
    """The id that is meant by a number, or by a word.

    Raises:
        NotThereError: there is no such token, or the word is several.
    """
    if token.isdecimal() and token.isascii():
        if int(token) < tokenizer.size:
            return int(token)
        raise NotThereError(f"there is no token {token}: the ids are 0 to {tokenizer.size - 1}")
    found = single(tokenizer, token)
    if found is None:
        made = " ".join(tokenizer.pieces(tokenizer.encode(token)))
        raise NotThereError(
            f"{token!r} is not one token here but: {made}. Give a word that the model has whole"
        )
    return found


@cache
def classes() -> dict[str, str]:
    """The grammar's words by class."""
    return word_classes()


def kinds_of(tokenizer: Tokenizer, built_in: bool) -> list[str | None]:
    """What each token is: special, a byte, a character (of a vocabulary of words), or a word's
    class where the grammar knows it."""
    specials = {tokenizer.pad_id, tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id}
    known = classes() if built_in else {}
    bytes_ = frozenset(BYTE_NAMES)

    def kind(index: int, piece: str) -> str | None:
        if index in specials:
            return "special"
        if piece in bytes_:
            return "byte"
        word = piece.removeprefix(SPACE)
        if tokenizer.kind == "word" and word == piece and len(word) == 1 and word.isalnum():
            return "character"
        return known.get(word.casefold())

    return [kind(i, piece) for i, piece in enumerate(pieces_of(tokenizer))]


def pieces_of(tokenizer: Tokenizer) -> Sequence[str]:
    """All pieces, by id."""
    return tokenizer.pieces(range(tokenizer.size))
