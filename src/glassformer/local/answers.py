"""How an answer says that something is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.responses import JSONResponse

from glassformer.errors import ConfigError, GlassformerError


class TooMuchError(ConfigError):
    """A request that is larger than can be answered: 413."""

    status = 413


class NotThereError(ConfigError):
    """A request for what is not here, or no longer: 404."""

    status = 404


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An answer of 4xx or 5xx with a sentence that helps."""
    # What came may hold half a character, which no answer can.
    sent = sentence.encode("utf-8", errors="replace").decode("utf-8")
    return JSONResponse({"error": sent}, status_code=status, headers=headers)


def status_of(error: GlassformerError) -> int:
    """The status that an answer has for this error: 422 unless it says another."""
    return getattr(error, "status", 422)
