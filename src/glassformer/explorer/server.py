"""The server behind the page: a router for each group of requests, and the built page. It answers
to this machine alone, opens nothing but the runs that it was started with, and takes no path from
a request."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from glassformer.errors import GlassformerError
from glassformer.explorer import (
    demo,
    learning,
    lenses,
    nudge,
    page,
    space,
    tracing,
    vocabulary,
    words,
    writing,
)
from glassformer.explorer import models as models_
from glassformer.explorer.answers import problem, status_of
from glassformer.explorer.guard import Guard
from glassformer.explorer.models import Models

HOSTS = ["127.0.0.1", "localhost", "[::1]"]
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
)


def create_app(models: Models) -> FastAPI:
    """The application that serves these models."""
    app = FastAPI(title="Glassformer", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.add_middleware(Guard)

    @app.exception_handler(GlassformerError)
    async def refused(request: Request, error: GlassformerError) -> Response:
        return problem(status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def misunderstood(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return problem(422, f"{place or 'the request'}: {first['msg'].lower()}")

    for routes in ROUTES:
        app.include_router(routes(models))
    app.include_router(page.routes())  # last: it answers all that is left
    return app
