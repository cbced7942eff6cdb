"""A share of the threads waits for what is slow; the rest does not."""

from __future__ import annotations

import threading

import pytest

from duitpos.kit.slow_calls import Bulkhead, Full

pytestmark = pytest.mark.pure


def has_room(bulkhead: Bulkhead, partner: str) -> bool:
    """Whether a call from here would be let in."""
    try:
        with bulkhead.place(partner):
            return True
    except Full:
        return False


def test_it_lets_in_as_many_as_there_is_room_for() -> None:
    bulkhead = Bulkhead(most=3, most_of_one=2)
    with bulkhead.place("a"), bulkhead.place("a"):
        with pytest.raises(Full), bulkhead.place("a"):
            pass
        with bulkhead.place("b"):
            assert not has_room(bulkhead, "c"), "all of it is taken"
        assert has_room(bulkhead, "c")
    assert has_room(bulkhead, "a")


def test_what_is_reserved_is_one_place_for_the_calls_of_its_thread() -> None:
    bulkhead = Bulkhead(most=2, most_of_one=1)
    seen: list[bool] = []
    with bulkhead.reserve("a"):
        assert has_room(bulkhead, "a")
        assert has_room(bulkhead, "b"), "that is another's"
        other = threading.Thread(target=lambda: seen.append(has_room(bulkhead, "a")))
        other.start()
        other.join(60)
    assert seen == [False]
    with bulkhead.place("a"):
        assert not has_room(bulkhead, "a"), "nothing is reserved any more"


def test_a_place_is_given_back_whatever_happens() -> None:
    bulkhead = Bulkhead(1, 1)
    for _ in range(3):
        with pytest.raises(RuntimeError), bulkhead.place("a"):
            raise RuntimeError("the call failed")
    assert has_room(bulkhead, "a")


def test_many_threads_at_once_never_hold_more_than_the_bound() -> None:
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
