"""What an adapter claims must fit together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.processors.capabilities import Capabilities, StartRepeat, WebhookAddress

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("repeat", StartRepeat)
@pytest.mark.parametrize("told", [None, timedelta(hours=24)])
def test_only_a_start_that_returns_the_first_page_says_for_how_long(
    repeat: StartRepeat, told: timedelta | None
) -> None:
    if (repeat == StartRepeat.SAME) == (told is not None):
        assert Capabilities(WebhookAddress.NONE, repeat, told).start_repeat_for == told
        return
    with pytest.raises(ValueError, match="start_repeat_for"):
        Capabilities(WebhookAddress.NONE, repeat, told)
