"""Values in a process's memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from duitpos.kit.kept import Kept

pytestmark = pytest.mark.pure
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def test_a_value_is_kept_for_its_time() -> None:
    kept: Kept[str] = Kept(seconds=10, most=5)
    with time_machine.travel(START, tick=False):
        kept.set("a", "one")
        assert kept.get("a") == "one"
        assert kept.get("b") is None
    with time_machine.travel(START + timedelta(seconds=10), tick=False):
        assert kept.get("a") == "one"
    with time_machine.travel(START + timedelta(seconds=11), tick=False):
        assert kept.get("a") is None


def test_a_value_can_be_forgotten() -> None:
    kept: Kept[str] = Kept(seconds=10, most=5)
    kept.set("a", "one")
    kept.forget("a")
    kept.forget("b")
    assert kept.get("a") is None


def test_the_value_that_was_not_used_for_longest_is_dropped() -> None:
    kept: Kept[int] = Kept(seconds=10, most=3)
    for number in range(3):
        kept.set(str(number), number)
    kept.get("0")
    kept.set("3", 3)
    assert [kept.get(str(number)) for number in range(4)] == [0, None, 2, 3]
