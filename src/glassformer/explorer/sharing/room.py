"""Who looks at a shared page, and where the presenter is: what all are told as it changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from glassformer.explorer.answers import TooMuchError
from glassformer.explorer.sharing.drawn import NOTHING, Drawn, DrawRequest

MOST = 60  # people
STILL_HERE = 15.0  # seconds after which a silent stream says that it is alive


class Room:
    """Tells everybody in it the newest state; one that is slow misses what is past, never what is
    now. All of it runs in the server's own thread.

    ``place``: the presenter's address as names and values; ``number`` counts its changes;
    ``drawn``: what the presenter drew on a page; ``coming``: of a large drawing what is here yet.
    """

    def __init__(self) -> None:
        self.leading, self.number, self.open = True, 0, True
        self.place: dict[str, str] | None = None
        self.drawn = self.coming = NOTHING
        self.followers: set[asyncio.Event] = set()
        self.presenters: set[asyncio.Event] = set()

    def lead(self, place: dict[str, str], leading: bool) -> None:
        """The presenter went somewhere, or lets everybody look around."""
        self.place, self.leading = place, leading
        self.number += 1
        self.wake(self.followers | self.presenters)

    def draw(self, asked: DrawRequest) -> None:
        """The presenter drew, or took back what was drawn. It is shown when all of it has come; of
        one that is too large nothing is."""
        self.coming, before = NOTHING, self.coming if self.coming.strokes else self.drawn
        try:
            drawn = before.then(asked)
        except TooMuchError:
            self.show(NOTHING)
            raise
        if asked.more:
            self.coming = drawn
        else:
            self.show(drawn)

    def show(self, drawn: Drawn) -> None:
        """Followers see this drawing."""
        self.drawn = drawn
        self.wake(self.followers)

    def state(self) -> dict[str, Any]:
        """What is told."""
        return {
            "number": self.number,
            "leading": self.leading,
            "place": self.place if self.leading else None,
            "followers": len(self.followers),
        }

    def wake(self, some: set[asyncio.Event]) -> None:
        """Have these look at the state again."""
        for one in some:
            one.set()

    def close(self) -> None:
        """Nothing more is told: every stream ends."""
        self.open = False
        self.wake(self.followers | self.presenters)

    def check_room(self) -> None:
        """Refuse one more where there are too many.

        Raises:
            TooMuchError: there are.
        """
        if len(self.followers) + len(self.presenters) >= MOST:
            raise TooMuchError(f"{MOST} pages look at this one, and that is the most")

    async def news(self, follower: bool) -> AsyncIterator[str]:
        """The state now, and whenever it changes, as server-sent events; until nobody reads.
        To followers who are led, what is new of the drawing too, as events of its own."""
        mine, here = asyncio.Event(), self.followers if follower else self.presenters
        mine.set()
        here.add(mine)
        self.wake(self.presenters)
        said, seen = "", NOTHING
        try:
            while self.open:
                try:
                    await asyncio.wait_for(mine.wait(), STILL_HERE)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                mine.clear()
                if (state := json.dumps(self.state())) != said:
                    said = state
                    yield f"data: {state}\n\n"
                drawn = self.drawn if follower and self.leading else NOTHING
                if drawn is not seen:
                    keep, strokes = drawn.after(seen)
                    seen, spot = drawn, json.dumps(drawn.spot)
                    told = f'{{"spot": {spot}, "keep": {keep}, "strokes": [{", ".join(strokes)}]}}'
                    yield f"event: drawn\ndata: {told}\n\n"
        finally:
            here.discard(mine)
            self.wake(self.presenters)
