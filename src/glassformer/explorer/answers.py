"""What all routes share: how an answer says that something is wrong, and the types of answers."""

from __future__ import annotations

from glassformer.local import NotThereError, TooMuchError, problem

__all__ = ["BINARY", "NotThereError", "TooMuchError", "problem"]

BINARY = "application/vnd.safetensors"
