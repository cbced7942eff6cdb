"""Only a share of the threads may wait for slow calls."""

from __future__ import annotations

import threading

import pytest

from duitpos.kit.slow_calls import Bulkhead, Full

pytestmark = pytest.mark.pure


def has_room(bulkhead: Bulkhead, partner: str) -> bool:
    """Whether a call from this thread would be allowed."""
    try:
        with bulkhead.place(partner):
            return True
    except Full:
        return False


def test_it_allows_calls_up_to_both_limits() -> None:
    bulkhead = Bulkhead(most=3, most_of_one=2)
    with bulkhead.place("a"), bulkhead.place("a"):
        with pytest.raises(Full), bulkhead.place("a"):
            pass
        with bulkhead.place("b"):
            assert not has_room(bulkhead, "c"), "all slots are taken"
        assert has_room(bulkhead, "c")
    assert has_room(bulkhead, "a")


def test_a_reservation_is_one_slot_for_all_calls_of_its_thread() -> None:
    bulkhead = Bulkhead(most=2, most_of_one=1)
    seen: list[bool] = []
    with bulkhead.reserve("a"):
        assert has_room(bulkhead, "a")
        assert has_room(bulkhead, "b"), "another partner has its own limit"
        other = threading.Thread(target=lambda: seen.append(has_room(bulkhead, "a")))
        other.start()
        other.join(60)
    assert seen == [False]
    with bulkhead.place("a"):
        assert not has_room(bulkhead, "a"), "nothing is reserved any more"


def test_a_slot_is_released_after_an_error() -> None:
    bulkhead = Bulkhead(1, 1)
    for _ in range(3):
        with pytest.raises(RuntimeError), bulkhead.place("a"):
            raise RuntimeError("the call failed")
    assert has_room(bulkhead, "a")


def test_concurrent_threads_never_exceed_the_limit() -> None:
    bulkhead = Bulkhead(5, 5)
    inside, most, lock = 0, 0, threading.Lock()
    gate, leave = threading.Barrier(40), threading.Event()
    refused = threading.Semaphore(0)

    def call() -> None:
        nonlocal inside, most
        gate.wait(60)
        try:
            with bulkhead.place("a"):
                with lock:
                    inside += 1
                    most = max(most, inside)
                leave.wait(60)
                with lock:
                    inside -= 1
        except Full:
            refused.release()

    threads = [threading.Thread(target=call) for _ in range(40)]
    for thread in threads:
        thread.start()
    for _ in range(35):
        assert refused.acquire(timeout=60)
    leave.set()
    for thread in threads:
        thread.join(60)
    assert most == 5
    assert has_room(bulkhead, "a")
