"""A type whose money staff take has an account without a processor: every page copes with it."""

from __future__ import annotations

import pytest

from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.models.tenant import UnpaidOrders
from tests.dashboard.client import Dashboard
from tests.support.counter import cash, send
from tests.support.shop import Shop


@pytest.mark.parametrize(
    "name",
    [
        "orders",
        "waiting",
        "alerts",
        "payment_types",
        "payment_issues",
        "find_money",
        "declines",
        "get_paid",
        "go_live",
    ],
)
def test_a_page_of_the_restaurant(busy_dashboard: Dashboard, shop: Shop, name: str) -> None:
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    send(shop, kind)
    order = send(shop, kind, guest_token="another")
    take_payment(shop.restaurant.owner, order.id, kind.id, "")
    assert busy_dashboard.get(name).status_code == 200


def test_the_pages_of_its_type_and_order(busy_dashboard: Dashboard, shop: Shop) -> None:
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    order = send(shop, kind)
    assert busy_dashboard.get("payment_type", kind.id).status_code == 200
    assert busy_dashboard.get("order", order.id).status_code == 200
    take_payment(shop.restaurant.owner, order.id, kind.id, "")
    assert busy_dashboard.get("order", order.id).status_code == 200
