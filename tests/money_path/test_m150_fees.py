"""M150: what the processor charges is booked once, also when it is told late, out of order or twice."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.settlement import fees as booking
from duitpos.domain.reporting.report import By, Period, Question
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.verify import verify_totals
from duitpos.domain.sweep.fees import EVERY, WINDOW, look_at_fees
from duitpos.kit.clock import now
from duitpos.models import BusinessDay, LedgerEntry, Payment, ProcessorAccount
from tests.support.live_shop import Clock
from tests.support.scenarios import calls, restore_a_backup_without
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
FEE = 175
"""3 % of 25.00 and 1.00, the sandbox's card fee in Malaysia."""


@pytest.fixture(autouse=True)
def _no_pauses() -> None:
    cache.clear()


def paid(shop: Shop, **how: Any) -> Payment:
    payment = shop.start()
    shop.pay(payment, **how)
    payment = shop.fresh(payment)
    assert payment.status == "succeeded"
    return payment


def look(shop: Shop) -> None:
    """The account is asked, whenever that is due."""
    cache.clear()
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    shop.sweep()


def test_m150_a_fee_is_booked_once_on_the_day_of_its_payment(shop: Shop, clock: Clock) -> None:
    payment = paid(shop)
    clock.advance(hours=1)
    look(shop)
    look(shop)
    assert shop.fees() == [(-FEE, "MYR")]
    entry = LedgerEntry.objects.get(tenant=shop.tenant, kind="fee")
    assert (entry.at, entry.business_date) == (payment.settled_at, payment.business_date)
    assert entry.is_test is payment.is_test
    assert shop.ledger() == [("payment", 2500)]


def test_m150_a_fee_that_is_told_an_hour_later_is_booked_then(shop: Shop, clock: Clock) -> None:
    shop.sandbox.control("POST", "/settings", {"balance_seconds": 3500})
    paid(shop)
    look(shop)
    assert shop.fees() == []
    clock.advance(minutes=50)
    look(shop)
    assert shop.fees() == [], "it is not told yet"
    clock.advance(minutes=10)
    look(shop)
    assert shop.fees() == [(-FEE, "MYR")]


def test_m150_many_payments_cost_one_call(shop: Shop, clock: Clock) -> None:
    for _ in range(5):
        paid(shop)
    clock.advance(minutes=20)
    before = len(calls(shop, "GET", "/balance_transactions"))
    look(shop)
    assert len(calls(shop, "GET", "/balance_transactions")) - before == 1
    assert shop.fees() == [(-FEE, "MYR")] * 5
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    shop.sweep()
    assert len(calls(shop, "GET", "/balance_transactions")) - before == 1, f"not again within {EVERY}"


def test_m150_the_fee_of_a_refund_is_booked_beside_it(shop: Shop, clock: Clock) -> None:
    shop.sandbox.control("POST", "/settings", {"refund_fee": 50})
    payment = paid(shop)
    clock.advance(hours=1)
    refund_payment(shop.restaurant.owner, payment.id, "")
    shop.sandbox.idle()
    clock.advance(minutes=5)
    look(shop)
    look(shop)
    assert sorted(shop.fees()) == [(-FEE, "MYR"), (-50, "MYR")]
    booked = LedgerEntry.objects.get(tenant=shop.tenant, kind="fee", amount_minor=-50)
    refunded = LedgerEntry.objects.get(tenant=shop.tenant, kind="refund")
    assert (booked.at, booked.business_date) == (refunded.at, refunded.business_date)


def test_m150_a_fee_in_another_currency_is_never_added_to_the_payments(shop: Shop, clock: Clock) -> None:
    account = shop.account.external_id
    shop.sandbox.control("POST", f"/accounts/{account}", {"currency": "sgd"})
    payment = paid(shop)
    clock.advance(minutes=20)
    look(shop)
    assert shop.fees() == [(-23, "SGD")], "3 % of what 25.00 became"
    period = Period(payment.business_date, payment.business_date)  # type: ignore[arg-type]
    reports = {one.currency: one for one in revenue(shop.tenant, Question(period, By.DAY, is_test=True))}
    ours, theirs = reports["MYR"].total, reports["SGD"].total
    assert (ours.net, ours.fees, ours.net_after_fees) == (2500, 0, 2500)
    assert (theirs.gross, theirs.fees, theirs.orders) == (0, -23, 0)
    assert list(verify_totals(shop.tenant.id)) == []


def test_m150_reports_have_the_fee_by_day_type_and_location(shop: Shop, clock: Clock) -> None:
    payment = paid(shop)
    clock.advance(minutes=20)
    look(shop)
    period = Period(payment.business_date, payment.business_date)  # type: ignore[arg-type]
    for by in (By.DAY, By.PAYMENT_TYPE, By.LOCATION, By.METHOD, By.TABLE):
        (report,) = revenue(shop.tenant, Question(period, by, is_test=True))
        assert report.total.fees == -FEE, by
        assert report.total.net_after_fees == 2500 - FEE
        assert [row.sums.fees for row in report.rows] == [-FEE], by
    assert list(verify_totals(shop.tenant.id)) == []


def test_m150_a_payment_that_is_settled_days_later_still_gets_its_fee(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=now() + timedelta(days=9))
    clock.advance(hours=5)
    for _ in range(3):
        look(shop)
        clock.advance(hours=6)
    assert shop.fees() == []
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=now() - timedelta(days=2))
    look(shop)
    assert shop.fresh(payment).status == "succeeded"
    assert shop.fees() == [(-FEE, "MYR")]


def test_m150_fees_of_other_software_and_of_lost_payments(shop: Shop, clock: Clock) -> None:
    payment = paid(shop)
    restore_a_backup_without(shop, payment)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=None, fees_seen_to=None)
    clock.advance(minutes=20)
    look(shop)
    look(shop)
    assert shop.fees() == [(-FEE, "MYR")], "the adopted payment's"


def test_m150_a_closed_day_does_not_change(shop: Shop, clock: Clock) -> None:
    payment = paid(shop)
    BusinessDay.objects.filter(tenant=shop.tenant).update(closed_at=now())
    clock.advance(days=2)
    look(shop)
    entry = LedgerEntry.objects.get(tenant=shop.tenant, kind="fee")
    assert payment.business_date is not None
    assert entry.business_date > payment.business_date


def test_m150_a_key_without_permission_stops_nothing_else(shop: Shop, clock: Clock) -> None:
    paid(shop)
    shop.sandbox.fault("error", status=403, path="/v1/balance_transactions", count=None)
    clock.advance(minutes=20)
    look(shop)
    assert shop.fees() == []
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is None
    shop.sandbox.control("DELETE", "/faults")
    look(shop)
    assert shop.fees() == [(-FEE, "MYR")]


def test_m150_fees_are_booked_in_chunks(shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "CHUNK", 2)
    for _ in range(5):
        paid(shop)
    clock.advance(minutes=20)
    look(shop)
    assert len(shop.fees()) == 5


def test_m150_a_listing_that_fails_is_shorter_the_next_time(shop: Shop, clock: Clock) -> None:
    paid(shop)
    shop.sandbox.fault("error", status=503, path="/v1/balance_transactions", count=None)
    clock.advance(days=4)
    for _ in range(3):
        cache.delete(f"fees:{shop.account.id}")
        look_at_fees(shop.tenant, shop.account, time.monotonic() + 60)
    assert cache.get(f"fees-window:{shop.account.id}") == WINDOW.total_seconds() / 8
    shop.sandbox.control("DELETE", "/faults")
    for _ in range(9):
        cache.delete(f"fees:{shop.account.id}")
        shop.account.refresh_from_db()
        look_at_fees(shop.tenant, shop.account, time.monotonic() + 60)
    assert shop.fees() == [(-FEE, "MYR")], "it still comes to the end"
    shop.account.refresh_from_db()
    assert shop.account.fees_seen_to is not None
    assert now() - shop.account.fees_seen_to < timedelta(hours=1)
