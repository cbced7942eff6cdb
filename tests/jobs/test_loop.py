"""The loop recovers from errors, and stops when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from duitpos.jobs import loop
from duitpos.jobs.loop import keep_doing


class Waits(threading.Event):
    """Records the pauses without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        return self.is_set()


def run(*words: object) -> None:
    """Run the loop in its own thread, as the worker does, since it closes its thread's connections."""
    thread = threading.Thread(target=keep_doing, args=words)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def after(times: int, stop: threading.Event, work: Callable[[int], None]) -> Callable[[], None]:
    """A function that calls `work` with 1, 2 … and stops the loop after `times` calls."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == times:
            stop.set()
        work(count)

    return step


def test_it_goes_on_until_it_is_stopped() -> None:
    stop = Waits()
    seen: list[int] = []
    run("work", after(3, stop, seen.append), 5, stop)
    assert seen == [1, 2, 3]
    assert stop.pauses == [5, 5, 5]


def test_errors_are_logged_and_the_pause_grows_then_shrinks(caplog: pytest.LogCaptureFixture) -> None:
    stop = Waits()

    def work(count: int) -> None:
        if count not in (4, 20):
            raise RuntimeError("the database is away")

    run("sweep", after(20, stop, work), 2, stop)
    assert stop.pauses[:5] == [4, 8, 16, 2, 4]
    assert max(pause or 0 for pause in stop.pauses) == loop.LONGEST_PAUSE
    assert stop.pauses[-1] == 2
    assert len([record for record in caplog.records if record.name == "duitpos.jobs.loop"]) == 18
    assert "the database is away" in caplog.text
    assert "sweep" in caplog.text


def test_a_stop_ends_a_pause() -> None:
    stop = threading.Event()
    began = threading.Event()
    thread = threading.Thread(target=keep_doing, args=("work", began.set, 3600, stop))
    thread.start()
    assert began.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
