"""All orders of a phone, how long they take, and how they reach the guest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.orders import wait
from duitpos.domain.staff_actions.service_style import set_service_style
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem, Order
from tests.guest.cafe import Cafe
from tests.guest.phone import Phone, line, text_of
from tests.kitchen.tickets import a_payment, a_ticket
from tests.support.shop import Shop

pytestmark = pytest.mark.urls("tests.guest.urls")


def a_paid_order(location: Location, item: MenuItem, number: int, **fields: object) -> Order:
    order = a_ticket(location, item, number, **fields)  # type: ignore[arg-type]
    payment = a_payment(order, f"cs_{number}")
    Order.objects.filter(tenant_id=order.tenant_id, id=order.id).update(released_by=payment)
    return order


def phone_of(cafe: Cafe) -> Phone:
    """The phone that sent the orders of `a_ticket`."""
    phone = cafe.phone()
    phone.client.cookies["guest"] = "g" * 20
    return phone


def adopt(cafe: Cafe) -> None:
    Order.objects.filter(tenant=cafe.restaurant.tenant, guest_token="guest").update(guest_token="g" * 20)


def test_all_of_this_phones_orders_and_of_no_other(cafe: Cafe) -> None:
    site = cafe.restaurant.location
    first, second = (a_paid_order(site, cafe.tea, number) for number in (11, 12))
    adopt(cafe)
    other = a_paid_order(site, cafe.tea, 13)
    page = phone_of(cafe).open(f"{cafe.phone().code_url}orders/")
    words = text_of(page)
    assert words.index("Order 12") < words.index("Order 11")
    assert "Received" in words
    assert "RM 5.00" in words
    for order in (first, second):
        assert f"/kopi/o/{order.token}/" in page.content.decode()
    assert other.token not in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_old_and_unpaid_orders_are_not_listed(cafe: Cafe) -> None:
    site = cafe.restaurant.location
    old = a_paid_order(site, cafe.tea, 11)
    Order.objects.filter(tenant=site.tenant, id=old.id).update(created_at=now() - timedelta(hours=13))
    a_ticket(site, cafe.tea, 12, status="canceled")
    adopt(cafe)
    assert "This phone has sent no order today." in text_of(
        phone_of(cafe).open(f"{cafe.phone().code_url}orders/")
    )
    assert "This phone has sent no order today." in text_of(
        cafe.phone().open(f"{cafe.phone().code_url}orders/")
    )


def test_two_orders_from_one_phone_are_both_found_from_the_menu(cafe: Cafe) -> None:
    site, phone = cafe.restaurant.location, phone_of(cafe)
    first = a_paid_order(site, cafe.tea, 11)
    adopt(cafe)
    one = phone.open(f"{phone.code_url}mine/")
    assert "Your order 11" in text_of(one)
    assert f'href="/kopi/o/{first.token}/"' in one.content.decode()
    second = a_paid_order(site, cafe.tea, 12)
    adopt(cafe)
    two = phone.open(f"{phone.code_url}mine/")
    assert "Your orders (2) · Order 12" in text_of(two)
    assert f'href="{phone.code_url}orders/"' in two.content.decode()
    for order in (first, second):
        assert f'data-paid="{order.checkout_key}"' in two.content.decode()
        assert f"/kopi/o/{order.token}/" in phone.open(f"{phone.code_url}orders/").content.decode()


def test_an_expired_code_hides_none_of_two_orders(cafe: Cafe) -> None:
    orders = [a_paid_order(cafe.restaurant.location, cafe.tea, number) for number in (11, 12)]
    adopt(cafe)
    page = phone_of(cafe).client.get("/kopi/t/no-such-code/en/")
    assert page.status_code == 404
    for order in orders:
        assert f'href="/kopi/o/{order.token}/"' in page.content.decode()


def test_one_that_is_being_paid_is_listed(shop: Shop, phone: Phone) -> None:
    phone.press(phone.review(line(shop.item)))
    words = text_of(phone.open(f"{phone.code_url}orders/"))
    assert "Not numbered yet" in words
    assert "Waiting for payment" in words


def test_the_number_of_queries_does_not_grow(cafe: Cafe) -> None:
    phone = phone_of(cafe)

    def count() -> int:
        adopt(cafe)
        with CaptureQueriesContext(connection) as seen:
            phone.open(f"{phone.code_url}orders/")
        return len(seen)

    a_paid_order(cafe.restaurant.location, cafe.tea, 1)
    count()
    few = count()
    for number in range(2, 30):
        a_paid_order(cafe.restaurant.location, cafe.tea, number)
    assert count() == few <= 6


def order_page(cafe: Cafe, order: Order) -> str:
    return text_of(cafe.phone().open(f"/kopi/o/{order.token}/"))


@pytest.mark.parametrize(
    "style, status, expected",
    [
        ("brought", "placed", "We bring it to your table."),
        ("brought", "preparing", "We bring it to your table."),
        ("collected", "placed", "Please collect it at the counter when it is ready."),
        ("collected", "ready", "Please collect it at the counter."),
    ],
)
def test_how_the_order_reaches_the_guest(cafe: Cafe, style: str, status: str, expected: str) -> None:
    set_service_style(cafe.restaurant.owner, cafe.restaurant.location, style)
    order = a_paid_order(cafe.restaurant.location, cafe.tea, 11, status=status)
    assert expected in order_page(cafe, order)


@pytest.mark.parametrize("status", ["served", "canceled"])
def test_nothing_is_said_of_an_order_that_is_over(cafe: Cafe, status: str) -> None:
    order = a_paid_order(cafe.restaurant.location, cafe.tea, 11, status=status)
    page = order_page(cafe, order)
    assert "We bring it" not in page
    assert "about" not in page


@pytest.mark.parametrize(
    "usual, minutes, expected",
    [
        (12, 0, "Usually ready in about 12 minutes."),
        (12, 11, "Usually ready in about 2 minutes."),
        (6, 5, "Usually ready in about 1 minute."),
        (12, 15, "Orders usually take about 12 minutes here."),
        (None, 0, ""),
    ],
)
def test_the_expected_wait(
    cafe: Cafe, monkeypatch: pytest.MonkeyPatch, usual: int | None, minutes: int, expected: str
) -> None:
    monkeypatch.setattr("duitpos.guest.live.usual_wait", lambda tenant, location: usual)
    order = a_paid_order(cafe.restaurant.location, cafe.tea, 11, minutes=minutes)
    page = order_page(cafe, order)
    assert expected in page
    assert ("about" in page) == bool(expected)
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(status="ready")
    assert "about" not in order_page(cafe, order)


def test_a_poll_sees_another_wait_and_another_style(cafe: Cafe, monkeypatch: pytest.MonkeyPatch) -> None:
    order = a_paid_order(cafe.restaurant.location, cafe.tea, 11)
    state = f"/kopi/o/{order.token}/state/"
    etag = cafe.phone().open(state)["ETag"]
    set_service_style(cafe.restaurant.owner, cafe.restaurant.location, "collected")
    collected = cafe.phone().open(state, headers={"if-none-match": etag})
    assert collected.status_code == 200
    monkeypatch.setattr(wait, "_median", lambda tenant, location: 12)
    wait._WAITS.forget(str(cafe.restaurant.location.id))
    later = cafe.phone().open(state, headers={"if-none-match": collected["ETag"]})
    assert "about 12 minutes" in text_of(later)
    assert cafe.phone().open(state, headers={"if-none-match": later["ETag"]}).status_code == 304


def test_the_orders_page_leads_to_the_call_and_to_all_orders(cafe: Cafe) -> None:
    order = a_paid_order(cafe.restaurant.location, cafe.tea, 11, table=cafe.table)
    page = cafe.phone().open(f"/kopi/o/{order.token}/").content.decode()
    assert f'action="{cafe.phone().code_url}call/"' in page
    assert f'href="{cafe.phone().code_url}orders/"' in page
