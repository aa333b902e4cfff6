"""What goes together, what waits, who learns of a mistake."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from glassformer.local import TooMuchError
from glassformer.serving.batcher import (
    ROOM,
    TOGETHER,
    Batcher,
    BusyError,
    Options,
    StoppingError,
)

GREEDY, WIDE = Options(beam=1), Options(beam=5)


class Shouter:
    """Answers each line with its capitals, and remembers what came together."""

    def __init__(self) -> None:
        self.passes: list[list[str]] = []
        self.free = threading.Event()
        self.free.set()

    def __call__(self, lines: list[str], options: Options) -> list[str]:
        self.free.wait(10)
        self.passes.append(lines)
        if "bad" in lines:
            raise ValueError("bad")
        return [line.upper() * (options.beam or 0) for line in lines]


@contextmanager
def running(most_waiting: int = 1009) -> Iterator[tuple[Batcher, Shouter]]:
    shouter = Shouter()
    batcher = Batcher(shouter, most_waiting)
    batcher.thread.start()
    try:
        yield batcher, shouter
    finally:
        shouter.free.set()
        batcher.close()


@contextmanager
def busy(batcher: Batcher, shouter: Shouter) -> Iterator[None]:
    """Keep the thread at work inside."""
    shouter.free.clear()
    batcher.submit(["first"], GREEDY)
    while batcher.queue:
        time.sleep(0.001)
    yield
    shouter.free.set()


def test_what_waits_with_the_same_options_goes_together_in_order() -> None:
    with running() as (batcher, shouter):
        with busy(batcher, shouter):
            asked = [batcher.submit([f"a{i}", f"b{i}"], GREEDY) for i in range(5)]
            asked.append(batcher.submit(["c"], WIDE))
            asked.append(batcher.submit(["d"], GREEDY))
        assert [one.result(5) for one in asked][4:] == [["A4", "B4"], ["CCCCC"], ["D"]]
        assert [len(lines) for lines in shouter.passes] == [1, 10, 1, 1]


def test_no_more_go_together_than_there_is_room_for() -> None:
    with running() as (batcher, shouter):
        with busy(batcher, shouter):
            asked = [batcher.submit(["x"] * n, GREEDY) for n in (ROOM - 1, 2, ROOM + 3)]
        assert [len(one.result(5)) for one in asked] == [ROOM - 1, 2, ROOM + 3]
        assert [len(lines) for lines in shouter.passes] == [1, ROOM - 1, 2, ROOM + 3]


def test_requests_that_come_one_by_one_still_meet() -> None:
    with running() as (batcher, shouter):
        together = [batcher.submit([f"x{i}"], GREEDY) for i in range(7)]
        assert [one.result(5) for one in together] == [[f"X{i}"] for i in range(7)]
        assert len(shouter.passes) < 7


def test_a_request_does_not_wait_for_others_for_long() -> None:
    with running() as (batcher, _):
        started = time.monotonic()
        for _ in range(20):
            batcher.submit(["alone"], GREEDY).result(5)
        assert time.monotonic() - started < 20 * TOGETHER


def test_only_the_one_at_fault_learns_of_it() -> None:
    with running() as (batcher, shouter):
        with busy(batcher, shouter):
            asked = [batcher.submit([word], GREEDY) for word in ("good", "bad", "fine")]
        assert asked[0].result(5) == ["GOOD"]
        assert asked[2].result(5) == ["FINE"]
        with pytest.raises(ValueError, match="bad"):
            asked[1].result(5)


def test_the_queue_has_a_limit() -> None:
    with running(most_waiting=13) as (batcher, shouter):
        with pytest.raises(TooMuchError, match="14 lines came; a request may have 13"):
            batcher.submit(["x"] * 14, GREEDY)
        with busy(batcher, shouter):
            asked = [batcher.submit(["x"] * n, GREEDY) for n in (11, 2)]
            with pytest.raises(BusyError, match="13 lines are waiting already") as refused:
                batcher.submit(["x"], GREEDY)
            assert refused.value.seconds >= 1
        assert [len(one.result(5)) for one in asked] == [11, 2]
        assert batcher.submit(["x"], GREEDY).result(5) == ["X"]


def test_when_to_try_again_follows_from_the_speed() -> None:
    batcher = Batcher(Shouter(), 13)
    batcher.lines_a_second = 4.0
    assert [batcher.seconds_for(lines) for lines in (0, 4, 5, 29)] == [1, 1, 2, 8]


def test_closing_answers_what_was_taken_and_takes_no_more() -> None:
    with running() as (batcher, shouter):
        with busy(batcher, shouter):
            asked = [batcher.submit([f"x{i}"] * ROOM, GREEDY) for i in range(3)]
            closing = threading.Thread(target=batcher.close)
            closing.start()
            while not batcher.closed:
                time.sleep(0.001)
            with pytest.raises(StoppingError, match="stopping"):
                batcher.submit(["late"], GREEDY)
        closing.join(5)
        assert [one.result(0)[0] for one in asked] == ["X0", "X1", "X2"]
        assert not batcher.thread.is_alive()
