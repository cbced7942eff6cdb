"""Dishes that were refunded before they were made."""

from __future__ import annotations

import pytest
from django.test import Client

from duitpos.domain.orders.board import board, board_version
from duitpos.domain.payments.refunds.refunded_lines import Chosen, insert_refund, price_lines
from duitpos.kit.clock import now
from duitpos.models import Order, OrderLine, Payment, Refund, RefundLine
from tests.kitchen.factories import Kitchen, sign_in
from tests.kitchen.tickets import a_payment, a_ticket
from tests.support.restaurant import a_location, a_member

pytestmark = pytest.mark.django_db
THREE = {"quantity": 3, "unit_price_minor": 500, "total_minor": 1500}
SEEN = "Do not make"


def a_paid_ticket(kitchen: Kitchen, number: int = 1, **fields: object) -> Order:
    """Three of a dish, paid."""
    order = a_ticket(kitchen.restaurant.location, kitchen.item, number, line=THREE, **fields)  # type: ignore[arg-type]
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(subtotal_minor=1500, total_minor=1500)
    order.refresh_from_db()
    payment = a_payment(order, f"cs_{number}")
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(released_by=payment)
    return order


def refunded(order: Order, quantity: int) -> Refund:
    """A refund of this many of the ticket's dish, as it is reserved."""
    payment = Payment.objects.select_related("order").get(tenant=order.tenant_id, order=order)
    line = OrderLine.objects.get(tenant=order.tenant_id, order=order)
    parts = price_lines(payment, {line.id: quantity})
    refund = Refund(
        tenant_id=order.tenant_id,
        payment=payment,
        amount_minor=parts.total_minor,
        currency="MYR",
        created_at=now(),
        status="succeeded",
    )
    insert_refund(refund, Chosen({line.id: quantity}, parts))
    Payment.objects.filter(tenant=order.tenant_id, id=payment.id).update(
        refund_reserved_minor=payment.refund_reserved_minor + parts.total_minor,
        refund_version=payment.refund_version + 1,
    )
    return refund


def read(kitchen: Kitchen, *lines: RefundLine) -> str:
    response = kitchen.client.post(
        f"/{kitchen.restaurant.tenant.slug}/kitchen/{kitchen.restaurant.location.slug}/not-to-make/",
        {"line": [str(line.id) for line in lines]},
        follow=True,
    )
    return str(response.content.decode())


def test_a_refunded_dish_is_marked_until_it_was_read_and_stays_struck_out(kitchen: Kitchen) -> None:
    site = kitchen.restaurant.location
    order = a_paid_ticket(kitchen)
    before = board_version(kitchen.restaurant.tenant, site)
    refunded(order, 1)
    marked = board_version(kitchen.restaurant.tenant, site)
    assert marked != before
    page = kitchen.board()
    assert "Do not make 1: refunded" in page
    assert '<del class="quantity">3\u00d7</del> <span class="quantity">2\u00d7</span>' in page
    assert "not-to-make/" in page
    (line,) = RefundLine.objects.filter(tenant=kitchen.restaurant.tenant)
    page = read(kitchen, line)
    assert "not-to-make/" not in page
    assert "Do not make 1: refunded" in page, "the dish is still not made"
    assert board_version(kitchen.restaurant.tenant, site) not in (before, marked)
    assert board_version(kitchen.restaurant.tenant, site) == board(kitchen.restaurant.tenant, site).version
    line.refresh_from_db()
    assert line.kitchen_read_by is not None


def test_one_that_comes_meanwhile_is_not_read_with_it(kitchen: Kitchen) -> None:
    order = a_paid_ticket(kitchen)
    refunded(order, 1)
    (first,) = RefundLine.objects.filter(tenant=kitchen.restaurant.tenant)
    refunded(order, 1)
    page = read(kitchen, first)
    assert "Do not make 2: refunded" in page
    assert "not-to-make/" in page


@pytest.mark.parametrize("status, is_marked", [("preparing", True), ("ready", False), ("served", False)])
def test_what_is_made_already_is_not_marked(kitchen: Kitchen, status: str, is_marked: bool) -> None:
    refunded(a_paid_ticket(kitchen, status=status), 1)
    assert (SEEN in kitchen.board()) == is_marked


def test_a_failed_refund_and_a_whole_one(kitchen: Kitchen) -> None:
    order = a_paid_ticket(kitchen)
    refund = refunded(order, 1)
    Refund.objects.filter(tenant=kitchen.restaurant.tenant, id=refund.id).update(status="failed")
    assert SEEN not in kitchen.board()
    Payment.objects.filter(tenant=kitchen.restaurant.tenant).update(refund_reserved_minor=0)
    refunded(order, 3)
    page = kitchen.board()
    assert "Refunded: ask the cashier" in page
    assert SEEN not in page, "the whole ticket says it"


def test_a_refund_of_another_payment_is_of_no_dish(kitchen: Kitchen) -> None:
    order = a_paid_ticket(kitchen)
    refunded(order, 1)
    second = a_payment(order, "cs_second")
    Refund.objects.filter(tenant=kitchen.restaurant.tenant).update(payment=second)
    assert SEEN not in kitchen.board()


def test_another_locations_kitchen_changes_nothing(kitchen: Kitchen, client: Client) -> None:
    refunded(a_paid_ticket(kitchen), 1)
    (line,) = RefundLine.objects.filter(tenant=kitchen.restaurant.tenant)
    site = a_location(kitchen.restaurant.tenant, "klcc")
    sign_in(client, a_member(kitchen.restaurant.tenant, "kitchen", "k2@kopi.example"))
    client.post(
        f"/{kitchen.restaurant.tenant.slug}/kitchen/{site.slug}/not-to-make/", {"line": [str(line.id), "x"]}
    )
    line.refresh_from_db()
    assert line.kitchen_read_at is None
