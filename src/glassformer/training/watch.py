"""Who is told how a training goes, and who may stop it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol


class Watcher(Protocol):
    """Who is told how a training goes; ``cli`` draws it, a test counts it."""

    def on_update(self, row: Mapping[str, Any]) -> None:
        """An update's row of metrics."""

    def on_evaluation(self, row: Mapping[str, Any]) -> None:
        """An evaluation's row of metrics, with a sample translation."""

    def on_notice(self, text: str) -> None:
        """Something worth a line."""


class Silent:
    """A watcher that looks away."""

    def on_update(self, row: Mapping[str, Any]) -> None: ...
    def on_evaluation(self, row: Mapping[str, Any]) -> None: ...
    def on_notice(self, text: str) -> None: ...


@dataclass
class StopRequest:
    """Set by a signal; read between updates."""

    requested: bool = False


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """While inside, Ctrl-C and SIGTERM ask to stop after the update at hand; a second one stops."""
    stop = StopRequest()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    try:
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: whoever runs it stops it
        yield stop
        return
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
