"""The words that a model knows, in the order of their numbers: rows of its embedding tables."""

from __future__ import annotations

from fastapi import APIRouter

from glassformer.explorer.models import Models


def routes(models: Models) -> APIRouter:
    """The vocabularies."""
    router = APIRouter(prefix="/api")

    @router.get("/vocabulary/{model}")
    def vocabulary(model: str) -> dict[str, list[str]]:
        pair = models[model].tokenizers
        source = pair.source.pieces(range(pair.source.size))
        return {
            "source": source,
            "target": source if pair.shared else pair.target.pieces(range(pair.target.size)),
        }

    return router
