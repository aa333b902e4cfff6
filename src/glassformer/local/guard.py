"""What every request and every answer goes through, whichever route it is for."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glassformer.local.answers import problem


class Guard:
    """Refuses requests that are too large, with a length or without one, and has every answer say
    what browsers are to make of it."""

    def __init__(self, app: ASGIApp, largest: int, headers: Mapping[str, str]):
        """``largest``: bytes of a request; ``headers``: what every answer carries."""
        self.app, self.largest = app, largest
        self.headers = {"X-Content-Type-Options": "nosniff", **headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        body = await whole_body(length, self.largest, receive)
        if body is None:
            refusal = problem(413, f"a request may have {self.largest:,} bytes")
            await refusal(scope, receive, send_guarded)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, receive_again, send_guarded)


async def whole_body(length: str, largest: int, receive: Receive) -> bytes | None:
    """All of a request's body; None if it is too large, or says that it is."""
    if not length.isdigit() or int(length) > largest:
        return None
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > largest:
            return None
        if not message.get("more_body"):
            return body
