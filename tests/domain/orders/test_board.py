"""The tickets on a kitchen board."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from duitpos.domain.orders.board import MOST_TICKETS, board, board_version
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.support.restaurant import a_restaurant

pytestmark = pytest.mark.django_db


def test_unbumped_tickets_never_hide_a_new_order() -> None:
    shop = a_restaurant()
    start = now() - timedelta(days=2)
    Order.objects.bulk_create(
        Order(
            tenant=shop.tenant,
            location=shop.location,
            status="placed",
            checkout_key=str(uuid4()),
            currency="MYR",
            subtotal_minor=100,
            total_minor=100,
            created_at=start,
            placed_at=start + timedelta(minutes=number),
            business_date=start.date(),
            number=number + 1,
        )
        for number in range(MOST_TICKETS + 1)
    )
    shown = board(shop.tenant, shop.location)
    numbers = [ticket.order.number for ticket in shown.columns["placed"]]
    assert numbers == list(range(2, MOST_TICKETS + 2))
    assert shown.version == board_version(shop.tenant, shop.location)
