"""What all routes share: how an answer says that something is wrong, and the types of answers."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from glassformer.errors import ConfigError, GlassformerError
from glassformer.loaded.clock import OutOfTimeError

BINARY = "application/vnd.safetensors"


class TooMuchError(ConfigError):
    """A request that is larger than can be answered: 413."""


class NotThereError(ConfigError):
    """A request for what is not here, or no longer: 404."""


def problem(status: int, sentence: str) -> JSONResponse:
    """An answer of 4xx or 5xx with a sentence that helps."""
    # What came may hold half a character, which no answer can.
    sent = sentence.encode("utf-8", errors="replace").decode("utf-8")
    return JSONResponse({"error": sent}, status_code=status)


def status_of(error: GlassformerError) -> int:
    """The status that an error has for the page."""
    if isinstance(error, TooMuchError | OutOfTimeError):
        return 413
    return 404 if isinstance(error, NotThereError) else 422
