"""What servers have in common that answer to this machine alone."""

from glassformer.local.answers import NotThereError, TooMuchError, problem, status_of
from glassformer.local.server import free_port, local_app, prepare

__all__ = [
    "NotThereError",
    "TooMuchError",
    "free_port",
    "local_app",
    "prepare",
    "problem",
    "status_of",
]
