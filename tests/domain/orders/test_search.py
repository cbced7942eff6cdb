"""Staff's search, and the orders that the unfiltered list leaves out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from duitpos.domain.orders.search import OrderFilters, matching
from duitpos.domain.orders.search_terms import read_terms
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import Order, OrderLine, Payment, PaymentReference, Refund
from tests.kitchen.tickets import a_payment
from tests.support.restaurant import Restaurant, a_member, a_restaurant, a_table, an_item

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


def _a_payment(order: Order, **fields: Any) -> Payment:
    payment = a_payment(order, "cs_test_a1B2c3D4e5")
    for name, value in fields.items():
        setattr(payment, name, value)
    payment.save()
    return payment


@pytest.mark.parametrize(
    "text",
    ["RM 1,182.32", "1,182.32", "Table 1", "1 号桌", "4242", "Visa ··4242", "(··4242)",
     "Online · Visa ··4242 (Apple Pay)",
     "aminah@mail.example", "a…@mail.example", "pi_3QabcDEF", "cs_test_a1B2c3D4e5", "Order T12", "T12 TEST",
     "Pesanan 12", "订单12", "TEST-A-000007", "Receipt number TEST-A-000007", "收据号 TEST-A-000007", "SLIP-0093",
     "RM 1,000.00", "-RM 7.50", "RM\u00a0\u22127.50", "\u2212RM 7.50", "RM 1,200.00", "re_9f8e7d6c",
     "Nasi Lemak", "2 × nasi lemak", "椰浆饭", "cashier@kopi.example", "CN-A-000003"],
)  # fmt: skip
def test_whatever_a_page_shows_of_an_order_finds_it(cafe: Restaurant, text: str) -> None:
    order = _an_order(
        cafe,
        table=a_table(cafe.location, "1"),
        total_minor=118232,
        subtotal_minor=100000,
        is_test=True,
        created_at=now(),
        receipt_series="A",
        receipt_number=7,
    )
    OrderLine.objects.create(
        tenant=cafe.tenant,
        order=order,
        position=0,
        item=an_item(cafe.tenant),
        name="Nasi lemak",
        guest_name="椰浆饭",
        quantity=2,
        unit_price_minor=50000,
        total_minor=100000,
    )
    cashier = a_member(cafe.tenant, "cashier", email="cashier@kopi.example")
    method = {"kind": "card", "brand": "visa", "last4": "4242", "reference": "SLIP-0093"}
    payment = _a_payment(
        order,
        guest_email="Aminah@mail.example",
        method=method,
        tendered_minor=120000,
        taken_by=cashier,
    )
    PaymentReference.objects.create(
        tenant=cafe.tenant, payment=payment, account=payment.account, kind="payment", value="pi_3QabcDEF"
    )
    Refund.objects.create(
        tenant=cafe.tenant,
        payment=payment,
        amount_minor=750,
        currency="MYR",
        created_at=now(),
        reference="re_9f8e7d6c",
        credit_series="A",
        credit_number=3,
    )
    other = _an_order(cafe, number=99, total_minor=999, subtotal_minor=999, created_at=now())
    found = list(matching(cafe.tenant, OrderFilters(text=text)))
    assert order in found
    assert other not in found


@pytest.mark.parametrize(
    "text, currency, minor",
    [("S$ 12.00", "SGD", 1200), ("HK$12.00", "HKD", 1200), ("12,00 €", "EUR", 1200), ("12.000 ₫", "VND", 12000),
     ("Rp 12.000", "IDR", 1200000), ("¥1,200", "JPY", 1200)],
)  # fmt: skip
def test_amounts_are_read_as_each_language_writes_them(text: str, currency: str, minor: int) -> None:
    assert Money(minor, currency) in read_terms(text, {currency}).amounts
