"""M11 to M15: reduced events, account checks, changed and revoked keys, and serving after all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import OrderAtCounter
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.processor_accounts.accounts import check_account, remove_account, save_credentials
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.models import Alert, Order, OrderEvent, Payment, PaymentType, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from duitpos.models.payment_setup import AccountState
from tests.support.credentials import in_use, keep
from tests.support.live_shop import Clock
from tests.support.scenarios import (
    SESSION,
    alert,
    calls,
    deliveries,
    detail,
    end_wrongly,
    start_again,
)
from tests.support.shop import Shop, an_account

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def endpoint_sends(shop: Shop, **how: Any) -> None:
    shop.sandbox.control("POST", f"/endpoints/{shop.endpoint['id']}", how)


@pytest.mark.parametrize(
    "how",
    [
        {"api_version": "2020-08-27"},
        {"api_version": "2020-08-27", "drop_fields": ["amount_total", "metadata", "payment_status"]},
        {"drop_fields": ["amount_total"]},
        {"drop_fields": ["metadata"]},
    ],
    ids=["other version", "other version and shape", "no amount", "no metadata"],
)
def test_m11_an_event_that_cannot_be_trusted_whole_is_a_hint(shop: Shop, how: dict[str, Any]) -> None:
    endpoint_sends(shop, **how)
    payment = shop.start()
    shop.pay(payment)
    assert [(event.type, event.outcome) for event in shop.events()] == [(COMPLETED, "settled")]
    assert shop.fresh(payment).moved_minor == 2500
    assert [order.label for order in shop.placed()] == ["T1"]
    assert calls(shop, "GET", payment.reference), "the truth was fetched"


def test_m11_a_reduced_event_whose_fetch_fails_is_delivered_again(shop: Shop) -> None:
    endpoint_sends(shop, api_version="2020-08-27")
    payment = shop.start()
    shop.sandbox.fault("error", status=503, path=SESSION, method="GET", count=2)
    shop.pay(payment)
    (delivery,) = deliveries(shop, COMPLETED)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [503]
    assert shop.events() == []
    assert shop.fresh(payment).status == "pending"
    shop.sandbox.control("POST", f"/deliveries/{delivery['id']}/retry")
    shop.sandbox.idle()
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m11_a_reduced_event_about_a_refund_leads_to_a_fetch_too(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    endpoint_sends(shop, api_version="2020-08-27")
    shop.sandbox.control("POST", "/refunds", {"payment_intent": shop.named(shop.fresh(payment))})
    shop.sandbox.idle()
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]


def test_m12_the_same_account_in_two_payment_types_is_no_mismatch(shop: Shop) -> None:
    """Both rows have the same secret. The first row verifies the event; the payment belongs to the second."""
    mine = PaymentType.objects.create(tenant=shop.tenant, code="PAY2", name="Pay here", position=5)
    first = shop.account
    second = an_account(shop.restaurant, shop.sandbox, external_id="")
    second.payment_type, second.external_id = mine, first.external_id
    second.save()
    payment = shop.start(payment_type_id=mine.id)
    assert payment.account_id == second.id
    # Only the payment's own account can fetch it.
    keep(first, secret_key="sk_test_of_nobody")
    first.save()
    shop.pay(payment)
    (event,) = shop.events()
    assert (event.account_id, event.outcome, event.payment_id) == (first.id, "settled", payment.id)
    assert calls(shop, "GET", payment.reference)
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.alerts() == []


def retire_account(shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(state=AccountState.RETIRED)


def switch_type_off(shop: Shop) -> None:
    PaymentType.objects.filter(tenant=shop.tenant, kind="online").update(is_active=False)


@pytest.mark.parametrize("retire", [retire_account, switch_type_off])
@pytest.mark.parametrize("path", ["webhook", "return", "sweep"])
def test_m13_what_is_retired_starts_nothing_but_verifies_fetches_and_refunds(
    webhookless_shop: Shop, retire: Any, path: str
) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    retire(shop)
    with pytest.raises(OrderAtCounter):
        shop.checkout(guest_token="another phone")
    if path == "webhook":
        shop.listen()
    shop.pay(payment)
    if path == "return":
        assert payment.order is not None
        handle_return(shop.tenant, payment.order.token)
    if path == "sweep":
        shop.sweep(after=timedelta(minutes=2))
    assert [order.label for order in shop.placed()] == ["T1"]
    assert refund_payment(shop.restaurant.owner, payment.id, "cold").status == "succeeded"


def a_working_key(shop: Shop) -> str:
    key: str = shop.sandbox.control("POST", f"/accounts/{shop.account.external_id}/keys", {})["key"]
    return key


def paste(shop: Shop, key: str) -> ProcessorAccount:
    """The owner pastes a key."""
    return save_credentials(shop.restaurant.owner, shop.account.id, {"secret_key": key}).account


def test_m13_a_key_of_another_account_makes_a_new_row_and_the_old_one_still_works(shop: Shop) -> None:
    old = shop.account
    payment = shop.start()
    other = shop.sandbox.control("POST", "/accounts", {"name": "Other"})
    new = paste(shop, other["secret_key"])
    old.refresh_from_db()
    assert (old.state, old.external_id) == (AccountState.RETIRED, shop.account.external_id)
    assert (new.id != old.id, new.state, new.external_id) == (True, AccountState.ACTIVE, other["id"])
    shop.pay(payment)
    assert shop.fresh(payment).status == "succeeded"
    assert refund_payment(shop.restaurant.owner, payment.id, "cold").status == "succeeded"
    assert shop.start(guest_token="another phone").account_id == new.id


def test_m13_an_unchecked_key_waits_and_the_old_one_stays_in_use(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    key = a_working_key(shop)
    shop.sandbox.fault("error", status=503, path="/v1/account$", count=2)
    assert paste(shop, key).id == shop.account.id
    assert shop.start().status == "pending"
    (used,) = {call["headers"]["authorization"][-4:] for call in calls(shop, "POST", "/sessions")}
    assert used == shop.sandbox.secret_key[-4:]
    check_account(shop.restaurant.owner, shop.account.id)
    assert in_use(ProcessorAccount.objects.get(tenant=shop.tenant), "secret_key") == key


def test_m13_an_account_with_payments_is_never_deleted(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    remove_account(shop.restaurant.owner, shop.account.id)
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    assert (account.state, in_use(account, "secret_key")) == (
        AccountState.RETIRED,
        shop.sandbox.secret_key,
    )
    shop.sandbox.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m14_a_revoked_key_pauses_the_account_and_changes_no_payment(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start()
    second = shop.start(guest_token="another phone")
    shop.sandbox.pay(first.reference)
    shop.sandbox.control("DELETE", f"/keys/{shop.sandbox.secret_key}")
    seen = len(shop.sandbox.requests())
    shop.sweep(after=timedelta(minutes=2))
    shop.sweep(after=timedelta(hours=2))
    asked = [request["target"].partition("?")[0] for request in shop.sandbox.requests()[seen:]]
    # One refusal is enough: after it, only the key is checked.
    assert len([path for path in asked if "/checkout/sessions" in path]) == 1
    assert {path for path in asked if "/checkout/sessions" not in path} <= {"/v1/account"}
    assert [shop.fresh(payment).status for payment in (first, second)] == ["pending", "pending"]
    assert shop.alerts() == [A.KEY_REFUSED]
    row = alert(shop).alert
    assert (row.amount_minor, row.currency) == (5000, "MYR")
    assert detail(shop).startswith("2 payments wait for an answer. Stripe refuses the key.")
    with pytest.raises(OrderAtCounter):
        shop.checkout(guest_token="a third phone")
    paste(shop, a_working_key(shop))
    assert shop.alerts() == []
    shop.sweep(after=timedelta(hours=2))
    assert shop.fresh(first).status == "succeeded"
    assert [order.label for order in shop.placed()] == ["T1"]


@pytest.mark.parametrize("status", [401, 403])
def test_m14_the_button_says_that_the_key_is_refused(webhookless_shop: Shop, status: int) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault("error", status=status, path="/v1/", count=2)
    with pytest.raises(Unavailable, match="check_not_answered"):
        check_now(shop.restaurant.owner, payment.id)
    assert shop.fresh(payment).status == "pending"
    assert shop.alerts() == [A.KEY_REFUSED]


def test_m14_a_key_refused_again_opens_the_alert_again(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    key = shop.sandbox.secret_key
    for _ in range(2):
        shop.sandbox.control("DELETE", f"/keys/{key}")
        shop.sweep(after=timedelta(hours=2))
        assert shop.alerts() == [A.KEY_REFUSED]
        key = a_working_key(shop)
        paste(shop, key)
        assert shop.alerts() == []
    assert Alert.objects.filter(tenant=shop.tenant).count() == 1


def test_m14_a_session_that_stripe_does_not_know_opens_an_alert(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault("error", status=404, path=SESSION, count=None)
    clock.advance(minutes=2)
    shop.sweep()
    assert shop.alerts() == [], "one answer proves nothing (M75)"
    clock.advance(minutes=3)
    shop.sweep()
    assert shop.fresh(payment).status == "pending"
    assert shop.alerts() == [A.NOT_AT_PROCESSOR]
    asked = len(shop.sandbox.requests())
    clock.advance(hours=5)
    shop.sweep()
    assert len(shop.sandbox.requests()) == asked, "not every few minutes"
    shop.sandbox.control("DELETE", "/faults")
    clock.advance(hours=2)
    shop.sweep()
    assert shop.fresh(payment).status == "canceled"
    assert shop.alerts() == [], "Stripe has answered: nobody need look any more"


def test_m15_served_after_all_keeps_its_number(shop: Shop) -> None:
    late = shop.start()
    end_wrongly(shop, late)
    (order,) = shop.orders()
    paid = start_again(shop, order)
    shop.pay(paid)
    cancel_order(shop.restaurant.owner, order.id, "no gas", refund=False)
    shop.pay(late)
    assert shop.alerts() == [A.ORDER_CANCELED, A.REFUND_DUE]
    row = Alert.objects.get(tenant=shop.tenant, kind=A.ORDER_CANCELED)
    act(shop.restaurant.owner, row.id, Action.SERVE)
    order = Order.objects.get(tenant=shop.tenant)
    assert (order.status, order.label, order.ended_at) == ("placed", "T1", None)
    flips = OrderEvent.objects.filter(tenant=shop.tenant).order_by("at", "id")
    assert [event.to_status for event in flips] == ["held", "placed", "canceled", "placed"]
    assert Payment.objects.filter(tenant=shop.tenant, status="succeeded").count() == 2
