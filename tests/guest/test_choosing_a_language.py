"""A guest chooses a language on any page, and returns to that page with the cart."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.models import Order
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, field_of, line, text_of
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")

MALAY = {"accept-language": "ms-MY,ms;q=0.9"}


def test_every_language_is_offered_by_its_own_name(cafe: Cafe) -> None:
    words = text_of(cafe.phone().scan())
    assert "English Bahasa Melayu 中文" in words


def test_the_choice_is_stored_for_this_restaurant_and_overrides_the_browser(cafe: Cafe) -> None:
    phone = cafe.phone()
    answer = phone.send(phone.menu_url, {"language": "zh-hans"})
    assert (answer.status_code, answer["Location"]) == (303, f"{phone.code_url}zh-hans/")
    cookie = answer.cookies["language"]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == ("zh-hans", "/kopi/", "Lax")
    assert cookie["httponly"]
    page = phone.scan(headers=MALAY)
    assert page["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans">' in page.content.decode()


def test_the_choice_redirects_to_the_pages_own_url_only(cafe: Cafe) -> None:
    phone = cafe.phone()
    answer = phone.send(f"{phone.checkout_url}?order=abc", {"language": "ms", "next": "https://example.com/"})
    assert answer["Location"] == f"{phone.checkout_url}?order=abc"


def test_a_language_that_we_do_not_have_changes_nothing(cafe: Cafe) -> None:
    phone = cafe.phone()
    answer = phone.send(phone.menu_url, {"language": "tlh"})
    assert answer.status_code == 200
    assert "language" not in answer.cookies


def test_a_language_in_the_url_is_shown_whatever_the_phone_has_chosen(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.send(phone.menu_url, {"language": "zh-hans"})
    page = phone.open(f"{phone.code_url}ms/", headers={"accept-language": "en"})
    assert page["Content-Language"] == "ms"
    assert '<html lang="ms">' in page.content.decode()
    assert phone.open(f"{phone.code_url}fr/").status_code == 404


def test_the_review_keeps_its_cart_and_its_key(cafe: Cafe) -> None:
    phone = cafe.phone()
    page = phone.review(line(cafe.tea, 2, note="kurang manis"))
    sent = {name: field_of(page, name) for name in ("cart", "checkout_key", "seen_total")}
    again = phone.send(phone.checkout_url, {**sent, "language": "ms"})
    assert again.status_code == 200
    assert again["Content-Language"] == "ms"
    assert again.cookies["language"].value == "ms"
    assert "kurang manis" in text_of(again)
    assert field_of(again, "checkout_key") == sent["checkout_key"]
    assert not Order.objects.filter(tenant=cafe.restaurant.tenant).exists()


def test_a_menu_with_a_carried_cart_keeps_it_and_the_typed_quantities(cafe: Cafe) -> None:
    phone = cafe.phone()
    cart = field_of(phone.review(line(cafe.tea)), "cart")
    page = phone.send(phone.menu_url, {"cart": cart, f"q-0-{cafe.tea.id.hex}": "2", "language": "ms"})
    assert page["Content-Language"] == "ms"
    assert field_of(page, "cart").count(str(cafe.tea.id)) == 2


@pytest.mark.parametrize("page", ["", "receipt/"])
def test_an_orders_pages_are_shown_in_the_language(shop: Shop, phone: Phone, page: str) -> None:
    payment = shop.start()
    assert payment.order is not None
    shop.pay(payment)
    phone.open(f"/{shop.tenant.slug}/pay/return/{payment.order.token}/")
    url = f"/{shop.tenant.slug}/o/{payment.order.token}/{page}"
    answer = phone.send(url, {"language": "ms"})
    assert (answer.status_code, answer["Location"]) == (303, url)
    assert phone.open(url)["Content-Language"] == "ms"


def test_an_error_page_can_be_shown_in_another_language(cafe: Cafe) -> None:
    phone = cafe.phone()
    dead = "/kopi/t/nothing/"
    assert "Bahasa Melayu" in text_of(phone.open(dead))
    assert phone.send(dead, {"language": "ms"})["Location"] == dead
    assert phone.open(dead)["Content-Language"] == "ms"


def test_each_language_has_its_own_etag(cafe: Cafe) -> None:
    phone = cafe.phone()
    etag = phone.scan()["ETag"]
    other = phone.scan(headers={"if-none-match": etag, **MALAY})
    assert other.status_code == 200
    assert other["ETag"] != etag


def test_the_order_state_has_another_etag_in_another_language(shop: Shop, phone: Phone) -> None:
    payment = shop.start()
    assert payment.order is not None
    url = f"/{shop.tenant.slug}/o/{payment.order.token}/state/"
    etag = phone.open(url)["ETag"]
    assert phone.open(url, headers={"if-none-match": etag}).status_code == 304
    assert phone.open(url, headers={"if-none-match": etag, **MALAY}).status_code == 200


def test_a_warm_page_costs_no_query_in_any_language(cafe: Cafe) -> None:
    phone = cafe.phone()
    phone.send(phone.menu_url, {"language": "zh-hans"})
    phone.scan()
    with CaptureQueriesContext(connection) as warm:
        phone.scan()
    assert len(warm) == 0
