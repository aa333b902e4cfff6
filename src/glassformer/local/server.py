"""An application and a server that answer to this machine alone, unless others are let in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Lifespan

from glassformer.errors import ConfigError, GlassformerError
from glassformer.local.answers import problem, status_of
from glassformer.local.guard import Guard
from glassformer.local.network import HOST

HOSTS = [HOST, "localhost", "[::1]"]


def local_app(
    largest: int,
    headers: Mapping[str, str] | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
    others: Sequence[str] = (),
) -> FastAPI:
    """An application without routes that refuses other hosts, and what is too large.

    Args:
        largest: bytes that a request may have.
        headers: what every answer carries.
        others: addresses of this machine that it may be asked by as well.
    """
    app = FastAPI(
        title="Glassformer", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, *others])
    app.add_middleware(Guard, largest=largest, headers=headers or {})

    @app.exception_handler(GlassformerError)
    async def refused(request: Request, error: GlassformerError) -> Response:
        return problem(status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def misunderstood(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return problem(422, f"{place or 'the request'}: {first['msg'].lower()}")

    @app.exception_handler(HTTPException)
    async def not_so(request: Request, error: HTTPException) -> Response:
        what = f"{request.method} {request.url.path}: {error.detail.lower()}"
        return problem(error.status_code, what, error.headers)

    @app.exception_handler(Exception)  # it is raised again, for the server to print
    async def failed(request: Request, error: Exception) -> Response:
        return problem(500, "that was a mistake of ours: the server's own output says more")

    return app


def prepare(app: FastAPI, port: int | None, grace: int = 1) -> tuple[uvicorn.Server, str]:
    """A server that is ready to run, and its address.

    Args:
        port: where; a free one if None.
        grace: seconds that requests have to be finished in when it is stopped.

    Raises:
        ConfigError: the port is taken.
    """
    port = port or free_port()
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} cannot be used ({error.strerror}): give another"
            ) from None
    config = uvicorn.Config(
        app, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=grace
    )
    return uvicorn.Server(config), f"http://{HOST}:{port}"


class SharedServer(uvicorn.Server):
    """A server at sockets that listen already; ``before_end`` has endless answers end."""

    def __init__(self, app: FastAPI, sockets: list[socket.socket], before_end: Callable[[], None]):
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=1, proxy_headers=False
        )
        super().__init__(config)
        self.at, self.before_end = sockets, before_end

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is stopped."""
        super().run(sockets or self.at)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way, and end."""
        self.before_end()
        await super().shutdown(sockets)


def free_port() -> int:
    """A port that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number
