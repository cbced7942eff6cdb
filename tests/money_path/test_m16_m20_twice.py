"""M16 to M20: two payments, lost refund responses, failing events, unknown payments, and a copied database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.tenancy.installation import adopt_installation
from duitpos.kit.clock import now
from duitpos.models import (
    Alert,
    LedgerEntry,
    Location,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    ProcessorAccount,
    Refund,
)
from duitpos.models.alert import AlertKind as A
from tests.support.at_once import at_once, deliver
from tests.support.live_shop import Clock
from tests.support.scenarios import (
    REFUNDS,
    alert,
    calls,
    deliveries,
    elsewhere,
    end_wrongly,
    free_number,
    start_again,
    take_first_offer,
    take_number,
    tell,
)
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def paid(shop: Shop, **how: Any) -> Payment:
    """Start, pay and settle a payment, with or without webhooks."""
    payment = shop.start()
    shop.pay(payment, **how)
    shop.sweep(after=timedelta(minutes=2))
    settled = shop.fresh(payment)
    assert settled.status == "succeeded"
    return settled


@pytest.mark.races
def test_m16_two_payments_that_settle_together_release_once_and_one_is_a_duplicate(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    first = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(status="canceled", ended_at=now())
    (order,) = shop.orders()
    second = start_again(shop, order)
    for payment in (first, second):
        shop.sandbox.pay(payment.reference)
    events = [event for event in shop.sandbox.listed("events") if event["type"] == COMPLETED]
    answers = at_once([lambda event=event: deliver(shop, event) for event in events * 4])  # type: ignore[misc]
    assert {answer.status for answer in answers} == {200}
    order.refresh_from_db()
    assert (order.status, order.label) == ("placed", "T1")
    assert OrderEvent.objects.filter(tenant=shop.tenant, to_status="placed").count() == 1
    duplicate = Alert.objects.get(tenant=shop.tenant, kind=A.DUPLICATE_PAYMENT)
    assert {duplicate.payment_id, order.released_by_id} == {first.id, second.id}
    assert sorted(entry.payment_id for entry in LedgerEntry.objects.filter(tenant=shop.tenant)) == sorted(
        [first.id, second.id]
    )


def test_m16_fifty_settles_make_one_alert_and_one_ledger_row(shop: Shop) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    shop.pay(payment)
    for kind in ("webhook", "return", "sweep", "button", "webhook") * 10:
        assert fetch_and_settle(shop.fresh(payment), Actor(kind)) == "already"
    assert Alert.objects.get(tenant=shop.tenant).kind == A.LATE_MONEY
    assert shop.ledger() == [("payment", 2500)]
    assert shop.fresh(payment).settled_via == "webhook"


def lose_refund(shop: Shop, **fault: Any) -> Refund:
    """Staff press refund, and no response arrives."""
    payment = paid(shop)
    shop.sandbox.fault(**{"fault": "drop", "when": "after", "path": REFUNDS, "count": 2, **fault})
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "created"
    return refund


def assert_refunded_once(shop: Shop, refund: Refund) -> None:
    refund.refresh_from_db()
    (there,) = shop.sandbox.listed("refunds")
    assert (refund.status, refund.reference) == ("succeeded", there["id"])
    assert there["metadata"]["refund"] == str(refund.id)
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]
    assert shop.alerts() == []


def test_m17_a_refund_with_a_lost_response_is_retried_with_the_same_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    refund = lose_refund(shop)
    shop.sweep(after=timedelta(minutes=5))
    assert_refunded_once(shop, refund)
    keys = {call["headers"]["idempotency-key"] for call in calls(shop, "POST", "/refunds")}
    assert keys == {refund.key}


def test_m17_after_a_day_the_refunds_are_listed_before_any_new_call(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    refund = lose_refund(shop)
    before = len(calls(shop, "POST", "/refunds"))
    clock.advance(hours=25)
    shop.sweep()
    assert_refunded_once(shop, refund)
    assert len(calls(shop, "POST", "/refunds")) == before
    assert len(calls(shop, "GET", "/refunds")) == 1


def test_m17_after_a_day_a_refund_that_stripe_does_not_have_gets_a_new_key(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    refund = lose_refund(shop, when="before")
    clock.advance(hours=25)
    shop.sweep()
    assert_refunded_once(shop, refund)
    assert refund.key_generation == 2


def test_m17_a_stored_500_is_not_replayed_for_a_day(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    shop.sandbox.fault("error", status=500, when="before", path=REFUNDS, count=1)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    # The retry gets the stored error; a new key is used at once, without waiting for a sweep.
    assert_refunded_once(shop, refund)
    assert refund.key_generation == 2


def test_m17_after_repeated_errors_the_refund_is_retried_within_seconds(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    shop.sandbox.fault("error", status=500, when="before", path=REFUNDS, count=4)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "created"
    refund.refresh_from_db()
    assert refund.next_check_at is not None
    assert refund.next_check_at - now() < timedelta(seconds=3)
    for _ in range(3):
        shop.sweep(after=timedelta(seconds=20))
    assert_refunded_once(shop, refund)


def test_m17_a_refund_made_despite_a_stored_500_is_matched_by_our_id(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    shop.sandbox.fault("error", status=500, when="after", path=REFUNDS, count=1)
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert_refunded_once(shop, refund)
    assert refund.key_generation == 1


def take_number_one(shop: Shop) -> None:
    """Make the next settle fail: its order number is taken."""
    take_number(shop, 1)


def free_number_one(shop: Shop) -> None:
    free_number(shop, 1)


def break_time_zone(shop: Shop) -> None:
    """Make settle fail: it cannot compute the business date."""
    Location.objects.filter(tenant=shop.tenant).update(time_zone="Nowhere/Land")


def repair_time_zone(shop: Shop) -> None:
    Location.objects.filter(tenant=shop.tenant).update(time_zone="Asia/Kuala_Lumpur")


CAUSES = [(take_number_one, free_number_one), (break_time_zone, repair_time_zone)]


def with_a_failing_event(shop: Shop, cause: Any) -> Payment:
    payment = shop.start()
    cause(shop)
    shop.pay(payment)
    (delivery,) = deliveries(shop, COMPLETED)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500]
    (event,) = shop.events()
    assert (event.state, event.outcome) == ("failed", "failed")
    assert event.error
    assert shop.alerts() == [A.EVENT_FAILED]
    assert shop.fresh(payment).status == "pending", "nothing half done"
    assert shop.ledger() == []
    return payment


@pytest.mark.parametrize("cause, repair", CAUSES)
def test_m18_a_poison_event_leaves_a_trace_and_runs_when_it_is_sent_again(
    shop: Shop, cause: Any, repair: Any
) -> None:
    payment = with_a_failing_event(shop, cause)
    (delivery,) = deliveries(shop, COMPLETED)
    shop.sandbox.control("POST", f"/deliveries/{delivery['id']}/retry")
    shop.sandbox.idle()
    assert shop.alerts() == [A.EVENT_FAILED], "still one"
    repair(shop)
    shop.sandbox.control("POST", f"/deliveries/{delivery['id']}/retry")
    shop.sandbox.idle()
    (event,) = shop.events()
    assert (event.state, event.outcome, event.error) == ("done", "settled", "")
    assert shop.fresh(payment).status == "succeeded"
    assert [order.released_by_id for order in shop.placed()] == [payment.id]
    assert shop.alerts() == []


@pytest.mark.parametrize("cause, repair", CAUSES)
def test_m18_the_sweep_retries_a_failed_event_too(shop: Shop, clock: Clock, cause: Any, repair: Any) -> None:
    # Noon in Malaysia: no trading day ends during the test.
    clock.set(now().replace(hour=4))
    payment = with_a_failing_event(shop, cause)
    # Test the sweep of the event here, not of the payment.
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    shop.sandbox.rule("drop", count=None)
    shop.sweep()
    assert shop.alerts() == [A.EVENT_FAILED]
    clock.advance(minutes=30, theirs=False)
    shop.sweep()
    repair(shop)
    clock.advance(minutes=10, theirs=False)
    shop.sweep()
    assert shop.fresh(payment).status == "succeeded"
    assert [event.state for event in shop.events()] == ["done"]
    assert shop.alerts() == []


def restore_an_older_backup(shop: Shop) -> None:
    """Delete all the guest's rows here; the processor keeps its own."""
    OrderLine.objects.filter(tenant=shop.tenant)._raw_delete("default")
    OrderEvent.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Payment.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Order.objects.filter(tenant=shop.tenant)._raw_delete("default")


def unknown_paid_session(shop: Shop) -> Payment:
    lost = shop.start()
    restore_an_older_backup(shop)
    shop.sandbox.pay(lost.reference)
    shop.sandbox.idle()
    stray = Payment.objects.get(tenant=shop.tenant)
    assert (stray.reference, stray.status, stray.order_id) == (lost.reference, "succeeded", None)
    row = alert(shop)
    assert row.alert.kind == A.UNKNOWN_PAYMENT
    assert (row.alert.amount_minor, row.alert.currency) == (2500, "MYR")
    assert [*row.actions] == [Action.REFUND, Action.LINK, Action.DONE]
    assert shop.ledger() == [("payment", 2500)]
    return stray


def test_m19_our_unknown_payment_can_be_refunded(shop: Shop) -> None:
    stray = unknown_paid_session(shop)
    take_first_offer(shop)
    assert Refund.objects.get(tenant=shop.tenant, payment=stray).status == "succeeded"
    assert shop.alerts() == []


def test_m19_our_money_that_is_unknown_here_can_be_linked_to_an_order(shop: Shop) -> None:
    stray = unknown_paid_session(shop)
    other = shop.start(guest_token="the same guest again")
    assert other.order_id is not None
    act(shop.restaurant.owner, alert(shop).alert.id, Action.LINK, order_id=other.order_id)
    order = Order.objects.get(tenant=shop.tenant)
    assert (order.status, order.label, order.released_by_id) == ("placed", "T1", stray.id)
    assert shop.alerts() == []
    shop.sweep(after=timedelta(minutes=2))
    assert shop.fresh(other).status == "canceled", "its session must not be paid, too"


def test_m19_a_second_session_with_the_same_metadata_is_another_payment(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    session = {
        **shop.sandbox.control("GET", f"/sessions/{payment.reference}"),
        "id": "cs_test_of_the_same_mark",
        "payment_intent": "pi_of_the_same_mark",
    }
    shop.sandbox.control("POST", "/events", {"type": COMPLETED, "object": session})
    shop.sandbox.idle()
    stray = Payment.objects.get(tenant=shop.tenant, reference="cs_test_of_the_same_mark")
    assert (stray.status, stray.order_id) == ("succeeded", payment.order_id)
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]
    assert shop.ledger() == [("payment", 2500), ("payment", 2500)]


def foreign(shop: Shop, metadata: dict[str, str] | None) -> None:
    body: dict[str, Any] = {"type": COMPLETED, "foreign": True}
    if metadata is not None:
        body["overrides"] = {"metadata": metadata}
    shop.sandbox.control("POST", "/events", body)
    shop.sandbox.idle()


@pytest.mark.parametrize("whose", ["another program", "another installation", "another restaurant"])
def test_m19_foreign_events_are_only_counted(shop: Shop, whose: str) -> None:
    payment = shop.start()
    correlation = dict(payment.checkout_request["correlation"])
    if whose == "another program":
        foreign(shop, None)
    elif whose == "another installation":
        foreign(shop, {**correlation, "installation": str(payment.id)})
    else:
        foreign(shop, {**correlation, "tenant": str(payment.id)})
    assert [event.outcome for event in shop.events()] == ["foreign"]
    assert ProcessorAccount.objects.get(tenant=shop.tenant).foreign_events == 1
    assert shop.alerts() == []
    assert shop.ledger() == []
    assert Payment.objects.get(tenant=shop.tenant).status == "pending"


def test_m19_an_unknown_unpaid_session_is_ignored(shop: Shop) -> None:
    payment = shop.start()
    restore_an_older_backup(shop)
    tell(shop, "checkout.session.expired", payment, overrides={"status": "expired"})
    assert [event.outcome for event in shop.events()] == ["unknown_payment"]
    assert shop.alerts() == []


def test_m20_a_copy_elsewhere_asks_no_processor_anything_until_it_is_adopted(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    owner = shop.restaurant.owner
    settled = paid(shop)
    open_still = shop.fresh(shop.start())
    assert open_still.order is not None
    asked = len(shop.sandbox.requests())
    with elsewhere("https://staging.example"):
        with pytest.raises(Unavailable, match="not_adopted"):
            shop.checkout(guest_token="a phone at staging")
        with pytest.raises(Unavailable, match="not_adopted"):
            check_now(owner, open_still.id)
        handle_return(shop.tenant, open_still.order.token)
        assert refund_payment(owner, settled.id, "a try").status == "created"
        clock.advance(hours=1, theirs=False)
        shop.sweep()
        clock.advance(hours=40, theirs=False)
        shop.sweep()
        assert len(shop.sandbox.requests()) == asked
        assert shop.fresh(open_still).status == "pending"
        assert adopt_installation() == shop.url
        shop.sweep(after=timedelta(hours=48))
        assert len(shop.sandbox.requests()) > asked
        assert adopt_installation() == "https://staging.example"
