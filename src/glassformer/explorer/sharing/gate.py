"""The door of a shared page. Who comes by the loopback is the presenter, and everything is as
without sharing. Who comes by the local network is a follower: needs the announced address with its
key, may look and ask questions of the model, within limits, and changes nothing."""

from __future__ import annotations

import json

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glassformer.explorer.answers import TooMuchError, problem
from glassformer.explorer.sharing.share import Share
from glassformer.explorer.sharing.turns import Turns
from glassformer.local import HOST
from glassformer.local.guard import whole_body

LARGEST = 20_000  # bytes of a follower's request
LONGEST = 2_000  # characters of its address
MOST_CHARACTERS = 400  # of a follower's text
# What followers may ask for, by the word after api/; all else under api/ is the presenter's.
LOOKS = frozenset(
    "models words swaps sentence vocabulary tokens positions lowrank space neighbours directions "
    "learning values code checks push recording demo share tours".split()
)
QUESTIONS = frozenset({"trace", "trials", "write", "score", "nudge"})
ENDLESS = "api/share/events"


class Gate:
    """Tells presenter and followers apart, and holds followers to what they may do."""

    def __init__(self, app: ASGIApp, share: Share):
        self.app, self.share, self.turns = app, share, Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or by_loopback(scope):
            await self.app(scope, receive, send)
            return
        refusal = self.refused(scope)
        if refusal is not None:
            refusal.headers.update(
                {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
            )
            await refusal(scope, receive, send)
            return
        path = inner_path(scope)
        inside = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode(), "follower": True}
        if not path.startswith("api/") or path == ENDLESS:
            await self.app(inside, receive, send)
            return
        await self.in_turn(inside, receive, send)

    def refused(self, scope: Scope) -> Response | None:
        """Why a follower's request is not answered; None if it is."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self.share.hosts:
            return PlainTextResponse("This address was not announced.", 400)
        key, slash, path = scope["path"].removeprefix("/").partition("/")
        if not self.share.fits(key):
            return PlainTextResponse(
                "This page is shared with those who have its whole address, with the key in it: "
                "scan the code on the presenter's page, or type all of the address.", 403,
            )  # fmt: skip
        if not slash:
            return RedirectResponse(f"/{self.share.key}/")
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST * 4:
            return problem(414, "this address is too long")
        verb, _, name = path.partition("api/")
        word = name.partition("/")[0]
        looks = scope["method"] in ("GET", "HEAD") and (verb or not name or word in LOOKS)
        asks = scope["method"] == "POST" and not verb and word in QUESTIONS and word == name
        if looks or asks:
            return None
        return problem(403, "on a shared page only the presenter does this: yours looks and asks")

    async def in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a follower's question answered when it is its turn."""
        length = Headers(scope=scope).get("content-length", "0")
        body = await whole_body(length, LARGEST, receive)
        if body is None or too_long(body):
            refusal = problem(413, f"on a shared page a text may have {MOST_CHARACTERS} characters")
            await refusal(scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return waiting.pop() if waiting else await receive()

        try:
            async with self.turns.turn(scope["client"][0] if scope["client"] else ""):
                await self.app(scope, receive_again, send)
        except TooMuchError as error:
            await problem(503, str(error), {"Retry-After": "2"})(scope, receive, send)


def by_loopback(scope: Scope) -> bool:
    """Whether a request was sent and received on this machine's own loop."""
    client, server = scope.get("client"), scope.get("server")
    return bool(client and server and client[0] == HOST and server[0] == HOST)


def inner_path(scope: Scope) -> str:
    """What is asked for, without the key before it."""
    path: str = scope["path"].removeprefix("/").partition("/")[2]
    return path


def too_long(body: bytes) -> bool:
    """Whether a question holds a longer text than followers may ask about."""
    if not body:
        return False
    try:
        asked = json.loads(body)
    except ValueError:
        return False  # who reads it will say so
    return any(len(text) > MOST_CHARACTERS for text in texts(asked))


def texts(asked: object) -> list[str]:
    """All that is to be read in a question, in its changes too."""
    if isinstance(asked, dict):
        own = [asked[name] for name in ("text", "target") if isinstance(asked.get(name), str)]
        return own + [text for value in asked.values() for text in texts(value)]
    if isinstance(asked, list):
        return [text for value in asked for text in texts(value)]
    return []
