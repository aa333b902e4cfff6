"""What several ask for at the same time is made once: the first makes it, the others wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes things by what was asked for; safe to use from many threads. Keeps nothing: what is
    made is known to whoever waited for it."""

    def __init__(self) -> None:
        self.making: dict[Hashable, Future[T]] = {}
        self.lock = threading.Lock()

    def get(self, asked: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` makes, or what another is making of the same; its error is everybody's."""
        with self.lock:
            other = self.making.get(asked)
            mine: Future[T] = self.making.setdefault(asked, Future())
        if other is not None:
            return other.result()
        try:
            mine.set_result(make())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self.lock:
                del self.making[asked]
        return mine.result()
