"""A hanging processor delays one restaurant's sweep, but not other restaurants', nor its other work for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.sweep import sweep as sweep_module
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import OutboxEntry, Payment, ProcessorAccount
from tests.support.live_shop import Clock
from tests.support.scenarios import REFUNDS, SESSION, calls
from tests.support.shop import GUIDE_EVENTS, Shop, open_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(webhookless_shop: Shop) -> Iterator[Shop]:
    """A second restaurant, which is swept after the first."""
    with open_shop(webhookless_shop.sandbox, webhookless_shop.url, slug="zz-satay") as shop:
        yield shop


def test_work_that_hangs_is_left_for_the_next_sweep(
    webhookless_shop: Shop, other: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhookless_shop.listen(GUIDE_EVENTS)
    for guest in range(4):
        webhookless_shop.pay(webhookless_shop.start(guest_token=f"guest-{guest}"))
    open_work = OutboxEntry.objects.filter(tenant=webhookless_shop.tenant, done_at=None, kind="details")
    assert open_work.count() == 4
    waits = other.start()
    webhookless_shop.sandbox.pay(waits.reference)
    clock.advance(minutes=2, theirs=False)
    monkeypatch.setattr(sweep_module, "PATIENCE", 1.0)
    webhookless_shop.sandbox.fault("hang", seconds=1.2, path=SESSION, method="GET", count=1, when="before")
    sweep()
    assert other.fresh(waits).status == "succeeded"
    assert open_work.filter(tries=0).count() == 3, "one fetch used all the time"


def test_another_kind_of_work_goes_first_after_a_timeout(
    webhookless_shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment)
    shop.sweep(after=timedelta(minutes=2))
    shop.sandbox.fault("drop", when="after", path=REFUNDS, method="POST", count=2)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "created"
    for guest in range(3):
        shop.start(guest_token=f"guest-{guest}")
    monkeypatch.setattr(sweep_module, "PATIENCE", 0.5)
    shop.sandbox.fault("hang", seconds=0.7, path=SESSION, method="GET", count=None, when="before")
    clock.advance(minutes=4, theirs=False)
    sweep()
    refund.refresh_from_db()
    assert (refund.status, refund.checks) == ("created", 0), "the sweep did not reach or claim it"
    sweep()
    refund.refresh_from_db()
    assert refund.status == "succeeded"


def test_unprocessed_listed_events_are_listed_again(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    shop.listen()
    shop.sandbox.rule("drop", types=["checkout.session.completed"])
    shop.pay(shop.start())
    sweep_module.fetch_missed_events(shop.tenant, account, time.monotonic())
    account.refresh_from_db()
    assert shop.events() == []
    assert account.events_seen_to is not None
    sweep_module.fetch_missed_events(shop.tenant, account, time.monotonic() + 60)
    assert [event.outcome for event in shop.events()] == ["settled"]
    assert calls(shop, "GET", "/events")
    assert Payment.objects.get(tenant=shop.tenant).status == "succeeded"
