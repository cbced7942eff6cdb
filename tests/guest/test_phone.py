"""The cookie that tells guests' phones from outsiders, without script and also if the menu page is cached."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from duitpos.guest.cookies import _signer
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.guest.phone import Phone, line
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")


def order_of(shop: Shop, phone: Phone) -> Order:
    phone.press(phone.review(line(shop.item, 2)))
    return shop.orders()[-1]


def load_menu(phone: Phone) -> None:
    """Load the menu and its stylesheet, as a browser does."""
    assert 'href="../phone.css"' in phone.scan().content.decode()
    answer = phone.open(f"{phone.code_url}phone.css")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/css")
    assert answer["Cache-Control"] == "private, no-store"


def test_a_phone_that_loaded_the_menu_is_known(shop: Shop, phone: Phone) -> None:
    load_menu(phone)
    cookie = phone.client.cookies["phone"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", f"/{phone.tenant.slug}/")
    with time_machine.travel(now() + timedelta(seconds=20), tick=True):
        assert not order_of(shop, phone).is_unknown_phone


def test_a_phone_without_cookies_is_unknown_and_may_still_order(shop: Shop, phone: Phone) -> None:
    assert order_of(shop, phone).is_unknown_phone


@pytest.mark.parametrize(
    "value", ["", "invented", "1795456863", "1795456863:abc", "1795456863.A:abc", "x" * 5000, "1:2:3"]
)
def test_a_cookie_that_we_did_not_sign_is_of_an_unknown_phone(shop: Shop, phone: Phone, value: str) -> None:
    phone.client.cookies["phone"] = value
    assert order_of(shop, phone).is_unknown_phone


def test_another_restaurants_cookie_proves_nothing_here(shop: Shop, phone: Phone) -> None:
    phone.client.cookies["phone"] = _signer("teh").sign(f"{int(now().timestamp()) - 60}.{'A' * 22}")
    assert order_of(shop, phone).is_unknown_phone


def test_a_cookie_that_is_too_new_or_too_old_proves_nothing(shop: Shop, phone: Phone) -> None:
    load_menu(phone)
    assert order_of(shop, phone).is_unknown_phone
    with time_machine.travel(now() + timedelta(hours=13), tick=True):
        phone.client.cookies.pop("guest")
        assert order_of(shop, phone).is_unknown_phone


def test_a_good_cookie_is_not_replaced_by_a_younger_one(shop: Shop, phone: Phone) -> None:
    load_menu(phone)
    before = phone.client.cookies["phone"].value
    with time_machine.travel(now() + timedelta(minutes=5), tick=True):
        load_menu(phone)
        assert phone.client.cookies["phone"].value == before


def test_the_cookie_contains_the_token_that_this_phone_orders_with(shop: Shop, phone: Phone) -> None:
    load_menu(phone)
    with time_machine.travel(now() + timedelta(seconds=20), tick=True):
        order = order_of(shop, phone)
    assert order.guest_token == phone.client.cookies["guest"].value
    assert f".{order.guest_token}:" in phone.client.cookies["phone"].value


def test_one_phones_cookie_makes_no_second_phone_known(shop: Shop, phone: Phone) -> None:
    """Otherwise one load of the menu would make any number of phones known."""
    load_menu(phone)
    phone.client.cookies["guest"] = "B" * 22
    with time_machine.travel(now() + timedelta(seconds=20), tick=True):
        assert order_of(shop, phone).is_unknown_phone
        load_menu(phone)
    assert f".{'B' * 22}:" in phone.client.cookies["phone"].value, "its next load_menu is its own"
