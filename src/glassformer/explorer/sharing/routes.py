"""What a shared page asks about the sharing: who I am, where the presenter is, and, of the
presenter alone, leading and drawing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints

from glassformer.errors import ConfigError
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.models import Models
from glassformer.explorer.requests import Strict
from glassformer.explorer.sharing.drawn import DrawRequest
from glassformer.explorer.sharing.share import Share, is_follower

Name = Annotated[str, StringConstraints(max_length=40)]
Value = Annotated[str, StringConstraints(max_length=10_000)]


class LeadRequest(Strict):
    """Where the presenter is, as the page's address has it, and whether others are to follow."""

    place: dict[Name, Value] = Field(max_length=64)
    leading: bool = True


def routes(models: Models) -> APIRouter:
    """The sharing of these models' page; nothing where it is not shared."""
    router = APIRouter(prefix="/api/share")

    @router.get("")
    def who(request: Request) -> dict[str, Any] | None:
        share = models.share
        if share is None:
            return None
        if is_follower(request.scope):
            return {"role": "follower", **share.room.state()}
        about = {"addresses": share.addresses, "picture": share.picture()}
        return {"role": "presenter", **about, **share.room.state()}

    @router.get("/events")
    async def events(request: Request) -> StreamingResponse:
        share = shared(models)
        share.room.check_room()
        news: AsyncIterator[str] = share.room.news(is_follower(request.scope))
        return StreamingResponse(news, media_type="text/event-stream")

    @router.post("/lead")
    async def lead(asked: LeadRequest, request: Request) -> dict[str, Any]:
        share = shared(models)
        check_own_page(request)
        share.room.lead(asked.place, asked.leading)
        return share.room.state()

    @router.post("/draw")
    async def draw(asked: DrawRequest, request: Request) -> None:
        share = shared(models)
        check_own_page(request)
        share.room.draw(asked)

    return router


def shared(models: Models) -> Share:
    """The sharing.

    Raises:
        NotThereError: there is none.
    """
    if models.share is None:
        raise NotThereError("this page is not shared: start it with `glassformer explore --share`")
    return models.share


def check_own_page(request: Request) -> None:
    """Refuse what another page in the presenter's browser sends.

    Raises:
        ConfigError: it is another page's.
    """
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise ConfigError("only the presenter's own page leads")
