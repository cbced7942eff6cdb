"""Refunds of an amount and of lines: what they give back, once, and never more than was ordered or paid."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F

from duitpos.domain.errors import Conflict, Forbidden, Gone
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.payments.refunds import refund_part
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.refunds.refund_part import Why, refund_amount, refund_lines
from duitpos.kit.ids import secret_token, uuid7
from duitpos.models import Location, OrderLine, Payment, Refund, RefundLine
from duitpos.models.people import Role
from tests.support.at_once import at_once
from tests.support.restaurant import a_member, an_item
from tests.support.scenarios import REFUNDS
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL = 4314
"""2 x 1250 and 1 x 1200 with 10 % service charge, and 6 % tax on both."""


def paid(shop: Shop) -> tuple[Payment, UUID, UUID]:
    """A paid order of two nasi lemak and one laksa; the payment and both lines' ids."""
    Location.objects.filter(tenant=shop.tenant).update(
        service_charge_bp=1000, tax_bp=600, tax_name="SST", tax_on_service_charge=True
    )
    laksa = an_item(shop.tenant, "Laksa", 1200)
    lemak = CartLine(shop.item.id, (), 2, "", 1250)
    payment = shop.start(cart=Cart((lemak, CartLine(laksa.id, (), 1, "", 1200))))
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=2))
    settled = shop.fresh(payment)
    assert (settled.status, settled.moved_minor) == ("succeeded", TOTAL)
    first, second = OrderLine.objects.filter(tenant=shop.tenant, order=payment.order).order_by("position")
    return settled, first.id, second.id


def why() -> Why:
    return Why(form_key=secret_token(), code="quality", text=" cold ")


def given(shop: Shop) -> list[int]:
    """The amounts of the refunds that stand, at the processor."""
    shop.sandbox.idle()
    return sorted(row["amount"] for row in shop.sandbox.listed("refunds") if row["status"] == "succeeded")


def test_lines_take_their_service_charge_and_tax_with_them(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    refund = refund_lines(owner, payment.id, {lemak: 1, laksa: 0}, why())
    assert (refund.status, refund.amount_minor) == ("succeeded", 1457)
    assert (refund.items_minor, refund.service_charge_minor, refund.tax_minor) == (1250, 125, 82)
    assert (refund.tax_by_rate, refund.reason_code, refund.reason) == ({"600": 82}, "quality", "cold")
    (line,) = RefundLine.objects.filter(tenant=shop.tenant)
    assert (line.order_line_id, line.quantity, line.items_minor) == (lemak, 1, 1250)
    refund_lines(owner, payment.id, {laksa: 1}, why())
    refund_lines(owner, payment.id, {lemak: 1}, why())
    assert sum(given(shop)) == TOTAL
    assert shop.fresh(payment).refundable.minor == 0


def test_an_amount(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, _, _ = paid(shop)
    refund = refund_amount(owner, payment.id, 1000, why())
    assert (refund.status, refund.amount_minor, refund.items_minor) == ("succeeded", 1000, None)
    refund_amount(owner, payment.id, 1000, why())
    assert refund_payment(owner, payment.id, "the rest").amount_minor == TOTAL - 2000
    assert given(shop) == [1000, 1000, TOTAL - 2000]


def test_the_same_form_refunds_once(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    amount, lines = why(), why()
    for _ in range(2):
        refund_amount(owner, payment.id, 1000, amount)
        refund_lines(owner, payment.id, {lemak: 1}, lines)
    assert given(shop) == [1000, 1457]
    with pytest.raises(Conflict, match="refund_form_sent"):
        refund_amount(owner, payment.id, 900, amount)
    with pytest.raises(Conflict, match="refund_form_sent"):
        refund_lines(owner, payment.id, {laksa: 1}, lines)


def test_what_cannot_be_refunded(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("refund_empty", lambda: refund_amount(owner, payment.id, 0, why())),
        ("refund_empty", lambda: refund_amount(owner, payment.id, -5, why())),
        ("refund_too_much", lambda: refund_amount(owner, payment.id, TOTAL + 1, why())),
        ("refund_empty", lambda: refund_lines(owner, payment.id, {}, why())),
        ("refund_lines_gone", lambda: refund_lines(owner, payment.id, {lemak: 3}, why())),
        ("refund_lines_gone", lambda: refund_lines(owner, payment.id, {lemak: 2, laksa: -1}, why())),
        ("refund_lines_gone", lambda: refund_lines(owner, payment.id, {uuid7(): 1}, why())),
    ]
    for code, press in refused:
        with pytest.raises(Conflict, match=code):
            press()
    with pytest.raises(Forbidden):
        refund_amount(a_member(shop.tenant, Role.CASHIER), payment.id, 100, why())
    with pytest.raises(Gone):
        refund_amount(owner, uuid7(), 100, why())
    refund_amount(owner, payment.id, 4000, why())
    with pytest.raises(Conflict, match="refund_too_much"):
        refund_lines(owner, payment.id, {laksa: 1}, why())
    assert given(shop) == [4000]


def test_a_processor_that_refunds_only_as_a_whole(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    Payment.objects.filter(tenant=shop.tenant).update(refund_scope="full_only")
    with pytest.raises(Conflict, match="refund_part_refused"):
        refund_lines(owner, payment.id, {lemak: 1}, why())
    assert refund_lines(owner, payment.id, {lemak: 2, laksa: 1}, why()).amount_minor == TOTAL


def test_a_failed_refund_frees_its_lines(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, laksa = paid(shop)
    shop.sandbox.fault("error", status=400, path=REFUNDS, method="POST", message="Insufficient funds.")
    assert refund_lines(owner, payment.id, {lemak: 2}, why()).status == "failed"
    assert shop.fresh(payment).refund_version == 2, "reserved, and freed"
    assert refund_lines(owner, payment.id, {laksa: 1}, why()).status == "succeeded"
    assert refund_lines(owner, payment.id, {lemak: 2}, why()).status == "succeeded"
    assert sum(given(shop)) == TOTAL


@pytest.mark.races
def test_one_form_sent_eight_times_at_once_is_one_refund(webhookless_shop: Shop) -> None:
    shop, owner = webhookless_shop, webhookless_shop.restaurant.owner
    payment, lemak, _ = paid(shop)
    form = why()
    results = at_once([lambda: refund_lines(owner, payment.id, {lemak: 1}, form)] * 8)
    assert len({refund.id for refund in results}) == 1
    assert given(shop) == [1457]


def _both_read_before_they_write(
    monkeypatch: pytest.MonkeyPatch, guard: Callable[[Payment, int], bool]
) -> None:
    read = threading.Barrier(2)

    def reserved(payment: Payment, minor: int) -> bool:
        read.wait(60)
        return guard(payment, minor)

    monkeypatch.setattr(refund_part, "_reserved", reserved)


def _two_cashiers(shop: Shop) -> list[str]:
    """Two people refund the same line at once. The payment has money for both."""
    payment, _, laksa = paid(shop)

    def press() -> str:
        try:
            return refund_lines(shop.restaurant.owner, payment.id, {laksa: 1}, why()).status
        except Conflict as error:
            return error.code

    return sorted(at_once([press, press]))


@pytest.mark.races
@pytest.mark.postgres_only  # SQLite has one writer, who reads and writes before the next one reads
def test_a_line_is_refunded_once_by_two_cashiers(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _both_read_before_they_write(monkeypatch, refund_part._reserved)
    assert _two_cashiers(webhookless_shop) == ["refund_under_way", "succeeded"]
    assert RefundLine.objects.filter(tenant=webhookless_shop.tenant).count() == 1
    assert len(given(webhookless_shop)) == 1


@pytest.mark.races
@pytest.mark.postgres_only
def test_without_the_version_the_line_is_refunded_twice(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: the sum alone is guarded."""

    def sum_only(payment: Payment, minor: int) -> bool:
        rows = Payment.objects.filter(
            tenant_id=payment.tenant_id, id=payment.id, refund_reserved_minor__lte=F("moved_minor") - minor
        )
        return bool(rows.update(refund_reserved_minor=F("refund_reserved_minor") + minor))

    _both_read_before_they_write(monkeypatch, sum_only)
    assert _two_cashiers(webhookless_shop) == ["succeeded", "succeeded"]
    assert Refund.objects.filter(tenant=webhookless_shop.tenant).count() == 2
