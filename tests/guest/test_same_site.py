"""A form that another website sends through a guest's browser does nothing (M54)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import override_settings

from duitpos.guest import urls
from duitpos.guest.same_site import BUTTON_SECONDS
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, field_of, line, review_fields, text_of
from tests.support.step_processor import FakeProcessor

OURS: list[dict[str, str]] = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
    # Our own page, with an Origin that a privacy tool hides.
    {"sec-fetch-site": "same-origin", "origin": "null"},
    # Plain http in a restaurant's network: no Sec-Fetch-Site.
    {"origin": "http://testserver"},
    # BASE_URL, behind a proxy that changes the host.
    {"origin": "https://pos.example"},
]
ANOTHER_SITE: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"sec-fetch-site": "cross-site", "origin": "null"},
    {"origin": "https://evil.example"},
    {"origin": "https://testserver"},
    {"origin": "http://testserver:8080"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://evil.testserver"},
    {"origin": ""},
]
NEITHER: list[dict[str, str]] = [{}, {"origin": "null"}]
"""Old browsers; a page without a referrer; a hostile sandboxed frame over plain http."""


def pay(phone: Phone, page: HttpResponse, headers: dict[str, str], **changes: Any) -> HttpResponse:
    """Press Pay on a review, as a browser that sends these headers."""
    fields = {**review_fields(page), "step": "pay", **changes}
    if 'name="signed"' in page.content.decode():
        fields = {"signed": field_of(page, "signed"), **fields}
    return phone.send(phone.checkout_url, fields, headers)


def review(phone: Phone, cafe: Cafe, headers: dict[str, str]) -> HttpResponse:
    cart = {"step": "review", "q-0-" + cafe.tea.id.hex: "2"}
    return phone.send(phone.checkout_url, cart, headers)


def orders(cafe: Cafe) -> int:
    return Order.objects.filter(tenant=cafe.restaurant.tenant).count()


@pytest.mark.parametrize("headers", OURS)
@override_settings(BASE_URL="https://pos.example")
def test_a_form_of_our_own_page_pays(cafe: Cafe, kedai: FakeProcessor, headers: dict[str, str]) -> None:
    phone = cafe.phone()
    page = review(phone, cafe, headers)
    assert 'name="signed"' not in page.content.decode()
    assert pay(phone, page, headers).status_code == 200
    assert orders(cafe) == 1


@pytest.mark.parametrize("headers", ANOTHER_SITE)
@pytest.mark.parametrize("step", ["review", "pay"])
def test_a_form_of_another_site_is_refused_whatever_cookies_it_carries(
    cafe: Cafe, kedai: FakeProcessor, headers: dict[str, str], step: str
) -> None:
    phone = cafe.phone()
    phone.open(f"{phone.code_url}phone.css")
    page = phone.review(line(cafe.tea, 2))
    cookies = {name: one.value for name, one in phone.client.cookies.items()}
    answer = pay(phone, page, headers, step=step)
    assert answer.status_code == 403
    assert "Another website sent this" in text_of(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies
    assert {name: one.value for name, one in phone.client.cookies.items()} == cookies
    assert orders(cafe) == 0


@pytest.mark.parametrize("headers", ANOTHER_SITE)
def test_another_site_chooses_no_language(cafe: Cafe, headers: dict[str, str]) -> None:
    phone = cafe.phone()
    for url in (phone.menu_url, phone.checkout_url, "/kopi/o/nothing/"):
        answer = phone.send(url, {"language": "ms"}, headers)
        assert answer.status_code == 403
        assert not answer.cookies


@pytest.mark.parametrize("headers", NEITHER)
@pytest.mark.parametrize("cookie", ["phone", "guest"])
def test_without_both_headers_our_cookie_decides(
    cafe: Cafe, kedai: FakeProcessor, headers: dict[str, str], cookie: str
) -> None:
    phone = cafe.phone()
    phone.open(f"{phone.code_url}phone.css")
    page = phone.review(line(cafe.tea, 2))
    for name in {"phone", "guest"} - {cookie}:
        del phone.client.cookies[name]
    assert pay(phone, page, headers).status_code == 200
    assert orders(cafe) == 1


@pytest.mark.parametrize("headers", NEITHER)
@pytest.mark.parametrize("cookies", [{}, {"phone": "1795456863.abc:forged"}, {"guest": "' or 1=1"}])
def test_without_any_of_them_the_cart_is_shown_again_with_a_signed_button(
    cafe: Cafe, kedai: FakeProcessor, headers: dict[str, str], cookies: dict[str, str]
) -> None:
    stranger = cafe.phone()
    for name, value in cookies.items():
        stranger.client.cookies[name] = value
    page = cafe.phone().review(line(cafe.tea, 2))
    shown = pay(stranger, page, headers)
    assert (shown.status_code, orders(cafe)) == (200, 0)
    assert "Please look at your order again before you pay." in text_of(shown)
    # Another site could have sent it, which must not replace the phone's cookie.
    assert not shown.cookies
    assert shown["Cache-Control"] == "private, no-store"
    assert pay(stranger, shown, headers).status_code == 200
    assert orders(cafe) == 1


@pytest.mark.parametrize("headers", NEITHER)
def test_a_phone_that_refuses_cookies_orders_without_a_detour(
    cafe: Cafe, kedai: FakeProcessor, headers: dict[str, str]
) -> None:
    phone = cafe.phone()
    page = review(phone, cafe, headers)
    assert "look at your order again" not in text_of(page)
    assert pay(phone, page, headers).status_code == 200
    assert orders(cafe) == 1


def test_a_signed_button_pays_for_its_own_cart_at_its_own_table_only(
    cafe: Cafe, kedai: FakeProcessor
) -> None:
    page = review(cafe.phone(), cafe, {})
    button = field_of(page, "signed")
    key = field_of(page, "checkout_key")
    other = review(cafe.phone(), cafe, {})
    more = field_of(cafe.phone().review(line(cafe.tea, 3)), "cart")
    for changes in (
        {"signed": ""},
        {"signed": button[:-1] + ("A" if button[-1] != "A" else "B")},
        {"signed": field_of(other, "signed")},
        {"signed": "x" * 5000},
        {"cart": more},
        {"checkout_key": key[:-1] + ("A" if key[-1] != "A" else "B")},
    ):
        assert "look at your order again" in text_of(pay(cafe.phone(), page, {}, **changes)), changes
    with time_machine.travel(now() + timedelta(seconds=BUTTON_SECONDS + 5)):
        assert "look at your order again" in text_of(pay(cafe.phone(), page, {}))
    assert orders(cafe) == 0


@pytest.mark.parametrize("headers", NEITHER)
def test_without_any_of_them_a_language_is_shown_and_not_stored(cafe: Cafe, headers: dict[str, str]) -> None:
    phone = cafe.phone()
    answer = phone.send(phone.menu_url, {"language": "ms"}, headers)
    assert (answer.status_code, answer["Location"]) == (303, f"{phone.code_url}ms/")
    assert not answer.cookies


def test_a_host_that_is_not_ours_is_refused(cafe: Cafe) -> None:
    phone = cafe.phone()
    answer = phone.client.post(
        phone.checkout_url,
        {"step": "review"},
        headers={"host": "evil.example", "origin": "http://evil.example"},
    )
    assert answer.status_code == 400


def test_no_guest_page_has_a_token_or_reads_djangos(cafe: Cafe) -> None:
    phone = cafe.phone()
    pages = [
        phone.scan(),
        phone.open(phone.checkout_url),
        phone.review(line(cafe.tea)),
        phone.open("/kopi/t/nothing/"),
    ]
    assert not [page for page in pages if "csrf" in page.content.decode() or "csrftoken" in page.cookies]


def test_every_guest_url_checks_where_a_form_comes_from(cafe: Cafe) -> None:
    """Django's check covers none of them. The two return addresses read nothing."""
    values = {
        "tenant": "kopi",
        "token": cafe.table.token,
        "language": "en",
        "order_token": "nothing",
        "location": cafe.restaurant.location.slug,
    }
    checked = 0
    for pattern in urls.urlpatterns:
        name = pattern.name
        route = "/kopi/" + str(pattern.pattern)
        for key, value in values.items():
            for kind in ("str", "slug", "guest_language"):
                route = route.replace(f"<{kind}:{key}>", value)
        answer = cafe.phone().client.post(route, {}, headers={"sec-fetch-site": "cross-site"})
        if name in ("pay_return", "pay_cancel"):
            assert (answer.status_code, answer["Location"]) == (303, route)
        else:
            assert answer.status_code == 403, name
            checked += 1
    assert checked == len(urls.urlpatterns) - 2


def test_no_redirect_repeats_a_form_elsewhere(cafe: Cafe, kedai: FakeProcessor) -> None:
    """Never 307 or 308: a browser would send the form on, with our page as its sender."""
    phone = cafe.phone()
    page = phone.review(line(cafe.tea, 2))
    phone.press(page)
    order = Order.objects.get(tenant=cafe.restaurant.tenant)
    answers = [
        phone.send(phone.menu_url, {"language": "ms"}),
        phone.send(phone.checkout_url, {"language": "ms"}),
        phone.send(f"/kopi/o/{order.token}/", {"language": "ms"}),
        phone.client.post(f"/kopi/pay/return/{order.token}/"),
        phone.client.post(f"/kopi/pay/cancel/{order.token}/"),
    ]
    assert [answer.status_code for answer in answers] == [303] * 5


def test_the_policies_that_it_relies_on(cafe: Cafe) -> None:
    page = cafe.phone().scan()
    assert page["Referrer-Policy"] == "same-origin"
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    phone = cafe.phone()
    phone.open(f"{phone.code_url}phone.css")
    phone.send(phone.menu_url, {"language": "ms"})
    phone.review(line(cafe.tea))
    assert {name: one["samesite"] for name, one in phone.client.cookies.items()} == {
        "phone": "Lax",
        "language": "Lax",
        "guest": "Lax",
    }
