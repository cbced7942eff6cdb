"""M151: a dispute is found without a webhook, followed to its end, and its deadline is not forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from duitpos.dashboard.texts.alerts import shown_alert
from duitpos.domain.alerts.offers import Action
from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.errors import Conflict
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.reporting.verify import verify_totals
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.dispute_deadlines import remind_of_disputes
from duitpos.kit.clock import now
from duitpos.models import Alert, BusinessDay, Dispute, LedgerEntry, Payment, ProcessorAccount, Refund
from tests.support.live_shop import Clock
from tests.support.scenarios import calls, restore_a_backup_without
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
FRAUD, INQUIRY = "4000000000000259", "4000000000001976"


@pytest.fixture(autouse=True)
def _no_pauses() -> None:
    cache.clear()


def look(shop: Shop) -> None:
    cache.clear()
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    shop.sweep()


def disputed(shop: Shop, card: str = FRAUD) -> Payment:
    payment = shop.start()
    shop.pay(payment, card=card)
    shop.sweep(after=timedelta(minutes=2))
    look(shop)
    payment = shop.fresh(payment)
    assert payment.status == "succeeded"
    return payment


def decide(shop: Shop, status: str) -> None:
    (dispute,) = shop.sandbox.listed("disputes")
    shop.sandbox.control("POST", f"/disputes/{dispute['id']}/decide", {"status": status})
    shop.sandbox.idle()


def the_dispute(shop: Shop) -> Dispute:
    return Dispute.objects.get(tenant=shop.tenant)


def ledger_of(shop: Shop) -> list[tuple[str, int, str]]:
    rows = LedgerEntry.objects.filter(tenant=shop.tenant).exclude(kind__in=("fee", "payment"))
    return sorted(rows.values_list("kind", "amount_minor", "currency"))


@pytest.mark.parametrize(
    "ends, booked",
    [
        ("won", [("dispute", -2500, "MYR"), ("dispute_fee", -6000, "MYR"), ("dispute_return", 2500, "MYR")]),
        ("lost", [("dispute", -2500, "MYR"), ("dispute_fee", -6000, "MYR")]),
    ],
)
def test_m151_without_a_webhook_it_is_found_and_followed(
    webhookless_shop: Shop, ends: str, booked: list[tuple[str, int, str]]
) -> None:
    shop = webhookless_shop
    shop.sandbox.control("POST", "/settings", {"dispute_fee": 6000})
    payment = disputed(shop)
    dispute = the_dispute(shop)
    assert (dispute.payment_id, dispute.status) == (payment.id, "needs_response")
    assert ledger_of(shop) == booked[:2]
    assert shop.alerts() == ["dispute"]
    decide(shop, "under_review")
    look(shop)
    assert the_dispute(shop).status == "under_review"
    decide(shop, ends)
    look(shop)
    look(shop)
    assert the_dispute(shop).status == ends
    assert ledger_of(shop) == booked
    assert shop.alerts() == ([] if ends == "won" else ["dispute"])
    assert list(verify_totals(shop.tenant.id)) == []


def test_m151_listing_an_open_dispute_again_changes_nothing(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    disputed(shop)
    before = list(BusinessDay.objects.filter(tenant=shop.tenant).values_list("business_date", "changes"))
    clock.advance(days=2)
    asked = len(calls(shop, "GET", "/v1/disputes"))
    look(shop)
    assert len(calls(shop, "GET", "/v1/disputes")) == asked + 1, "one call for all of them"
    days = BusinessDay.objects.filter(tenant=shop.tenant).values_list("business_date", "changes")
    fees = LedgerEntry.objects.filter(tenant=shop.tenant, kind="fee").count()
    assert sum(changes for _, changes in days) == sum(changes for _, changes in before) + fees
    assert Alert.objects.filter(tenant=shop.tenant, kind="dispute").count() == 1


def test_m151_a_dispute_of_a_payment_that_a_restore_lost(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = disputed(shop)
    Dispute.objects.filter(tenant=shop.tenant)._raw_delete("default")
    restore_a_backup_without(shop, payment)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(sessions_seen_to=None, disputes_seen_to=None)
    look(shop)
    look(shop)
    assert the_dispute(shop).payment.reference == payment.reference


def test_m151_an_older_report_that_is_listed_does_not_move_it_back(shop: Shop, clock: Clock) -> None:
    disputed(shop)
    held = shop.sandbox.listed("disputes")[0]
    clock.advance(minutes=30)
    decide(shop, "lost")
    assert the_dispute(shop).status == "lost"
    shop.sandbox.control(
        "POST", "/events", {"type": "charge.dispute.updated", "object": held, "created": held["created"]}
    )
    shop.sandbox.idle()
    assert the_dispute(shop).status == "lost"


def test_m151_the_fee_keeps_the_currency_of_the_account(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.control("POST", "/settings", {"dispute_fee": 1500})
    shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}", {"currency": "sgd"})
    disputed(shop)
    assert ledger_of(shop) == [("dispute", -2500, "MYR"), ("dispute_fee", -1500, "SGD")]
    assert list(verify_totals(shop.tenant.id)) == []


def test_m151_nothing_of_a_disputed_payment_is_refunded_before_the_bank_decides(shop: Shop) -> None:
    payment = disputed(shop)
    # Only a part was taken, or the withdrawal was not told yet.
    LedgerEntry.objects.filter(tenant=shop.tenant, kind="dispute").update(amount_minor=-100)
    with pytest.raises(Conflict, match="dispute_open") as caught:
        refund_payment(shop.restaurant.owner, payment.id, "")
    assert caught.value.facts["amount"] == the_dispute(shop).amount
    assert payment.order is not None
    (attempt,) = order_details(shop.tenant, payment.order.id).payments
    assert not attempt.can_refund
    assert attempt.no_refund is not None
    assert not Refund.objects.filter(tenant=shop.tenant).exists()


def test_m151_an_inquiry_is_ended_by_a_refund_from_its_alert(shop: Shop) -> None:
    payment = disputed(shop, INQUIRY)
    (row,) = open_alerts(shop.tenant)
    assert row.actions == (Action.REFUND, Action.DONE)
    shown = shown_alert(row)
    assert "no money has moved" in shown.detail
    act(shop.restaurant.owner, row.alert.id, Action.REFUND)
    shop.sandbox.idle()
    (refund,) = Refund.objects.filter(tenant=shop.tenant)
    assert (refund.status, refund.amount_minor) == ("succeeded", payment.amount_minor)
    decide(shop, "warning_closed")
    assert shop.alerts() == []


def mails(shop: Shop) -> list[Any]:
    run_outbox()
    found = [one for one in mail.outbox if "disputes" in one.subject]
    mail.outbox.clear()
    return found


def test_m151_the_owner_hears_of_the_deadline_more_often_as_it_comes_near(shop: Shop, clock: Clock) -> None:
    disputed(shop)
    (first,) = mails(shop)
    assert "MYR" in first.subject or "RM" in first.subject
    assert "without an answer it is lost" in first.body
    due = the_dispute(shop).respond_by
    assert due is not None
    # Staff have put it away, and the bank still waits.
    alert = Alert.objects.get(tenant=shop.tenant, kind="dispute")
    act(shop.restaurant.owner, alert.id, Action.DONE, "later")
    for before in (timedelta(days=3), timedelta(days=1), timedelta(hours=6)):
        clock.set(due - before - timedelta(minutes=1))
        assert remind_of_disputes(shop.tenant.id) == 0
        clock.set(due - before + timedelta(minutes=1))
        assert remind_of_disputes(shop.tenant.id) == 1
        assert remind_of_disputes(shop.tenant.id) == 0, "once"
        assert shop.alerts() == ["dispute"], "it is open again"
        assert len(mails(shop)) == 1
    clock.set(due + timedelta(minutes=1))
    assert remind_of_disputes(shop.tenant.id) == 0


def test_m151_a_worker_that_slept_sends_one_reminder(shop: Shop, clock: Clock) -> None:
    disputed(shop)
    mails(shop)
    due = the_dispute(shop).respond_by
    assert due is not None
    clock.set(due - timedelta(hours=1))
    assert remind_of_disputes(shop.tenant.id) == 1
    assert remind_of_disputes(shop.tenant.id) == 0
    assert the_dispute(shop).warned == 3


def test_m151_an_answered_dispute_is_not_reminded_of(shop: Shop, clock: Clock) -> None:
    disputed(shop)
    decide(shop, "under_review")
    due = the_dispute(shop).respond_by
    assert due is not None
    clock.set(due - timedelta(hours=1))
    assert remind_of_disputes(shop.tenant.id) == 0
    (row,) = open_alerts(shop.tenant)
    assert "Your answer is with the bank" in shown_alert(row).detail, "the open alert says the new state"
