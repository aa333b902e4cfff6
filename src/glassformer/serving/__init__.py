"""Translation as a service: a small server that batches what comes at the same time."""

from glassformer.serving.server import create_app, serve

__all__ = ["create_app", "serve"]
