"""The server behind the page: a router for each group of requests, and the built page. It answers
to this machine alone, unless its page is shared; opens nothing but the runs that it was started
with, and takes no path from a request."""

from __future__ import annotations

from fastapi import FastAPI

from glassformer.explorer import (
    demo,
    learning,
    lenses,
    nudge,
    page,
    sharing,
    space,
    touring,
    tracing,
    vocabulary,
    words,
    writing,
)
from glassformer.explorer import models as models_
from glassformer.explorer.models import Models
from glassformer.local import local_app

LARGEST = 100_000  # bytes of a request
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
ROUTES = (
    models_.routes,
    tracing.routes,
    vocabulary.routes,
    words.routes,
    writing.routes,
    lenses.routes,
    space.routes,
    learning.routes,
    demo.routes,
    nudge.routes,
    sharing.routes,
    touring.routes,
)


def create_app(models: Models) -> FastAPI:
    """The application that serves these models."""
    share = models.share
    others = [host.partition(":")[0] for host in share.hosts] if share else []
    app = local_app(LARGEST, {"Content-Security-Policy": POLICY}, others=others)
    if share:
        app.add_middleware(sharing.Gate, share=share)
    for routes in ROUTES:
        app.include_router(routes(models))
    app.include_router(page.routes())  # last: it answers all that is left
    return app
