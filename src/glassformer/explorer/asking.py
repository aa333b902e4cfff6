"""What the server would answer, without a server: the application called in this program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from glassformer.errors import ConfigError
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app


@contextmanager
def asking(models: Models) -> Iterator[Asking]:
    """The explorer's own answers about some models, in a thread of their own."""
    with start_blocking_portal() as portal:
        yield Asking(create_app(models), portal)


class Asking:
    """An application that is asked in this program."""

    def __init__(self, app: FastAPI, portal: BlockingPortal):
        self.app, self.portal = app, portal

    def ask(self, address: str, body: Mapping[str, Any] | None = None) -> bytes:
        """An answer.

        Raises:
            ConfigError: the program refuses; it says why.
        """
        status, content = self.portal.call(self.call, address, body)
        if status != 200:
            raise ConfigError(json.loads(content)["error"])
        return content

    def answer(
        self, address: str, body: Mapping[str, Any] | None = None, name: str = ""
    ) -> dict[str, Any]:
        """An answer in plain values under its address, or ``name``, with the question's body behind
        it; nothing where the program refuses."""
        name = (name or address) + ("" if body is None else f" {as_json(body)}")
        try:
            return {name: json.loads(self.ask(address, body), parse_float=shorter)}
        except ConfigError:
            return {}

    async def call(self, address: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        """Status and content of an answer."""
        path, _, query = address.partition("?")
        content = b"" if body is None else as_json(body).encode()
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": "GET" if body is None else "POST", "path": f"/{path}",
            "raw_path": f"/{path}".encode(), "root_path": "", "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"),
                        (b"content-length", str(len(content)).encode())],
            "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        receiving: Receive = receive
        sending: Send = send
        await self.app(scope, receiving, sending)
        return said[0]["status"], b"".join(one.get("body", b"") for one in said[1:])


def shorter(number: str) -> float:
    """A number with the seven digits that fp32 has: an answer holds thousands of them."""
    return float(f"{float(number):.7g}")


def as_json(value: Any) -> str:
    """As the page's JSON.stringify writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def escaped(text: str) -> str:
    """As the page's encodeURIComponent writes it."""
    return quote(text, safe="!~*'()")
