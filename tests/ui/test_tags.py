"""Template tags: times, states, money, copyable ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from duitpos.domain.orders.money_state import MoneyState
from duitpos.models.order import OrderStatus
from duitpos.models.payment import PaymentStatus
from duitpos.models.refund import RefundStatus
from duitpos.ui.icons import ICONS
from duitpos.ui.tags import ago, chip, marks, percent, state
from duitpos.ui.when import ago as ago_words
from duitpos.ui.when import day, exactly
from duitpos.ui.words import KINDS, Meaning

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 22:30 in Kuala Lumpur


@pytest.mark.parametrize(
    "past, words",
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=22), "22 h ago"),
        (timedelta(hours=23), "yesterday, 11:30\u202fpm"),
        (timedelta(days=3), "20 Nov 2026, 10:30\u202fpm"),
    ],
)
def test_how_long_ago(past: timedelta, words: str) -> None:
    assert ago_words(NOW - past, NOW, "Asia/Kuala_Lumpur") == words


def test_two_hours_before_half_past_midnight_is_not_yesterday() -> None:
    half_past_midnight = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert (
        ago_words(half_past_midnight - timedelta(hours=2), half_past_midnight, "Asia/Kuala_Lumpur")
        == "2 h ago"
    )


def test_the_exact_time_is_there_too_in_the_locations_time_zone() -> None:
    html = ago(NOW, "Asia/Kuala_Lumpur")
    assert 'datetime="2026-11-23T14:30:00+00:00"' in html
    assert 'title="23 Nov 2026, 10:30\u202fpm"' in html
    assert ago(None) == ""


@pytest.mark.parametrize(
    "language, locale, words",
    [
        ("en", "en_MY", "23 Nov 2026, 10:30\u202fpm"),
        ("ms", "en_MY", "23 Nov 2026, 10:30\u202fPTG"),
        ("zh-hans", "en_MY", "2026年11月23日 下午10:30"),
        ("en", "ms_MY", "23 Nov 2026, 10:30\u202fpm"),
        ("ms", "ms_MY", "23 Nov 2026, 10:30\u202fPTG"),
        ("en", "de_DE", "23 Nov 2026, 22:30"),
        ("ms", "xx_QQ", "23 Nov 2026, 10:30\u202fPTG"),
    ],
)
def test_a_time_has_the_locations_format_in_the_pages_language(
    language: str, locale: str, words: str
) -> None:
    with translation.override(language):
        assert exactly(NOW, "Asia/Kuala_Lumpur", locale) == words
        assert words.startswith(day(NOW.date(), locale))


def test_allergens_are_listed_as_the_language_does() -> None:
    assert marks(["peanuts", "egg", "sambal_belacan"]) == "peanuts, egg, sambal belacan"
    with translation.override("zh-hans"):
        assert marks(["peanuts", "egg"]) == "花生、蛋"
    assert marks([]) == ""


@pytest.mark.parametrize(
    "kind, values",
    [
        ("order", OrderStatus.values),
        ("money", [one.value for one in MoneyState]),
        ("payment", PaymentStatus.values),
        ("refund", RefundStatus.values),
    ],
)
def test_every_stored_state_has_a_chip(kind: str, values: list[str]) -> None:
    assert set(KINDS[kind]) == set(values)
    for value in values:
        assert '<svg class="icon"' in state(kind, value)


def test_every_meaning_has_an_icon() -> None:
    assert {one.value for one in Meaning} <= set(ICONS)


def test_a_chip_escapes_its_word() -> None:
    assert "&lt;b&gt;" in chip("ok", "<b>")


@pytest.mark.parametrize("rate, words", [(600, "6\u202f%"), (1050, "10.5\u202f%"), (25, "0.25\u202f%")])
def test_a_rate_in_percent(rate: int, words: str) -> None:
    assert percent(rate) == words


def test_a_copyable_text_is_escaped() -> None:
    html = Template('{% load ui %}{% copyable text "order id" %}').render(Context({"text": '"><script>'}))
    assert "<script>" not in html
    assert "Copy order id" in html
