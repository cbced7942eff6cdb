"""How long a location's orders take at the moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.orders.wait import MOST, usual_wait
from duitpos.models import Location, MenuItem, Order, OrderEvent
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import Restaurant, a_location, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


@pytest.fixture
def item(kopi: Restaurant) -> MenuItem:
    return an_item(kopi.tenant)


def ready(location: Location, item: MenuItem, number: int, took: float, ago: int = 40) -> Order:
    """An order placed `ago` minutes ago that was ready after `took` minutes."""
    order = a_ticket(location, item, number, status="ready", minutes=ago)
    assert order.placed_at is not None
    move(order, "preparing", "ready", took)
    return order


def move(order: Order, from_status: str, to_status: str, after: float) -> None:
    assert order.placed_at is not None
    OrderEvent.objects.create(
        tenant_id=order.tenant_id,
        order=order,
        at=order.placed_at + timedelta(minutes=after),
        actor="staff",
        from_status=from_status,
        to_status=to_status,
    )


def test_the_median_of_at_least_three(kopi: Restaurant, item: MenuItem) -> None:
    for number, took in enumerate((5, 30)):
        ready(kopi.location, item, number + 1, took)
    ipoh = a_location(kopi.tenant, "ipoh")
    for number, took in enumerate((12, 11, 40)):
        ready(ipoh, item, number + 1, took)
    assert usual_wait(kopi.tenant, kopi.location) is None
    assert usual_wait(kopi.tenant, ipoh) == 12


def test_only_recent_orders_count_and_at_most_twenty(kopi: Restaurant, item: MenuItem) -> None:
    for number in range(5):
        ready(kopi.location, item, number + 1, 60, ago=91)
    assert usual_wait(kopi.tenant, kopi.location) is None
    ipoh = a_location(kopi.tenant, "ipoh")
    for number in range(MOST + 5):
        ready(ipoh, item, number + 1, 10 if number < MOST else 50, ago=20 + number)
    assert usual_wait(kopi.tenant, ipoh) == 10
    penang = a_location(kopi.tenant, "penang")
    for number in range(3):
        a_ticket(penang, item, number + 1, status="ready", minutes=10)
    assert usual_wait(kopi.tenant, penang) is None, "without an event it is not known when they were ready"


def test_a_mistake_that_was_undone_does_not_count(kopi: Restaurant, item: MenuItem) -> None:
    for number in range(3):
        order = ready(kopi.location, item, number + 1, 1)
        move(order, "ready", "preparing", 2)
        move(order, "preparing", "ready", 15)
        move(order, "ready", "served", 20)
        move(order, "served", "ready", 25)
    assert usual_wait(kopi.tenant, kopi.location) == 15


def test_one_query_in_thirty_seconds_whatever_the_number_of_orders(kopi: Restaurant, item: MenuItem) -> None:
    for number in range(10):
        ready(kopi.location, item, number + 1, 0.1)
    with CaptureQueriesContext(connection) as first:
        assert usual_wait(kopi.tenant, kopi.location) == 1
    with CaptureQueriesContext(connection) as second:
        assert usual_wait(kopi.tenant, kopi.location) == 1
    assert (len(first), len(second)) == (1, 0)
    nowhere = a_location(kopi.tenant, "nowhere")
    usual_wait(kopi.tenant, nowhere)
    with CaptureQueriesContext(connection) as unknown:
        assert usual_wait(kopi.tenant, nowhere) is None
    assert len(unknown) == 0, "that nothing is known is kept too"
