"""The server behind the page: models, traces, values, lines of code. It answers to this machine
alone, opens nothing but the runs that it was started with, and takes no path from a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from glassformer.errors import GlassformerError
from glassformer.explorer import words
from glassformer.explorer.changes import Change
from glassformer.explorer.traces import TooMuchError, Traces
from glassformer.loaded import LoadedModel

PAGE = Path(str(resources.files("glassformer") / "web"))
PACKAGE = Path(str(resources.files("glassformer")))
HOSTS = ["127.0.0.1", "localhost", "[::1]"]
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
LARGEST = 100_000  # bytes of a request
BINARY = "application/vnd.safetensors"


class ChangeRequest(BaseModel):
    """A ``Change``, as it arrives."""

    path: str = Field(max_length=200)
    where: list[int | None] = Field(default=[], max_length=4)
    scale: float | None = None
    value: float | None = None


class TraceRequest(BaseModel):
    """What to trace, and which values to send with the graph."""

    model: str = Field(max_length=200)
    text: str
    target: str | None = None
    changes: list[ChangeRequest] = Field(default=[], max_length=64)
    values: list[str] = Field(default=[], max_length=2000)


def create_app(models: Mapping[str, LoadedModel]) -> FastAPI:
    """The application that serves these models, by name."""
    app = FastAPI(title="Glassformer", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    traces = Traces(dict(models))

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            return problem(413, f"a request may have {LARGEST:,} bytes")
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.exception_handler(GlassformerError)
    async def refused(request: Request, error: GlassformerError) -> Response:
        return problem(413 if isinstance(error, TooMuchError) else 422, str(error))

    @app.get("/api/models")
    def list_models() -> list[dict[str, Any]]:
        return [describe(name, model) for name, model in models.items()]

    @app.post("/api/trace")
    def trace(asked: TraceRequest) -> Response:
        changes = tuple(
            Change(one.path, tuple(one.where), one.scale, one.value) for one in asked.changes
        )
        tape = traces.make(asked.model, asked.text, asked.target, changes)
        sent = [path for path in asked.values if path in tape]
        return Response(tape.to_bytes(sent), media_type=BINARY)

    @app.get("/api/values/{trace}")
    def values(trace: str, path: Annotated[list[str], Query(max_length=2000)]) -> Response:
        tape = traces.find(trace)
        if tape is None:
            return problem(404, "this trace is forgotten: change the text to make a new one")
        return Response(tape.values_only(path), media_type=BINARY)

    @app.get("/api/code/{trace}/{number}")
    def code(trace: str, number: int) -> Response:
        tape = traces.find(trace)
        if tape is None or not 0 <= number < len(tape):
            return problem(404, "this trace is forgotten: change the text to make a new one")
        entry = tape.entries[number]
        return JSONResponse(lines_around(entry.file, entry.line))

    @app.get("/api/words")
    def vocabulary() -> dict[str, Any]:
        return {
            "known": words.known(),
            "kinds": words.kinds(),
            "glosses": words.glosses(),
            "antecedents": words.antecedents(),
        }

    @app.get("/api/sentence")
    def sentence() -> dict[str, str]:
        return {"text": words.draw_sentence()}

    @app.get("/{name:path}")
    def page(name: str) -> Response:
        # Looked up among the files that are there, never joined to a path.
        files = {
            file.relative_to(PAGE).as_posix(): file for file in PAGE.rglob("*") if file.is_file()
        }
        if not files:
            return problem(
                503, "the page was not built: install the package anew, with npm at hand"
            )
        if name in files:
            return FileResponse(files[name])
        if name.startswith(("api/", "assets/")):
            return problem(404, f"there is nothing at /{name}")
        return FileResponse(files["index.html"])

    return app


def problem(status: int, sentence: str) -> JSONResponse:
    """An answer of 4xx or 5xx with a sentence that helps."""
    return JSONResponse({"error": sentence}, status_code=status)


def describe(name: str, model: LoadedModel) -> dict[str, Any]:
    """What the page must know of a model before any trace."""
    built_in = model.recipe.data.source == "petit"
    return {
        "name": name,
        "title": model.recipe.name.removesuffix("-demo"),
        "parameters": sum(p.numel() for p in model.model.parameters()),
        "families": {path: p.numel() for path, p in model.model.named_parameters()},
        "config": json.loads(json.dumps(vars(model.config), default=str)),
        "built_in": built_in,
        "opening": words.OPENING if built_in else "",
        "finished": model.run.finished,
    }


def lines_around(file: str, line: int) -> dict[str, Any]:
    """A line of this package's own code with those around it; of other code only the place."""
    found: list[str] = []
    own = PACKAGE.parent / file
    if file.startswith("glassformer/") and ".." not in file and own.is_file():
        found = own.read_text(encoding="utf-8").split("\n")
    first = max(line - 4, 1)
    return {"file": file, "line": line, "first": first, "lines": found[first - 1 : line + 3]}
