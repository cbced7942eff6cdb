"""From the scan to the payment, in phones: what is counted, where phones stop, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duitpos.domain.reporting import visits
from duitpos.domain.reporting.funnel import Funnel, Stops, funnel
from duitpos.domain.reporting.visits import Step, add_counted, count_visit
from duitpos.kit.clock import business_date, now
from duitpos.kit.ids import uuid7
from duitpos.models import Location, Order, VisitCount
from tests.dashboard.client import Dashboard
from tests.guest.phone import Phone, line
from tests.support.shop import Shop


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    visits._counted.clear()


def today(shop: Shop, days: int = 0) -> Funnel:
    site = shop.restaurant.location
    day = business_date(now(), site.time_zone, site.day_closes_at) + timedelta(days=days)
    return funnel(shop.tenant, [site], day)


def scan(shop: Shop) -> Phone:
    phone = Phone(shop.tenant, shop.table, Client(enforce_csrf_checks=True))
    phone.scan()
    phone.open(f"{phone.code_url}phone.css")
    return phone


def test_each_phone_counts_once_at_each_step(shop: Shop) -> None:
    phones = [scan(shop) for _ in range(4)]
    for phone in phones[:3]:
        phone.open(f"{phone.code_url}phone.css")
        for quantity in (1, 2):
            phone.review(line(shop.item, quantity))
    for phone in phones[:2]:
        phone.press(phone.review(line(shop.item, 2)))
    shop.pay(shop.payment_of(shop.orders()[0]))
    add_counted()
    assert today(shop) == Funnel(4, 3, 2, 1, Stops(open=1))
    assert today(shop, -1) == Funnel(0, 0, 0, 0, Stops())


def test_where_phones_stop(shop: Shop) -> None:
    declined = shop.start(guest_token="phone-1")
    shop.sandbox.pay(declined.reference, card="4000000000009995")
    left = shop.start(guest_token="phone-2")
    shop.sandbox.control("POST", f"/sessions/{left.reference}/expire")
    shop.start(guest_token="phone-3")
    paid_later = shop.start(guest_token="phone-4")
    shop.sandbox.pay(paid_later.reference, card="4000000000009995")
    shop.pay(paid_later)
    shop.sandbox.idle()
    found = today(shop)
    assert (found.checkouts, found.paid, found.stops) == (4, 1, Stops(declined=1, left=1, open=1))
    # Nobody's scan was counted: more cannot have paid than looked.
    assert (found.scans, found.carts) == (4, 4)


def test_counting_writes_nothing_until_the_batch_is_added(shop: Shop) -> None:
    site = shop.restaurant.location
    with CaptureQueriesContext(connection) as seen:
        for _ in range(1000):
            count_visit(shop.tenant.id, site.id, Step.SCANS)
    assert len(seen.captured_queries) == 0
    with CaptureQueriesContext(connection) as seen:
        add_counted()
    assert len(seen.captured_queries) <= 6
    count_visit(shop.tenant.id, site.id, Step.SCANS)
    with CaptureQueriesContext(connection) as seen:
        add_counted()
    assert len(seen.captured_queries) == 2, "the location, and one update"
    assert VisitCount.objects.get(tenant=shop.tenant).scans == 1001
    add_counted()
    assert VisitCount.objects.get(tenant=shop.tenant).scans == 1001


def test_a_location_that_is_gone_is_left_out(shop: Shop) -> None:
    count_visit(shop.tenant.id, uuid7(), Step.CARTS)
    add_counted()
    assert not VisitCount.objects.filter(tenant=shop.tenant).exists()


def test_the_page_shows_the_day_and_its_stops(busy_dashboard: Dashboard, shop: Shop) -> None:
    declined = shop.start()
    shop.sandbox.pay(declined.reference, card="4000000000009995")
    shop.sandbox.idle()
    page = busy_dashboard.page("funnel")
    for words in (
        "Scanned the code",
        "Looked at their cart",
        "Pressed Pay",
        "Card declined, and not paid another way",
    ):
        assert words in page, words
    assert busy_dashboard.url("funnel") in busy_dashboard.page("reports")
    day = Order.objects.get(tenant=shop.tenant).created_at.date() - timedelta(days=3)
    assert "Card declined, and" not in busy_dashboard.page("funnel", query=f"?day={day}")
    for query in ("?day=never", "?day=9999-01-01", "?location=nowhere"):
        assert "Scanned the code" in busy_dashboard.page("funnel", query=query)


def test_the_page_costs_a_fixed_number_of_queries(busy_dashboard: Dashboard, shop: Shop) -> None:
    assert Location.objects.filter(tenant=shop.tenant).count() == 1
    busy_dashboard.page("funnel")
    with CaptureQueriesContext(connection) as seen:
        busy_dashboard.page("funnel")
    # Session, user, membership, locations; visits, the mode, two for the location; the badges.
    assert len(seen.captured_queries) == 10, [query["sql"][:90] for query in seen.captured_queries]
