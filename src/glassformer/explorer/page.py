"""The built page as the server hands it out: read once, compressed once, kept in memory."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from glassformer.explorer.answers import problem

BUILT = Path(str(resources.files("glassformer") / "web"))
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
PACKED = {".woff2"}  # compressed already
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    """A file of the page; ``packed`` is its content in gzip, None where that gains nothing."""

    content: bytes
    packed: bytes | None
    kind: str

    @classmethod
    def read(cls, path: Path) -> File:
        """A file from the disk."""
        content = path.read_bytes()
        packed = None if path.suffix in PACKED else gzip.compress(content, mtime=0)
        return cls(content, packed, KINDS.get(path.suffix, "application/octet-stream"))


def routes(built: Path = BUILT) -> APIRouter:
    """The addresses of the page; to be included last, for it answers all that is left.

    What is under handout/ is for pages that are one file, and not among them. What is under assets/
    has the hash of its content in its name, and may be kept for ever. A request names a file among
    those that are there; it is never joined to a path.
    """
    files = {
        path.relative_to(built).as_posix(): File.read(path)
        for path in sorted(built.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.parent.name != "handout"
    }
    router = APIRouter()

    @router.get("/{name:path}")
    def page(name: str, request: Request) -> Response:
        if not files and not name.startswith("api/"):
            return problem(503, "the page is missing: install the package anew, or `make setup`")
        file = files.get(name or "index.html")
        if file is None:
            return problem(404, f"there is nothing at /{name}")
        headers = {"Cache-Control": FOREVER if name.startswith("assets/") else "no-cache"}
        if file.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(file.content, media_type=file.kind, headers=headers)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(file.packed, media_type=file.kind, headers=headers)

    return router
