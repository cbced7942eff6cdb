"""A refund of dishes or of an amount is made once, whatever becomes of its calls (M6, M17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.payments.refunds.refund_part import Why, refund_amount, refund_lines
from duitpos.kit.ids import secret_token
from duitpos.models import OrderLine, Payment, Refund, RefundLine
from tests.support.live_shop import Clock
from tests.support.promise import broken_promises
from tests.support.scenarios import REFUNDS, calls
from tests.support.shop import Shop

Press = Callable[[], Refund]
PART = 1250


def paid(shop: Shop) -> Payment:
    """Two nasi lemak, RM 25.00."""
    payment = shop.start()
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=2))
    settled = shop.fresh(payment)
    assert settled.status == "succeeded"
    return settled


def presses(shop: Shop, payment: Payment) -> dict[str, Press]:
    """One form of each kind, which may be sent more than once."""
    owner, why = shop.restaurant.owner, Why(secret_token(), "late", "cold")
    line = OrderLine.objects.get(tenant=shop.tenant, order=payment.order)
    return {
        "dishes": lambda: refund_lines(owner, payment.id, {line.id: 1}, why),
        "amount": lambda: refund_amount(owner, payment.id, PART, why),
    }


def lost(shop: Shop, kind: str, **fault: Any) -> tuple[Press, Refund]:
    """Staff press, and no answer arrives."""
    press = presses(shop, paid(shop))[kind]
    shop.sandbox.fault(**{"fault": "drop", "when": "after", "path": REFUNDS, "count": 2, **fault})
    refund = press()
    assert refund.status == "created"
    return press, refund


def assert_made_once(shop: Shop, refund: Refund, kind: str) -> None:
    refund.refresh_from_db()
    (there,) = shop.sandbox.listed("refunds")
    assert (refund.status, refund.reference, there["amount"]) == ("succeeded", there["id"], PART)
    assert shop.ledger() == [("payment", 2500), ("refund", -PART)]
    assert Refund.objects.filter(tenant=shop.tenant).count() == 1
    assert RefundLine.objects.filter(tenant=shop.tenant).count() == (1 if kind == "dishes" else 0)
    assert shop.fresh(Payment.objects.get(tenant=shop.tenant)).refund_reserved_minor == PART
    wrong = [one for one in broken_promises(shop) if one.startswith(("refunds:", "refund_lines:"))]
    assert wrong == []


both = pytest.mark.parametrize("kind", ["dishes", "amount"])


@both
def test_m17_a_part_with_a_lost_answer_is_asked_again_with_the_same_key(
    webhookless_shop: Shop, kind: str
) -> None:
    shop = webhookless_shop
    press, refund = lost(shop, kind)
    press()
    shop.sweep(after=timedelta(minutes=5))
    assert_made_once(shop, refund, kind)
    assert {call["headers"]["idempotency-key"] for call in calls(shop, "POST", "/refunds")} == {refund.key}


@both
@pytest.mark.parametrize("when", ["before", "after"])
def test_m17_a_part_sent_again_after_a_day_is_made_once(
    webhookless_shop: Shop, clock: Clock, kind: str, when: str
) -> None:
    shop = webhookless_shop
    press, refund = lost(shop, kind, when=when)
    clock.advance(hours=25)
    press()
    shop.sweep()
    assert_made_once(shop, refund, kind)
    assert refund.key_generation == (2 if when == "before" else 1)


@both
@pytest.mark.parametrize("when", ["before", "after"])
def test_m17_a_part_whose_500_is_replayed_is_made_once(webhookless_shop: Shop, kind: str, when: str) -> None:
    shop = webhookless_shop
    press = presses(shop, paid(shop))[kind]
    shop.sandbox.fault("error", status=500, when=when, path=REFUNDS, count=1)
    refund = press()
    press()
    assert_made_once(shop, refund, kind)
