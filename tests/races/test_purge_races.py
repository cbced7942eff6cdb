"""Purges at once, and a purge while money comes: each thing is removed and counted once, and no money is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.sweep import purge as purge_module
from duitpos.domain.sweep import unpaid_orders
from duitpos.domain.sweep.purge import Purged, purge
from duitpos.kit.clock import now
from duitpos.models import Order, OrderLine, Payment, WebhookEvent
from tests.domain.sweep.rows import PAYER, a_past
from tests.support.at_once import at_once
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_each_thing_is_removed_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Small batches, so that the purges meet often.
    monkeypatch.setattr(purge_module, "BATCH", 3)
    pasts = [a_past("kopi"), a_past("teh")]
    for past in pasts:
        for _ in range(12):
            past.event(100)
            past.paid(200)
            past.paid(200, "", checkout_request={"payer": PAYER})
            past.payment(past.order(31), 31)
    done: list[Purged] = at_once([purge] * 4)
    left = purge()
    assert [one.errors for one in (*done, left)] == [0] * 5
    counted = [(one.event_bodies, one.orders, one.emails) for one in (*done, left)]
    assert [sum(column) for column in zip(*counted, strict=True)] == [24, 24, 48]
    assert purge() == Purged()
    for past in pasts:
        assert not WebhookEvent.objects.filter(tenant=past.tenant).exclude(body="").exists()
        assert Order.objects.filter(tenant=past.tenant).count() == 24
        assert Payment.objects.filter(tenant=past.tenant).exclude(guest_email="").count() == 0


@pytest.mark.postgres_only
def test_money_that_comes_during_a_purge_keeps_its_order(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purge has found that nobody paid when the payment succeeds; SQLite lets only one of them begin."""
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    shop.sandbox.pay(payment.reference)
    month = now() - timedelta(days=31)
    Payment.objects.filter(tenant=shop.tenant).update(status="canceled", ended_at=month, created_at=month)
    Order.objects.filter(tenant=shop.tenant).update(status="canceled", ended_at=month, created_at=month)
    has_read, is_paid = threading.Event(), threading.Event()
    never_paid = unpaid_orders.never_paid

    def look(tenant_id: Any) -> Any:
        found = never_paid(tenant_id)

        class Looks:
            def filter(self, **which: Any) -> Looks:
                self.there = found.filter(**which).exists()
                return self

            def exists(self) -> bool:
                has_read.set()
                assert is_paid.wait(30)
                return self.there

        return Looks()

    monkeypatch.setattr(unpaid_orders, "never_paid", look)

    def settle() -> None:
        assert has_read.wait(30)
        try:
            fetch_and_settle(shop.fresh(payment), Actor("button"))
        finally:
            is_paid.set()

    done, _ = at_once([purge, settle])
    assert done == Purged()
    assert shop.fresh(payment).status == "succeeded"
    assert OrderLine.objects.filter(tenant=shop.tenant).exists()
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == ["order_canceled"]
