"""The dashboard's home page: the day so far, and what waits for somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import Stocked, sold_out
from duitpos.domain.staff_actions.pause import pause
from duitpos.domain.tables.calls import call
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.today import Today, today
from duitpos.kit.clock import business_date, now
from duitpos.models import Alert, Dispute, Location, Order, Tenant
from duitpos.models.alert import AlertKind
from tests.dashboard.client import Dashboard, open_desk
from tests.support.books import Books, books_of
from tests.support.restaurant import a_location, a_member, a_table, an_item

EVENING = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
"""20:00 in Kuala Lumpur."""


@pytest.fixture
def books(dashboard: Dashboard) -> Books:
    return books_of(dashboard.restaurant)


def paid(books: Books, at: datetime, number: int, **fields: Any) -> None:
    """An order with a number of its day."""
    site: Location = fields.get("location", books.restaurant.location)
    day = business_date(at, site.time_zone, site.day_closes_at)
    books.paid(at, 2, number=number, business_date=day, **fields)


def now_at(dashboard: Dashboard, at: datetime = EVENING, role: str = "owner") -> Today:
    member = dashboard.restaurant.owner if role == "owner" else a_member(dashboard.tenant, role)
    return today(member, at)


def test_a_day_with_orders_and_the_same_day_a_week_ago(dashboard: Dashboard, books: Books) -> None:
    paid(books, EVENING, 1)
    paid(books, EVENING, 2, status="served")
    paid(books, EVENING, 3, status="canceled")
    paid(books, EVENING, 1, is_test=True)
    paid(books, EVENING - timedelta(days=7), 1, status="served")
    paid(books, EVENING - timedelta(days=1), 9, status="served")
    (site,) = now_at(dashboard).sites
    assert (site.orders, site.test_orders, site.in_kitchen) == (2, 1, 2)
    price = books.items[0].price_minor
    assert site.figures is not None
    # The money of the canceled order is still here.
    assert [(one.orders, one.net.minor) for one in site.figures] == [(3, 6 * price)]
    assert site.last_week is not None
    assert [one.net.minor for one in site.last_week] == [2 * price]


def test_after_midnight_it_is_still_the_day_before_until_the_day_closes(
    dashboard: Dashboard, books: Books
) -> None:
    paid(books, EVENING, 1)
    half_past_one = EVENING + timedelta(hours=5, minutes=30)
    half_past_four = EVENING + timedelta(hours=8, minutes=30)
    assert now_at(dashboard, half_past_one).sites[0].orders == 1
    assert now_at(dashboard, half_past_four).sites[0].orders == 0


def test_each_location_has_its_own_day(dashboard: Dashboard, books: Books) -> None:
    far = a_location(dashboard.tenant, "auckland", time_zone="Pacific/Auckland")
    paid(books, EVENING, 1)
    paid(books, EVENING, 1, location=far)
    late = EVENING + timedelta(hours=4)
    there, here = now_at(dashboard, late).sites
    assert (here.orders, str(here.day)) == (1, "2026-11-27")
    assert (there.orders, str(there.day)) == (0, "2026-11-28"), "the day closed there at four"


def test_what_waits_for_somebody_is_on_the_page(dashboard: Dashboard, books: Books) -> None:
    owner, site = dashboard.restaurant.owner, dashboard.restaurant.location
    payment = books.paid(now(), 1)
    Alert.objects.create(
        tenant=dashboard.tenant,
        kind=AlertKind.DUPLICATE_PAYMENT,
        subject_id=payment.id,
        payment=payment,
        opened_at=now(),
    )
    Dispute.objects.create(
        tenant=dashboard.tenant,
        payment=payment,
        reference="du_1",
        status="needs_response",
        amount_minor=300,
        currency="MYR",
        reason="fraudulent",
        opened_at=now(),
        said_at=now(),
        respond_by=now() + timedelta(days=9),
    )
    call(dashboard.tenant, a_table(site, "Garden 3"), "staff", "phone")
    sold_out(owner, site, Stocked.ITEM, books.items[0].id, "2h")
    pause(owner, site, "30m", "Back soon", seen=None)
    page = dashboard.page("home")
    for said in (
        "1 thing needs attention",
        "1 table calls",
        "A guest's bank disputes",
        "Paused",
        "End the pause",
    ):
        assert said in page, said
    found = now_at(dashboard, now())
    assert (found.alerts, found.calls, len(found.disputes), found.sites[0].sold_out) == (1, 1, 1, 1)


def test_a_new_restaurant_reads_what_is_next(dashboard: Dashboard) -> None:
    page = dashboard.page("home")
    assert "Begin with your menu" in page
    assert "Guests scan a code to order: add a table." in page
    an_item(dashboard.tenant)
    a_table(dashboard.restaurant.location)
    page = dashboard.page("home")
    assert "Begin with your menu" not in page
    assert "Guests scan a code" not in page
    assert "No key yet." in page


def test_a_manager_is_not_asked_for_keys_and_a_cashier_sees_no_revenue(dashboard: Dashboard) -> None:
    manager = now_at(dashboard, role="manager")
    assert manager.setup is None
    assert manager.sites[0].figures == ()
    cashier = now_at(dashboard, role="cashier")
    assert (cashier.setup, cashier.sites[0].figures, cashier.alerts) == (None, None, 0)
    dashboard.be("cashier")
    page = dashboard.page("home")
    assert "Net revenue" not in page
    assert "Still to be set up" not in page


def test_a_cook_goes_on_to_the_kitchen(dashboard: Dashboard) -> None:
    dashboard.be("kitchen")
    assert dashboard.get("home")["Location"] == "/kopi/kitchen/"


def test_a_restaurant_that_signed_itself_up_reads_until_when_and_is_kept(dashboard: Dashboard) -> None:
    assert "has taken no order yet" not in dashboard.page("home")
    until = now() + timedelta(days=3)
    rows = Tenant.objects.filter(id=dashboard.tenant.id)
    tenant = tenant_by_slug("kopi")
    tenant.unfinished_until = until
    tenant.save()
    assert "has taken no order yet" in dashboard.page("home")
    assert dashboard.sent("keep") == ["It is kept for another 30 days."]
    kept_until = rows.get().unfinished_until
    assert kept_until is not None
    assert kept_until > until + timedelta(days=26)
    dashboard.be("manager")
    assert "has taken no order yet" not in dashboard.page("home")
    assert dashboard.post("keep").status_code == 403


@pytest.mark.parametrize("places", [1, 12])
def test_the_page_costs_a_fixed_number_of_queries(dashboard: Dashboard, books: Books, places: int) -> None:
    for number in range(1, places):
        site = a_location(dashboard.tenant, f"place-{number}")
        paid(books, EVENING, 1, location=site)
    with time_machine.travel(EVENING, tick=False):
        today(dashboard.restaurant.owner, EVENING)  # sums the days that changed
        with CaptureQueriesContext(connection) as seen:
            today(dashboard.restaurant.owner, EVENING)
    assert len(seen) == 19


def test_an_order_that_was_just_paid_counts(client: Any, db: None) -> None:
    dashboard = open_desk(client)
    books = books_of(dashboard.restaurant)
    with time_machine.travel(EVENING, tick=False):
        assert "RM\u202f0.00" in dashboard.page("home")
        paid(books, EVENING, 1)
        page = dashboard.page("home")
    assert f"RM\u202f{2 * books.items[0].price_minor / 100:.2f}" in page
    assert Order.objects.filter(tenant=dashboard.tenant).count() == 1
