"""Days and times of day at which something is served."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from duitpos.domain.menus.serving import Serving

pytestmark = pytest.mark.pure

MONDAY, FRIDAY, SATURDAY = 1, 1 << 4, 1 << 5


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local time in a week of March 2026 that starts on Monday the 9th."""
    return datetime(2026, 3, 9 + day, hour, minute)  # noqa: DTZ001


@pytest.mark.parametrize(
    "serving, at, expected",
    [
        pytest.param(Serving(), _at(6, 23, 59), True, id="always"),
        pytest.param(Serving(0), _at(0, 12), False, id="on no day"),
        pytest.param(Serving(MONDAY), _at(0, 0), True, id="Monday"),
        pytest.param(Serving(MONDAY), _at(1, 0), False, id="not Tuesday"),
        pytest.param(Serving(starts=time(7), ends=time(11)), _at(2, 7), True, id="07:00 starts"),
        pytest.param(Serving(starts=time(7), ends=time(11)), _at(2, 6, 59), False, id="06:59"),
        pytest.param(Serving(starts=time(7), ends=time(11)), _at(2, 11), False, id="11:00 is over"),
        pytest.param(Serving(starts=time(18)), _at(2, 23, 59), True, id="until midnight"),
        pytest.param(Serving(starts=time(18)), _at(2, 0), False, id="not after midnight"),
        pytest.param(Serving(ends=time(11)), _at(2, 0), True, id="from midnight"),
        pytest.param(Serving(ends=time(11)), _at(2, 11), False, id="from midnight, over"),
        pytest.param(Serving(FRIDAY, time(22), time(2)), _at(4, 23), True, id="Friday night"),
        pytest.param(Serving(FRIDAY, time(22), time(2)), _at(5, 1, 59), True, id="Friday night, on Saturday"),
        pytest.param(Serving(FRIDAY, time(22), time(2)), _at(5, 2), False, id="Friday night is over"),
        pytest.param(Serving(FRIDAY, time(22), time(2)), _at(4, 1), False, id="of Thursday night"),
        pytest.param(Serving(FRIDAY, time(22), time(2)), _at(5, 23), False, id="Saturday night"),
        pytest.param(Serving(SATURDAY, time(9), time(9)), _at(5, 3), True, id="equal times are all day"),
    ],
)
def test_what_a_serving_covers(serving: Serving, at: datetime, expected: bool) -> None:
    assert serving.covers(at) is expected


def test_what_excludes_nothing() -> None:
    assert Serving().is_always
    assert Serving(starts=time(5), ends=time(5)).is_always
    assert not Serving(MONDAY).is_always
    assert not Serving(starts=time(5)).is_always
