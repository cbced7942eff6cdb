"""What the menu, which is the same for every phone, gets of one phone: its cookie and its order."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")


def queries(phone: Phone, name: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        phone.open(f"{phone.code_url}{name}")
    return len(seen)


def test_a_phone_without_an_order_is_shown_none(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.review(line(cafe.tea))
    assert phone.open(f"{phone.code_url}phone.css").content == b""
    answer = phone.open(f"{phone.code_url}mine/")
    assert (answer.status_code, answer["Location"]) == (302, phone.code_url)
    assert answer["Cache-Control"] == "private, no-store"


def test_a_phone_with_an_order_goes_on_to_it_without_script(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item)))
    (order,) = shop.orders()
    assert ".mine" in phone.open(f"{phone.code_url}phone.css").content.decode()
    page = phone.open(f"{phone.code_url}mine/")
    assert "Your order · waiting for payment" in text_of(page)
    assert page["Cache-Control"] == "private, no-store"
    (url,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert url == f"/{shop.tenant.slug}/o/{order.token}/"


def test_a_new_phones_stylesheet_takes_no_query_after_the_menus_and_a_known_ones_few(
    shop: Shop, phone: Phone
) -> None:
    phone.scan()
    assert queries(phone, "phone.css") == 0
    phone.review(line(shop.item))
    assert queries(phone, "phone.css") <= 2
    phone.press(phone.review(line(shop.item)))
    phone.scan()
    assert queries(phone, "phone.css") <= 6
    assert queries(phone, "mine/") <= 6
