"""A refund without response, permission or end opens an alert, and does not affect other payments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.payments.problems import pause_account
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.processor_accounts.accounts import save_credentials
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.transact import transact
from duitpos.models import Payment, ProcessorAccount, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.processors.errors import Failure, ProcessorError
from tests.money_path.test_m16_m20_twice import paid
from tests.support.live_shop import Clock
from tests.support.scenarios import SESSION, alert, detail, seen_by_guest, take_first_offer
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
PENDING_CARD = "4000000000007726"
NO_REFUNDS = [
    f"rak_{right}"
    for right in (
        "checkout_session_write",
        "account_read",
        "event_read",
        "payment_intent_read",
        "charge_read",
    )
]


def another_key(shop: Shop, permissions: list[str] | None = None) -> str:
    body = {"permissions": permissions} if permissions else {}
    key = shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", body)["key"]
    save_credentials(shop.restaurant.owner, shop.account.id, {"secret_key": key})
    return str(key)


def is_paused(shop: Shop) -> bool:
    return ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is not None


def the_refund(shop: Shop) -> Refund:
    return Refund.objects.get(tenant=shop.tenant)


def test_the_processor_knows_neither_the_refund_nor_the_payment(webhookless_shop: Shop) -> None:
    payment = paid(webhookless_shop)
    webhookless_shop.sandbox.fault("error", status=404, path="/v1/refunds", count=None)
    refund_payment(webhookless_shop.restaurant.owner, payment.id, "cold")
    assert the_refund(webhookless_shop).status == "created"
    assert webhookless_shop.alerts() == [A.REFUND_FAILED]
    assert "under way already" in take_first_offer(webhookless_shop)
    assert webhookless_shop.alerts() == [A.REFUND_FAILED], "it is still true"
    webhookless_shop.sandbox.control("DELETE", "/faults")
    take_first_offer(webhookless_shop)
    assert the_refund(webhookless_shop).status == "succeeded"
    assert webhookless_shop.alerts() == []


def test_no_response_for_a_day(webhookless_shop: Shop, clock: Clock) -> None:
    payment = paid(webhookless_shop)
    webhookless_shop.sandbox.fault("error", status=503, path="/v1/refunds", count=None)
    refund_payment(webhookless_shop.restaurant.owner, payment.id, "cold")
    clock.advance(hours=10, theirs=False)
    sweep()
    assert webhookless_shop.alerts() == []
    clock.advance(hours=15, theirs=False)
    sweep()
    assert webhookless_shop.alerts() == [A.REFUND_FAILED]
    webhookless_shop.sandbox.control("DELETE", "/faults")
    clock.advance(hours=10, theirs=False)
    sweep()
    assert the_refund(webhookless_shop).status == "succeeded"
    assert webhookless_shop.alerts() == []


def test_pending_for_two_weeks(webhookless_shop: Shop, clock: Clock) -> None:
    payment = paid(webhookless_shop, card=PENDING_CARD)
    refund_payment(webhookless_shop.restaurant.owner, payment.id, "cold")
    clock.advance(days=10, theirs=False)
    sweep()
    assert webhookless_shop.alerts() == []
    clock.advance(days=5, theirs=False)
    sweep()
    assert (the_refund(webhookless_shop).status, webhookless_shop.alerts()) == (
        "pending",
        [A.REFUND_FAILED],
    )
    act(
        webhookless_shop.restaurant.owner,
        alert(webhookless_shop).alert.id,
        Action.DONE,
        "asked them",
    )
    clock.advance(days=1, theirs=False)
    sweep()
    assert webhookless_shop.alerts() == [], "one alert only"
    settled = {"status": "succeeded"}
    webhookless_shop.sandbox.control(
        "POST", f"/refunds/{the_refund(webhookless_shop).reference}/settle", settled
    )
    clock.advance(days=1, theirs=False)
    sweep()
    assert the_refund(webhookless_shop).status == "succeeded"


def test_a_key_that_may_not_refund_still_takes_payments(webhookless_shop: Shop, clock: Clock) -> None:
    another_key(webhookless_shop, NO_REFUNDS)
    payment = paid(webhookless_shop)
    refund_payment(webhookless_shop.restaurant.owner, payment.id, "cold")
    assert (is_paused(webhookless_shop), webhookless_shop.alerts()) == (False, [A.REFUND_FAILED])
    assert "may not make refunds" in detail(webhookless_shop)
    webhookless_shop.start(guest_token="another phone")
    another_key(webhookless_shop)
    webhookless_shop.sweep(after=timedelta(hours=3))
    assert the_refund(webhookless_shop).status == "succeeded"
    assert webhookless_shop.alerts() == []


def test_a_late_refusal_of_the_old_key_does_not_pause_the_new_one(webhookless_shop: Shop) -> None:
    used = ProcessorAccount.objects.get(tenant=webhookless_shop.tenant)
    another_key(webhookless_shop)
    refused = ProcessorError(Failure.KEY_REFUSED, said="the old key was refused")
    transact(lambda: pause_account(used, refused))
    assert (is_paused(webhookless_shop), webhookless_shop.alerts()) == (False, [])
    transact(lambda: pause_account(ProcessorAccount.objects.get(tenant=webhookless_shop.tenant), refused))
    assert (is_paused(webhookless_shop), webhookless_shop.alerts()) == (True, [A.KEY_REFUSED])


@pytest.mark.parametrize("where", ["order's page", "dashboard"])
def test_a_held_order_with_a_refunded_payment_ends(shop: Shop, where: str) -> None:
    payment = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(amount_minor=2400)
    shop.pay(payment)
    assert shop.alerts() == [A.AMOUNT_DIFFERS]
    if where == "dashboard":
        intent = shop.named(shop.fresh(payment))
        shop.sandbox.control("POST", "/refunds", {"payment_intent": intent})
        shop.sandbox.idle()
    else:
        refund_payment(shop.restaurant.owner, payment.id, "wrong")
    (order,) = shop.orders()
    assert (order.status, order.cancel_reason, shop.alerts()) == ("canceled", "refunded", [])
    assert seen_by_guest(shop, order).state == "refunded"


def test_an_alert_that_is_not_about_money_does_not_keep_an_unpaid_order(
    webhookless_shop: Shop, clock: Clock
) -> None:
    webhookless_shop.start()
    webhookless_shop.sandbox.fault("error", status=404, path=SESSION, count=2)
    for _ in range(2):
        clock.advance(minutes=3)
        sweep()
    assert webhookless_shop.alerts() == [A.NOT_AT_PROCESSOR]
    clock.advance(hours=7)
    sweep()
    clock.advance(minutes=20)
    sweep()
    assert [order.status for order in webhookless_shop.orders()] == ["canceled"]
    for _ in range(2):
        clock.advance(days=31)
        sweep()
    assert webhookless_shop.orders() == []
