"""M152: a suspected payment opens one alert with its refund, whatever becomes of the events."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import stripe

from duitpos.dashboard.texts.alerts import shown_alert
from duitpos.domain.alerts.offers import Action
from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.payments.disputes.read import payment_pages
from duitpos.domain.payments.disputes.warnings import apply_warning
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Alert, OutboxEntry, Payment, ProcessorAccount, Refund
from duitpos.processors.snapshots import WarningKind, WarningSnapshot
from tests.support.at_once import deliver, event_of
from tests.support.live_shop import Clock
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
WARNED, REVIEWED = "4000000000005423", "4000000000009235"


def paid(shop: Shop, card: str) -> Payment:
    payment = shop.start()
    shop.pay(payment, card=card)
    payment = shop.fresh(payment)
    assert payment.status == "succeeded"
    return payment


def close_review(shop: Shop) -> None:
    (review,) = shop.sandbox.listed("reviews")
    shop.sandbox.control("POST", f"/reviews/{review['id']}/close", {"reason": "approved"})
    shop.sandbox.idle()


@pytest.mark.parametrize(
    "card, kind, actions",
    [
        (WARNED, "fraud_warning", (Action.REFUND, Action.DONE)),
        (REVIEWED, "payment_review", (Action.DONE, Action.REFUND)),
    ],
)
def test_m152_a_suspicion_opens_one_alert_and_its_refund_ends_it(
    shop: Shop, card: str, kind: str, actions: tuple[Action, ...]
) -> None:
    payment = paid(shop, card)
    (row,) = open_alerts(shop.tenant)
    assert (row.alert.kind, row.alert.payment_id, row.actions) == (kind, payment.id, actions)
    assert row.alert.amount_minor == 2500
    assert shown_alert(row).detail.startswith("Reason: ")
    page = payment_pages(shop.tenant, [row.alert.payment])[payment.id]
    assert page.endswith(f"/dashboard/payments/{shop.named(payment)}")
    assert OutboxEntry.objects.filter(tenant=shop.tenant, kind="alert").count() == 1
    act(shop.restaurant.owner, row.alert.id, Action.REFUND)
    shop.sandbox.idle()
    assert Refund.objects.get(tenant=shop.tenant).status == "succeeded"
    assert shop.alerts() == []


def test_m152_a_review_that_is_approved_there_needs_nothing_here(shop: Shop) -> None:
    paid(shop, REVIEWED)
    assert shop.alerts() == ["payment_review"]
    close_review(shop)
    assert shop.alerts() == []


@pytest.mark.parametrize("type_", ["radar.early_fraud_warning.created", "review.opened"])
def test_m152_a_duplicate_changes_nothing(shop: Shop, type_: str) -> None:
    paid(shop, WARNED if type_.startswith("radar") else REVIEWED)
    (alert,) = Alert.objects.filter(tenant=shop.tenant)
    act(shop.restaurant.owner, alert.id, Action.DONE, "known guest")
    # The same event again, and another event that says the same.
    assert deliver(shop, event_of(shop, type_)).status == 200
    again = {"type": type_, "object": event_of(shop, type_)["data"]["object"]}
    shop.sandbox.control("POST", "/events", again)
    shop.sandbox.idle()
    assert shop.alerts() == []
    assert Alert.objects.filter(tenant=shop.tenant).count() == 1


def test_m152_an_end_that_comes_before_its_beginning(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference, card=REVIEWED)
    close_review(shop)
    assert deliver(shop, event_of(shop, "review.closed")).status == 200
    assert shop.fresh(payment).status == "succeeded", "it was found by the event"
    assert deliver(shop, event_of(shop, "review.opened")).status == 200
    assert shop.alerts() == []


def test_m152_an_event_that_was_not_delivered_is_found(shop: Shop, clock: Clock) -> None:
    shop.sandbox.rule("drop", types=["radar.*"])
    paid(shop, WARNED)
    assert shop.alerts() == []
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now() - timedelta(seconds=1))
    shop.sweep()
    assert shop.alerts() == ["fraud_warning"]


def test_m152_a_foreign_suspicion_is_foreign(shop: Shop) -> None:
    for type_ in ("radar.early_fraud_warning.created", "review.opened"):
        shop.sandbox.control("POST", "/events", {"type": type_, "foreign": True})
    shop.sandbox.idle()
    assert shop.alerts() == []
    assert shop.events(state="failed") == []


def test_m152_the_sandboxs_objects_have_the_fields_of_stripes(shop: Shop) -> None:
    """The shared contract has no such schemas, so they are held against the types of Stripe's library."""
    paid(shop, WARNED)
    paid(shop, REVIEWED)
    close_review(shop)
    classes: dict[str, Any] = {
        "early_fraud_warnings": stripe.radar.EarlyFraudWarning,
        "reviews": stripe.Review,
    }
    for kind, cls in classes.items():
        (thing,) = shop.sandbox.listed(kind)
        hints = {name: str(hint) for name, hint in cls.__annotations__.items() if name != "OBJECT_NAME"}
        wanted = {name for name in hints if not name.startswith("_")}
        required = {name for name in wanted if not re.search("Optional|None", hints[name])}
        assert required <= set(thing) <= wanted, kind
        for name in required:
            assert thing[name] is not None, name


def test_m152_a_warning_before_the_notice_of_the_payment_names_its_amount(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    snapshot = WarningSnapshot("issfr_1", WarningKind.FRAUD, True, "fraudulent", now())
    assert transact(lambda: apply_warning(payment, snapshot)) == "warning_fraud"
    alert = Alert.objects.get(tenant=webhookless_shop.tenant)
    assert (alert.amount_minor, alert.currency) == (2500, "MYR")
