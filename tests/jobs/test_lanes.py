"""Lanes: what is slow holds up its own lane only, and the end finishes what has begun."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from duitpos.jobs.lanes import Lanes
from tests.support.signals import HANG


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Work waits for it; it opens at the end of the test at the latest."""
    gate = threading.Event()
    yield gate
    gate.set()


def waits(begun: threading.Event, gate: threading.Event) -> None:
    begun.set()
    assert gate.wait(HANG)


def test_a_full_lane_holds_up_no_other(gate: threading.Event) -> None:
    begun, behind, other = threading.Event(), threading.Event(), threading.Event()
    with Lanes(1) as lanes:
        lanes.start("slow", 1, lambda: waits(begun, gate))
        lanes.start("slow", 2, behind.set)
        lanes.start("quick", 3, other.set)
        assert begun.wait(HANG)
        assert other.wait(HANG)
        assert not behind.is_set()
        gate.set()
        assert behind.wait(HANG)


def test_one_key_has_one_thread(gate: threading.Event) -> None:
    begun, again, later = threading.Event(), threading.Event(), threading.Event()
    with Lanes(2) as lanes:
        lanes.start("lane", "kopi", lambda: waits(begun, gate))
        assert begun.wait(HANG)
        lanes.start("lane", "kopi", again.set)
        lanes.start("lane", "teh", later.set)
        assert later.wait(HANG), "the other thread is free"
        gate.set()
    assert not again.is_set()


def test_a_key_comes_again_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("out of order")

    for work in (fail, lambda: None):
        with Lanes(1) as lanes:
            lanes.start("lane", "kopi", work)
            before_the_end = lanes.longest()
        assert before_the_end >= 0
        assert lanes.longest() == 0
    assert "out of order" in caplog.text


def test_the_end_finishes_what_has_begun_and_leaves_the_rest(gate: threading.Event) -> None:
    begun, done, left = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        waits(begun, gate)
        done.set()

    with Lanes(1) as lanes:
        lanes.start("lane", 1, work)
        lanes.start("lane", 2, left.set)
        assert begun.wait(HANG)
        threading.Timer(0.05, gate.set).start()
    assert done.is_set()
    assert not left.is_set()


def test_it_says_how_long_the_oldest_has_waited(gate: threading.Event) -> None:
    begun = threading.Event()
    with Lanes(1) as lanes:
        assert lanes.longest() == 0
        lanes.start("lane", 1, lambda: waits(begun, gate))
        assert begun.wait(HANG)
        first = lanes.longest()
        lanes.start("lane", 2, lambda: None)
        assert lanes.longest() >= first > 0
        gate.set()
