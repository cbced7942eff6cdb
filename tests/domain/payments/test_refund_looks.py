"""Succeeded refunds are fetched again: a bank may return one, and the owner may not have selected its events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.schedule import REFUND_LOOKS, next_refund_look
from duitpos.models import Refund
from tests.support.live_shop import Clock
from tests.support.shop import Shop

SENT_BACK = "4000000000005126"


def test_the_fetches_end() -> None:
    ended_at = datetime(2026, 1, 1, tzinfo=UTC)
    looks = []
    at = next_refund_look(ended_at, ended_at)
    while at is not None:
        looks.append(at - ended_at)
        at = next_refund_look(ended_at, at)
    assert tuple(looks) == REFUND_LOOKS
    assert looks[-1] > timedelta(days=30), "as long as the refund may still fail"


@pytest.mark.parametrize("is_sent_back", [False, True])
def test_with_the_guides_two_events_a_refund_that_came_back_is_found(
    guide_events_shop: Shop, clock: Clock, is_sent_back: bool
) -> None:
    payment = guide_events_shop.start()
    guide_events_shop.pay(payment, **({"card": SENT_BACK} if is_sent_back else {}))
    refund_payment(guide_events_shop.restaurant.owner, payment.id, "guest left")
    assert Refund.objects.get(tenant=guide_events_shop.tenant).status == "succeeded"
    clock.advance(days=1, minutes=1)
    guide_events_shop.sweep()
    refund = Refund.objects.get(tenant=guide_events_shop.tenant)
    if is_sent_back:
        assert (refund.status, refund.next_check_at) == ("failed", None)
        assert guide_events_shop.alerts() == ["refund_failed"]
        assert sum(amount for _, amount in guide_events_shop.ledger()) == payment.amount_minor, (
            "the ledger has the money again"
        )
    else:
        assert refund.status == "succeeded"
        assert refund.ended_at is not None
        assert refund.next_check_at == refund.ended_at + REFUND_LOOKS[1]
        assert guide_events_shop.alerts() == []


def test_a_fetch_without_a_response_is_retried_soon(guide_events_shop: Shop, clock: Clock) -> None:
    payment = guide_events_shop.start()
    guide_events_shop.pay(payment, card=SENT_BACK)
    refund_payment(guide_events_shop.restaurant.owner, payment.id, "guest left")
    clock.advance(days=1, minutes=1)
    guide_events_shop.sandbox.fault("error", status=400, path="/v1/refunds")
    guide_events_shop.sweep()
    assert Refund.objects.get(tenant=guide_events_shop.tenant).status == "succeeded"
    clock.advance(minutes=10)
    guide_events_shop.sweep()
    assert Refund.objects.get(tenant=guide_events_shop.tenant).status == "failed"
