"""What staff mark sold out, or pause, is on an open phone's menu at its next request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from duitpos.domain.menus.eighty_six import Stocked, back, sold_out
from duitpos.domain.staff_actions.pause import pause
from duitpos.domain.staff_actions.service_style import set_service_style
from duitpos.guest.table_page import table_page_of
from duitpos.kit.clock import now
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, text_of

pytestmark = pytest.mark.urls("tests.guest.urls")

CHANGES: dict[str, Callable[[Cafe], object]] = {
    "a dish": lambda cafe: sold_out(
        cafe.restaurant.owner, cafe.restaurant.location, Stocked.ITEM, cafe.tea.id, "1h"
    ),
    "a choice": lambda cafe: sold_out(
        cafe.restaurant.owner, cafe.restaurant.location, Stocked.MODIFIER, cafe.choices["Hot"], "open"
    ),
    "a pause": lambda cafe: pause(
        cafe.restaurant.owner, cafe.restaurant.location, "15m", "Back soon", seen=None
    ),
    "the service": lambda cafe: set_service_style(
        cafe.restaurant.owner, cafe.restaurant.location, "collected"
    ),
}


def etag(phone: Phone) -> str:
    return str(phone.open(phone.menu_url)["ETag"])


def is_new(phone: Phone, known: str) -> bool:
    status = phone.open(phone.menu_url, headers={"if-none-match": known}).status_code
    assert status in (200, 304)
    return status == 200


@pytest.mark.parametrize("change", ["a dish", "a choice", "a pause"])
def test_the_next_request_gets_another_page(cafe: Cafe, change: str) -> None:
    phone = cafe.phone()
    known = etag(phone)
    assert not is_new(phone, known)
    CHANGES[change](cafe)
    assert is_new(phone, known)


@pytest.mark.parametrize("change", CHANGES)
def test_the_tables_version_is_another_one_at_once(cafe: Cafe, change: str) -> None:
    before = table_page_of("kopi", cafe.table.token).version
    CHANGES[change](cafe)
    assert table_page_of("kopi", cafe.table.token).version != before


def test_a_dish_comes_back_on_an_open_phone_within_a_second_of_its_end(cafe: Cafe) -> None:
    phone = cafe.phone()
    CHANGES["a dish"](cafe)
    known = etag(phone)
    assert "Sold out" in text_of(phone.open(phone.menu_url))
    with time_machine.travel(now() + timedelta(minutes=59)):
        assert not is_new(phone, known)
    with time_machine.travel(now() + timedelta(hours=1, seconds=1)):
        assert is_new(phone, known)


def test_brought_back_by_hand(cafe: Cafe) -> None:
    phone = cafe.phone()
    before = etag(phone)
    CHANGES["a dish"](cafe)
    assert is_new(phone, before)
    back(cafe.restaurant.owner, cafe.restaurant.location, Stocked.ITEM, cafe.tea.id)
    assert "Sold out" not in text_of(phone.open(phone.menu_url))
