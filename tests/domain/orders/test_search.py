"""Staff's search, and the orders that the unfiltered list leaves out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from duitpos.domain.orders.search import OrderFilters, matching
from duitpos.models import Order
from tests.support.restaurant import Restaurant, a_restaurant, a_table

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
# 03:30 on the 24th in Kuala Lumpur, still on the trading day of the 23rd.


@pytest.fixture
def cafe() -> Restaurant:
    return a_restaurant()


def _an_order(cafe: Restaurant, **fields: Any) -> Order:
    values = {
        "checkout_key": str(uuid4()),
        "currency": "MYR",
        "subtotal_minor": 3185,
        "total_minor": 3185,
        "created_at": LATE,
        "status": "placed",
        "placed_at": LATE,
        "business_date": date(2026, 11, 23),
        "number": 12,
    }
    return Order.objects.create(tenant=cafe.tenant, location=cafe.location, **{**values, **fields})


@pytest.mark.parametrize(
    "text",
    ["12", "#12", "Order 12", "31.85", "RM 31.85", "RM\u202f31.85", "31,85", "Garden", " garden 3 ", "Table Garden 3",
     "Meja garden 3", "Table Garden 3 · Bangsar"],
)  # fmt: skip
def test_it_is_found_by_number_amount_and_table(cafe: Restaurant, text: str) -> None:
    order = _an_order(cafe, table=a_table(cafe.location, "Garden 3"))
    assert list(matching(cafe.tenant, OrderFilters(text=text))) == [order]


@pytest.mark.parametrize("text", ["T12", "13", "31.8", "31.855", "Patio", "Table Garden", "3,185"])
def test_others_are_not(cafe: Restaurant, text: str) -> None:
    _an_order(cafe, table=a_table(cafe.location, "Garden 3"))
    assert not matching(cafe.tenant, OrderFilters(text=text)).exists()


def test_amounts_have_their_currencys_decimals(cafe: Restaurant) -> None:
    type(cafe.location).objects.filter(tenant=cafe.tenant, id=cafe.location.id).update(currency="JPY")
    order = _an_order(cafe, currency="JPY", total_minor=1200)
    assert list(matching(cafe.tenant, OrderFilters(text="1200"))) == [order]
    assert not matching(cafe.tenant, OrderFilters(text="12.00")).exists()


def test_an_unpaid_order_belongs_to_the_trading_day_it_was_made_on(cafe: Restaurant) -> None:
    order = _an_order(cafe, status="held", placed_at=None, business_date=None, number=None)
    asked = OrderFilters(status="waiting", day=date(2026, 11, 23))
    assert list(matching(cafe.tenant, asked)) == [order]
    assert not matching(cafe.tenant, OrderFilters(status="waiting", day=date(2026, 11, 24))).exists()


def test_the_unfiltered_list_leaves_out_unpaid_orders(cafe: Restaurant) -> None:
    _an_order(cafe, status="canceled", placed_at=None, business_date=None, number=None)
    _an_order(cafe, status="held", placed_at=None, business_date=None, number=None)
    assert not matching(cafe.tenant, OrderFilters()).exists()


@pytest.mark.parametrize(
    "text",
    [
        "RM 1,182.32",
        "1,182.32",
        "1182.32",
        "RM\u202f1,182.32",
        "1.182,32",
        "1 182.32",
        "1'182.32",
        "MYR 1,182.32",
    ],
)
def test_amounts_with_thousands(cafe: Restaurant, text: str) -> None:
    order = _an_order(cafe, total_minor=118232)
    assert list(matching(cafe.tenant, OrderFilters(text=text))) == [order]


def test_table_1_is_not_table_11(cafe: Restaurant) -> None:
    _an_order(cafe, table=a_table(cafe.location, "11"), number=1)
    order = _an_order(cafe, table=a_table(cafe.location, "1"), number=2)
    called_so = _an_order(cafe, table=a_table(cafe.location, "Table 1"), number=3)
    assert set(matching(cafe.tenant, OrderFilters(text="Table 1"))) == {order, called_so}


def test_a_table_whose_name_looks_like_an_id(cafe: Restaurant) -> None:
    order = _an_order(cafe, table=a_table(cafe.location, "VIP_ROOM12"))
    assert list(matching(cafe.tenant, OrderFilters(text="vip_room12"))) == [order]


def test_its_own_id_and_the_guests_link(cafe: Restaurant) -> None:
    order = _an_order(cafe)
    for text in (str(order.id), f"https://pay.example/{cafe.tenant.slug}/o/{order.token}/receipt/"):
        assert list(matching(cafe.tenant, OrderFilters(text=text))) == [order]
    assert not matching(cafe.tenant, OrderFilters(text=f"x/o/{order.token[:-1]}/")).exists()
