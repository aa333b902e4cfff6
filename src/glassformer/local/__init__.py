"""What servers have in common that answer to this machine, and to others when they are asked to."""

from glassformer.local.answers import NotThereError, TooMuchError, problem, status_of
from glassformer.local.network import HOST, listening, local_addresses
from glassformer.local.server import SharedServer, free_port, local_app, prepare

__all__ = [
    "HOST",
    "NotThereError",
    "SharedServer",
    "TooMuchError",
    "free_port",
    "listening",
    "local_addresses",
    "local_app",
    "prepare",
    "problem",
    "status_of",
]
