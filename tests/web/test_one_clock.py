"""One clock: every page and export writes a time in the location's zone, whatever the server's or the reader's is."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from duitpos.models import Order, OrderLine
from tests.dashboard.client import Dashboard, open_desk
from tests.kitchen.tickets import a_payment, a_ticket
from tests.support.restaurant import a_table, an_item

pytestmark = pytest.mark.django_db

PLACED = datetime(2026, 11, 23, 1, 26, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
THE_CLOCK = re.compile(r"\b9:26\s*am", re.IGNORECASE)
# Not in attributes that scripts read, which name their zone.
ATTRIBUTE = re.compile(r'(?:datetime|data-[a-z]+|value|href|hx-[a-z]+|content|id)="[^"]*"')
ANOTHER_CLOCK = re.compile(r"\b0?1:26|\b09:26|\b17:26|\b9:26\s*AM|\b6:56")


@pytest.fixture
def placed(client: Client, time_machine: TimeMachineFixture) -> tuple[Dashboard, Order]:
    """An order that was placed and paid at 9:26 am in Kuala Lumpur, read the next day."""
    time_machine.move_to(PLACED, tick=False)
    desk = open_desk(client)
    site = desk.restaurant.location
    order = a_ticket(site, an_item(desk.tenant), 12, table=a_table(site, "3"), status="served")
    payment = a_payment(order, "cs_test_oneclock01")
    Order.objects.filter(tenant=desk.tenant, id=order.id).update(
        released_by=payment, receipt_series="A", receipt_number=7, receipt_at=PLACED, guest_token="g" * 20
    )
    assert OrderLine.objects.filter(tenant=desk.tenant).exists()
    time_machine.move_to(LATER, tick=False)
    client.force_login(desk.restaurant.owner.user)
    return desk, order


@pytest.mark.parametrize("page", ["orders", "order", "payment", "receipt", "guest"])
def test_every_page_says_nine_twenty_six_am(placed: tuple[Dashboard, Order], page: str) -> None:
    desk, order = placed
    payment = order.payments.get(tenant=desk.tenant)
    addresses = {
        "orders": desk.url("orders"),
        "order": desk.url("order", order.id),
        "payment": desk.url("payment", payment.id),
        "receipt": f"/kopi/o/{order.token}/receipt/",
        "guest": f"/kopi/o/{order.token}/",
    }
    shown = desk.client.get(addresses[page])
    assert shown.status_code == 200
    words = ATTRIBUTE.sub("", shown.content.decode()).replace("\u202f", " ")
    if page != "guest":
        assert THE_CLOCK.search(words)
    assert not ANOTHER_CLOCK.search(words)


def test_the_kitchens_script_is_told_the_zone(placed: tuple[Dashboard, Order]) -> None:
    desk, _order = placed
    board = desk.client.get("/kopi/kitchen/bangsar/").content.decode()
    assert 'zone":"Asia/Kuala_Lumpur"' in board.replace(" ", "") or 'data-zone="Asia/Kuala_Lumpur"' in board
