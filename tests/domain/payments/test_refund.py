"""Full refunds: our row first, one call, events in any order, and refunds made at the processor."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.errors import Conflict, Forbidden, Gone
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.kit.ids import uuid7
from duitpos.models import Payment, Refund
from duitpos.models.people import Role
from tests.support.live_shop import Clock
from tests.support.restaurant import a_member
from tests.support.scenarios import REFUNDS, calls, end_wrongly, seen_by_guest, take_first_offer
from tests.support.shop import GUIDE_EVENTS, Shop

pytestmark = pytest.mark.django_db(transaction=True)
PENDING_CARD = "4000000000007726"
FAILING_CARD = "4000000000005126"
BOOKS = [("payment", 2500), ("refund", -2500)]


def paid(shop: Shop, **how: Any) -> Payment:
    payment = shop.start()
    shop.pay(payment, **how)
    shop.sweep(after=timedelta(minutes=2))
    settled = shop.fresh(payment)
    assert settled.status == "succeeded"
    return settled


def press(shop: Shop, payment: Payment) -> Refund:
    refund = refund_payment(shop.restaurant.owner, payment.id, " cold food ")
    shop.sandbox.idle()
    refund.refresh_from_db()
    return refund


def state_seen(shop: Shop) -> str:
    return seen_by_guest(shop, shop.placed()[0]).state


def at_stripe(shop: Shop, payment: Payment, **how: Any) -> dict[str, Any]:
    """Refund a payment in Stripe's dashboard."""
    body = {"payment_intent": shop.named(payment), **how}
    refund: dict[str, Any] = shop.sandbox.control("POST", "/refunds", body)
    shop.sandbox.idle()
    return refund


def test_the_row_is_there_before_the_call_and_the_key_is_made_from_it(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    refund = press(shop, payment)
    assert (refund.status, refund.amount_minor, refund.reason) == ("succeeded", 2500, "cold food")
    assert (refund.source, refund.member_id) == ("staff", shop.restaurant.owner.id)
    (call,) = calls(shop, "POST", "/refunds")
    assert call["headers"]["idempotency-key"] == refund.key
    (there,) = shop.sandbox.listed("refunds")
    assert (there["id"], there["metadata"]["refund"]) == (refund.reference, str(refund.id))
    assert shop.ledger() == BOOKS
    assert shop.fresh(payment).refund_reserved_minor == 2500
    assert state_seen(shop) == GuestState.REFUNDED
    assert shop.alerts() == []


def test_pressed_twice_is_one_refund(shop: Shop) -> None:
    payment = paid(shop)
    assert press(shop, payment).id == press(shop, payment).id
    assert len(shop.sandbox.listed("refunds")) == 1
    assert shop.ledger() == BOOKS


def test_its_events_change_nothing(shop: Shop) -> None:
    press(shop, paid(shop))
    kinds = {event.type for event in shop.events()} - set(GUIDE_EVENTS)
    assert {"refund.created", "charge.refunded"} <= kinds
    assert Refund.objects.filter(tenant=shop.tenant).count() == 1
    assert shop.ledger() == BOOKS


def test_a_slow_refund(shop: Shop) -> None:
    payment = paid(shop, card=PENDING_CARD)
    refund = press(shop, payment)
    assert refund.status == "pending"
    assert state_seen(shop) == GuestState.REFUNDING
    assert shop.ledger() == [("payment", 2500)]
    shop.sandbox.control("POST", f"/refunds/{refund.reference}/settle", {"status": "succeeded"})
    shop.sandbox.idle()
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert state_seen(shop) == GuestState.REFUNDED
    assert shop.ledger() == BOOKS


def test_a_slow_refund_is_found_by_the_sweep(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    refund = press(shop, paid(shop, card=PENDING_CARD))
    assert refund.status == "pending"
    shop.sandbox.control("POST", f"/refunds/{refund.reference}/settle", {"status": "succeeded"})
    clock.advance(hours=2)
    shop.sweep()
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert shop.ledger() == BOOKS


def test_failed_after_it_succeeded(shop: Shop) -> None:
    payment = paid(shop)
    refund = press(shop, payment)
    failing = {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    shop.sandbox.control("POST", f"/refunds/{refund.reference}/settle", failing)
    shop.sandbox.idle()
    refund.refresh_from_db()
    assert (refund.status, refund.failure) == ("failed", {"said": "expired_or_canceled_card"})
    assert shop.alerts() == ["refund_failed"]
    assert shop.ledger() == [*BOOKS, ("refund_failed", 2500)]
    assert state_seen(shop) == GuestState.PAID
    assert shop.fresh(payment).refund_reserved_minor == 0
    take_first_offer(shop)
    shop.sandbox.idle()
    assert Refund.objects.filter(tenant=shop.tenant, status="succeeded").count() == 1
    assert shop.ledger() == [*BOOKS, ("refund_failed", 2500), ("refund", -2500)]
    assert shop.alerts() == []


def test_a_card_that_does_not_accept_refunds(shop: Shop, clock: Clock) -> None:
    refund = press(shop, paid(shop, card=FAILING_CARD))
    clock.advance(minutes=10)
    refund.refresh_from_db()
    assert refund.status == "failed"
    assert shop.alerts() == ["refund_failed"]
    assert state_seen(shop) == GuestState.PAID


def test_a_refund_canceled_at_the_processor_opens_an_alert(shop: Shop) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    assert payment.order_id is not None
    cancel_order(shop.restaurant.owner, payment.order_id, "left", refund=False)
    shop.pay(payment, card=PENDING_CARD)
    take_first_offer(shop)
    assert shop.alerts() == []
    refund = Refund.objects.get(tenant=shop.tenant)
    shop.sandbox.control("POST", f"/refunds/{refund.reference}/settle", {"status": "canceled"})
    shop.sandbox.idle()
    refund.refresh_from_db()
    assert refund.status == "canceled"
    assert shop.alerts() == ["refund_failed"], "the money is here, and its order is canceled"
    assert shop.fresh(payment).refund_reserved_minor == 0
    take_first_offer(shop)
    again = Refund.objects.get(tenant=shop.tenant, status="pending")
    shop.sandbox.control("POST", f"/refunds/{again.reference}/settle", {"status": "succeeded"})
    shop.sandbox.idle()
    assert shop.ledger() == BOOKS
    assert shop.alerts() == []


def test_a_later_refund_closes_the_failed_ones_alert(shop: Shop) -> None:
    payment = paid(shop)
    refund = press(shop, payment)
    shop.sandbox.control("POST", f"/refunds/{refund.reference}/settle", {"status": "failed"})
    shop.sandbox.idle()
    assert shop.alerts() == ["refund_failed"]
    # The order's page has this button.
    press(shop, payment)
    assert shop.alerts() == []


def test_refused(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    shop.sandbox.fault("error", status=400, path=REFUNDS, method="POST", message="Insufficient funds.")
    refund = press(shop, payment)
    assert refund.status == "failed"
    assert refund.failure["said"] == "Insufficient funds."
    assert shop.alerts() == ["refund_failed"]
    assert shop.ledger() == [("payment", 2500)]
    again = press(shop, payment)
    assert (again.id != refund.id, again.key != refund.key, again.status) == (True, True, "succeeded")


@pytest.mark.parametrize("is_delivered", [True, False], ids=["with event", "without event"])
def test_made_in_stripes_dashboard(webhookless_shop: Shop, is_delivered: bool) -> None:
    shop = webhookless_shop
    if is_delivered:
        shop.listen()
    payment = paid(shop)
    there = at_stripe(shop, payment)
    # Without an event, staff press refund, too.
    if not is_delivered:
        refused = press(shop, payment)
        assert refused.status == "canceled", "ours is not needed any more"
    refund = Refund.objects.get(tenant=shop.tenant, reference=there["id"])
    assert (refund.status, refund.source, refund.member_id) == ("succeeded", "processor", None)
    assert shop.fresh(payment).refund_reserved_minor == 2500
    assert shop.ledger() == BOOKS
    assert shop.alerts() == []
    assert state_seen(shop) == GuestState.REFUNDED


def test_after_half_a_refund_in_stripes_dashboard_the_rest_can_be_refunded(shop: Shop) -> None:
    payment = paid(shop)
    at_stripe(shop, payment, amount=1000)
    assert state_seen(shop) == GuestState.PAID
    rest = press(shop, payment)
    assert (rest.status, rest.amount_minor) == ("succeeded", 1500)
    assert shop.ledger() == [("payment", 2500), ("refund", -1000), ("refund", -1500)]
    assert state_seen(shop) == GuestState.REFUNDED


@pytest.mark.parametrize(
    "types",
    list(itertools.permutations(["checkout.session.completed", "refund.created", "charge.refunded"])),
    ids=lambda types: "-".join(name.rpartition(".")[2] for name in types),
)
def test_events_in_any_order_even_before_the_payments_event(shop: Shop, types: tuple[str, ...]) -> None:
    shop.sandbox.rule("hold", count=None)
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    (intent,) = shop.sandbox.listed("payment_intents")
    shop.sandbox.control("POST", "/refunds", {"payment_intent": intent["id"]})
    shop.sandbox.control("DELETE", "/deliveries/rules")
    for type_ in types:
        shop.sandbox.control("POST", "/deliveries/release", {"types": [type_]})
        shop.sandbox.idle()
    assert [event.type for event in shop.events()] == list(types)
    refund = Refund.objects.get(tenant=shop.tenant)
    assert (refund.status, refund.source) == ("succeeded", "processor")
    assert shop.ledger() == BOOKS
    assert shop.fresh(payment).refund_reserved_minor == 2500
    assert state_seen(shop) == GuestState.REFUNDED
    assert shop.alerts() == []


def test_who_may_refund_what(shop: Shop) -> None:
    payment = paid(shop)
    for role in (Role.CASHIER, Role.KITCHEN):
        with pytest.raises(Forbidden):
            refund_payment(a_member(shop.tenant, role), payment.id, "a try")
    with pytest.raises(Gone):
        refund_payment(shop.restaurant.owner, uuid7(), "a try")
    unpaid = shop.start(guest_token="another phone")
    with pytest.raises(Conflict, match="nothing_to_refund"):
        refund_payment(shop.restaurant.owner, unpaid.id, "a try")
    assert shop.sandbox.listed("refunds") == []
