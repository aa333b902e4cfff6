"""Whose turn it is: few questions of followers are answered at a time, so that the presenter's are
never late, and nobody keeps the others waiting by asking much."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from glassformer.explorer.answers import TooMuchError

AT_ONCE = 2  # that are worked on
IN_LINE = 4  # of one address that stand in the line of all; the others wait behind these
MOST_OF_ONE = 100  # of one address, in line and behind
MOST = 400  # of all


class Turns:
    """Lets in a few at a time, in the order in which they came."""

    def __init__(self) -> None:
        self.line = asyncio.Semaphore(AT_ONCE)
        self.behind: dict[str, asyncio.Semaphore] = {}
        self.waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for a turn of this address.

        Raises:
            TooMuchError: too many wait already.
        """
        if self.waiting[who] >= MOST_OF_ONE or self.waiting.total() >= MOST:
            raise TooMuchError("the presenter's machine has much to do: try again in a moment")
        self.waiting[who] += 1
        mine = self.behind.setdefault(who, asyncio.Semaphore(IN_LINE))
        try:
            async with mine, self.line:
                yield
        finally:
            self.waiting[who] -= 1
            if not self.waiting[who]:
                del self.waiting[who], self.behind[who]
