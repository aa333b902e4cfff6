"""What every request and every answer goes through, whichever route it is for."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glassformer.explorer.answers import problem

LARGEST = 100_000  # bytes of a request
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Refuses requests that are too large, with a length or without one, and tells the browser
    that the page loads nothing from elsewhere."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        body = await whole_body(Headers(scope=scope).get("content-length", "0"), receive)
        if body is None:
            refusal = problem(413, f"a request may have {LARGEST:,} bytes")
            await refusal(scope, receive, send_guarded)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, receive_again, send_guarded)


async def whole_body(length: str, receive: Receive) -> bytes | None:
    """All of a request's body; None if it is too large, or says that it is."""
    if not length.isdigit() or int(length) > LARGEST:
        return None
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return body
