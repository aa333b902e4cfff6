"""The tours that the page offers: a user's own, then those that the package carries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from glassformer.explorer.models import Models
from glassformer.tours import shipped


def routes(models: Models) -> APIRouter:
    """All tours in a language; the carried ones are English where that language has none."""
    router = APIRouter(prefix="/api")

    @router.get("/tours")
    def tours(language: Annotated[str, Query(max_length=20)] = "en") -> list[dict[str, Any]]:
        return [tour.as_json() for tour in [*models.tours, *shipped(language)]]

    return router
