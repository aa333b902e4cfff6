"""Requests that come at about the same time are translated together, by one thread."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from glassformer.errors import GlassformerError
from glassformer.local import TooMuchError

TOGETHER = 0.020  # seconds that a request waits for others, at most
QUIET = 0.002  # seconds without another after which it does not wait for more
ROOM = 256  # lines of several requests that are translated at one time


class BusyError(GlassformerError):
    """More lines are waiting than the server takes: 429; ``seconds`` until it is worth a try."""

    status = 429

    def __init__(self, waiting: int, seconds: int):
        super().__init__(f"{waiting:,} lines are waiting already: try again in {seconds} s")
        self.seconds = seconds


class StoppingError(GlassformerError):
    """The server finishes what it has and takes no more: 503."""

    status = 503


@dataclass(frozen=True)
class Options:
    """How a request wants its lines translated; the recipe's where None."""

    beam: int | None = None
    alpha: float | None = None


@dataclass(frozen=True)
class Asked:
    """The lines of a request, and where their translations will be."""

    lines: Sequence[str]
    options: Options
    answer: Future[list[str]] = field(default_factory=Future)
    came: float = field(default_factory=time.monotonic)


class Batcher:
    """A queue of requests, and the thread that translates them in the order of their coming.

    Requests with the same options go together. If that fails, each is tried by itself, so that
    only the one at fault learns of it. The translator sorts lines by length into batches by tokens.
    """

    def __init__(self, translate: Callable[[list[str], Options], list[str]], most_waiting: int):
        """``most_waiting``: lines, without those that are being translated."""
        self.translate, self.most_waiting = translate, most_waiting
        self.queue: deque[Asked] = deque()
        self.changed = threading.Condition()
        self.closed = False
        self.translating = 0  # lines
        self.lines_a_second = 0.0
        self.thread = threading.Thread(target=self.run, name="translator", daemon=True)

    @property
    def waiting(self) -> int:
        """Lines in the queue."""
        return sum(len(asked.lines) for asked in self.queue)

    def submit(self, lines: Sequence[str], options: Options) -> Future[list[str]]:
        """Queue a request; its translations, as many, come in the future.

        Raises:
            TooMuchError: it has more lines than ever wait.
            BusyError: there is no room for it now.
            StoppingError: ``close`` was called.
        """
        if len(lines) > self.most_waiting:
            raise TooMuchError(f"{len(lines):,} lines came; a request may have {self.most_waiting}")
        asked = Asked(lines, options)
        with self.changed:
            if self.closed:
                raise StoppingError("the server is stopping: ask again when it is back")
            waiting = self.waiting
            if waiting + len(lines) > self.most_waiting:
                raise BusyError(waiting, self.seconds_for(waiting))
            self.queue.append(asked)
            self.changed.notify()
        return asked.answer

    def seconds_for(self, lines: int) -> int:
        """How long so many lines will take, at least a second."""
        return max(1, math.ceil(lines / self.lines_a_second)) if self.lines_a_second else 1

    def close(self) -> None:
        """Take no more, and return when all that was taken is answered."""
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.thread.join()

    def run(self) -> None:
        """Translate until closed and empty."""
        while together := self.take():
            started = time.monotonic()
            self.answer(together)
            rate = self.translating / max(time.monotonic() - started, 1e-6)
            self.translating = 0
            self.lines_a_second += (rate - self.lines_a_second) * (
                0.2 if self.lines_a_second else 1
            )

    def take(self) -> list[Asked]:
        """Wait for requests and take those that go together; none once closed and empty."""
        with self.changed:
            self.changed.wait_for(lambda: self.queue or self.closed)
            if not self.queue:
                return []
            until = self.queue[0].came + TOGETHER
            while not self.closed and self.waiting < ROOM:
                left = until - time.monotonic()
                if left <= 0 or not self.changed.wait(min(left, QUIET)):
                    break
            together = [self.queue.popleft()]
            self.translating = len(together[0].lines)
            while self.queue and self.fits(self.queue[0], together[0]):
                together.append(self.queue.popleft())
                self.translating += len(together[-1].lines)
            return together

    def fits(self, asked: Asked, first: Asked) -> bool:
        """Whether a request can go with the first and those that are taken already."""
        return asked.options == first.options and self.translating + len(asked.lines) <= ROOM

    def answer(self, together: list[Asked]) -> None:
        """Translate the lines of these requests and hand each its own."""
        try:
            lines = [line for asked in together for line in asked.lines]
            found = iter(self.translate(lines, together[0].options))
            answers = [[next(found) for _ in asked.lines] for asked in together]
        except Exception as error:
            if len(together) == 1:
                together[0].answer.set_exception(error)
                return
            for asked in together:
                self.answer([asked])
            return
        for asked, answer in zip(together, answers, strict=True):
            asked.answer.set_result(answer)
