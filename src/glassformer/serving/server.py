"""The server: lines to /translate, and as many come back in their order; /health says how it is.

It answers to this machine alone; what is put before it, a proxy or a tunnel, decides who else may
ask.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from glassformer.loaded import Translator
from glassformer.local import local_app, prepare, problem
from glassformer.serving.batcher import Batcher, BusyError, Options

LARGEST = 1_000_000  # bytes of a request
MOST_CHARACTERS = 10_000  # of a line
MOST_BEAMS = 16
MOST_WAITING = 2000  # lines
GRACE = 60  # seconds that requests have to be finished in when it is stopped

Line = Annotated[str, StringConstraints(strict=True, max_length=MOST_CHARACTERS)]


class Request(BaseModel):
    """What is asked: lines, and how to decode where it is not as the recipe says."""

    model_config = ConfigDict(extra="forbid")

    lines: list[Line]
    beam: int | None = Field(None, ge=1, le=MOST_BEAMS, strict=True)
    alpha: float | None = Field(None, ge=-50, le=50)


def create_app(model: Translator, most_waiting: int = MOST_WAITING) -> FastAPI:
    """The application that translates with this model.

    Args:
        most_waiting: lines that may wait; more are refused with 429.
    """

    def translate(lines: list[str], options: Options) -> list[str]:
        return model.translate(lines, beam=options.beam, alpha=options.alpha)

    batcher = Batcher(translate, most_waiting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        batcher.thread.start()
        yield
        await asyncio.to_thread(batcher.close)

    app = local_app(LARGEST, lifespan=lifespan)

    @app.exception_handler(BusyError)
    async def busy(request: Any, error: BusyError) -> JSONResponse:
        return problem(error.status, str(error), {"Retry-After": str(error.seconds)})

    @app.post("/translate")
    async def answer(request: Request) -> dict[str, list[str]]:
        options = Options(request.beam, request.alpha)
        future = batcher.submit(request.lines, options)
        return {"translations": await asyncio.wrap_future(future)}

    @app.get("/health")
    async def health() -> dict[str, Any]:
        engine = "torch" if model.engine is None else "ctranslate2"
        return {
            "status": "ok",
            "model": model.name,
            "engine": engine,
            "waiting": batcher.waiting,
            "translating": batcher.translating,
        }

    return app


def serve(
    model: Translator,
    *,
    port: int | None = None,
    most_waiting: int = MOST_WAITING,
    notice: Callable[[str], None] = print,
) -> None:
    """Serve translations until a signal; then finish what was taken, refusing what is new.

    Args:
        port: where; a free one if None.
        most_waiting: lines that may wait; more are refused with 429.
        notice: told the address.

    Raises:
        ConfigError: the port is taken.
    """
    server, address = prepare(create_app(model, most_waiting), port, GRACE)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again when all is finished
    notice(f"{address}   (Ctrl-C ends)")
    server.run()
