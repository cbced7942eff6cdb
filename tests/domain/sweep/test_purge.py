"""What is removed after its days, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from duitpos.domain.sweep import purge as purge_module
from duitpos.domain.sweep.purge import Purged, purge
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.models import (
    Alert,
    LedgerEntry,
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    PaymentDecline,
    PaymentReference,
    ServiceCall,
    WebhookEvent,
)
from duitpos.models.alert import AlertKind
from tests.domain.sweep.rows import PAYER, Past, a_past

pytestmark = pytest.mark.django_db
HOUR = 1 / 24


@pytest.fixture
def past() -> Past:
    return a_past()


@pytest.fixture(autouse=True)
def _days() -> Iterator[None]:
    with override_settings(EVENT_DAYS=90, GUEST_EMAIL_DAYS=180):
        yield


def emails(past: Past) -> set[str]:
    return set(Payment.objects.filter(tenant=past.tenant).values_list("guest_email", flat=True))


def nothing() -> Purged:
    return Purged()


# -- event bodies -------------------------------------------------------------------------------------------


def test_event_bodies_are_emptied_on_one_side_of_the_limit(past: Past) -> None:
    old, young = past.event(90 + HOUR), past.event(90 - HOUR)
    assert purge() == Purged(event_bodies=1)
    bodies = dict(WebhookEvent.objects.filter(tenant=past.tenant).values_list("id", "body"))
    assert bodies == {old.id: "", young.id: young.body}
    assert purge() == nothing()


def test_a_failed_event_keeps_its_body_as_long_as_addresses_are_kept(past: Past) -> None:
    past.event(180 - HOUR, state="failed")
    assert purge() == nothing()
    past.event(180 + HOUR, state="failed")
    assert purge() == Purged(event_bodies=1)


def test_no_body_is_kept_longer_than_addresses(past: Past) -> None:
    past.event(40)
    with override_settings(GUEST_EMAIL_DAYS=30):
        assert purge() == Purged(event_bodies=1)


# -- guests' e-mail addresses -------------------------------------------------------------------------------


def test_addresses_are_blanked_on_one_side_of_the_limit(past: Past) -> None:
    past.paid(180 + HOUR, "old@example.com")
    past.paid(180 - HOUR, "young@example.com")
    assert purge() == Purged(emails=1)
    assert emails(past) == {"", "young@example.com"}
    assert Order.objects.filter(tenant=past.tenant).count() == 2
    assert purge() == nothing()


def test_late_money_counts_from_when_it_came(past: Past) -> None:
    payment = past.paid(200, ended_at=now() - timedelta(days=200))
    Payment.objects.filter(tenant=past.tenant, id=payment.id).update(settled_at=now() - timedelta(days=179))
    assert purge() == nothing()


@pytest.mark.parametrize("status", ["created", "pending"])
def test_a_live_payment_is_left_alone(past: Past, status: str) -> None:
    order = past.order(400, "held")
    request = {"payer": PAYER}
    payment = past.payment(order, 400, status, guest_email="guest@example.com", checkout_request=request)
    before = Payment.objects.filter(tenant=past.tenant).values().get()
    assert purge() == nothing()
    assert Payment.objects.filter(tenant=past.tenant, id=payment.id).values().get() == before
    assert Order.objects.get(tenant=past.tenant).status == "held"


def test_an_address_is_kept_while_its_receipt_is_due(past: Past) -> None:
    payment = past.paid(200, checkout_request={"payer": PAYER})
    entry = past.receipt(payment, is_due=True)
    assert purge() == nothing()
    assert emails(past) == {"guest@example.com"}
    OutboxEntry.objects.filter(tenant=past.tenant, id=entry.id).update(due_at=None, done_at=now())
    assert purge() == Purged(emails=2)


def test_a_receipt_that_was_given_up_keeps_no_address(past: Past) -> None:
    payment = past.paid(200)
    refusal = facts("internal_error", error="SMTPRecipientsRefused: guest@example.com")
    entry = past.receipt(payment, is_due=False, problem=refusal, tries=8)
    young = past.receipt(past.paid(20), is_due=False, problem=refusal, tries=8)
    assert purge() == Purged(emails=1)
    kept = OutboxEntry.objects.filter(tenant=past.tenant)
    assert kept.get(id=entry.id).problem == {}
    assert kept.get(id=young.id).problem == refusal


@pytest.mark.parametrize(
    "payer, left",
    [
        (PAYER, {"email": "", "name": "", "phone": "+60"}),
        ({"email": "payer@example.com"}, {"email": ""}),
        ({"email": "", "name": "Aminah"}, {"email": "", "name": ""}),
    ],
)
@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_what_was_said_about_the_payer_is_blanked_and_no_more(
    past: Past, status: str, payer: dict[str, str], left: dict[str, str]
) -> None:
    request = {"amount_minor": 500, "payer": payer}
    order = past.order(181, "served")
    old = past.payment(order, 181, status, checkout_request=request, reference="old")
    young = past.payment(order, 179, status, checkout_request=request, reference="young")
    assert purge() == Purged(emails=1)
    kept = dict(Payment.objects.filter(tenant=past.tenant).values_list("id", "checkout_request"))
    assert kept == {old.id: {"amount_minor": 500, "payer": left}, young.id: request}
    assert purge() == nothing()


@pytest.mark.parametrize("request_", [{}, {"payer": None}, {"payer": {}}, {"payer": {"email": ""}}])
def test_a_request_without_a_payer_is_left_alone(past: Past, request_: dict[str, Any]) -> None:
    past.paid(200, "", checkout_request=request_)
    assert purge() == nothing()
    assert Payment.objects.get(tenant=past.tenant).checkout_request == request_


# -- orders that were never paid ----------------------------------------------------------------------------


def _rows(past: Past) -> int:
    models = (
        Order,
        OrderLine,
        OrderEvent,
        Payment,
        PaymentDecline,
        PaymentReference,
        Alert,
        WebhookEvent,
        OutboxEntry,
    )
    return sum(model._default_manager.filter(tenant=past.tenant).count() for model in models)


def test_an_unpaid_order_goes_with_all_its_rows_30_days_after_it_ended(past: Past) -> None:
    young = past.order(30 - HOUR)
    past.payment(young, 30 - HOUR)
    kept = _rows(past)
    order = past.order(30 + HOUR)
    first, second = past.payment(order, 31, "failed"), past.payment(order, 30 + HOUR)
    WebhookEvent.objects.filter(tenant=past.tenant, id=past.event(31).id).update(payment=first)
    Alert.objects.create(
        tenant=past.tenant,
        kind=AlertKind.NOT_AT_PROCESSOR,
        subject_id=second.id,
        payment=second,
        opened_at=now(),
    )
    later = past.order(0, "held", replaces=order)
    Order.objects.filter(tenant=past.tenant, id=later.id).update(created_at=now())
    assert purge() == Purged(orders=1)
    assert _rows(past) == kept + 3
    assert Order.objects.get(tenant=past.tenant, id=later.id).replaces_id is None
    assert purge() == nothing()


def test_an_order_without_any_payment_goes_too(past: Past) -> None:
    past.order(31)
    assert purge() == Purged(orders=1)
    assert _rows(past) == 0


def test_a_payment_that_ended_later_keeps_its_order(past: Past) -> None:
    past.payment(past.order(31), 29)
    assert purge() == nothing()


@pytest.mark.parametrize("what", ["paid", "live", "booked", "question"])
def test_an_order_about_money_is_never_deleted(past: Past, what: str) -> None:
    order = past.order(400)
    payment = past.payment(order, 400, {"paid": "succeeded", "live": "pending"}.get(what, "canceled"))
    if what == "booked":
        LedgerEntry.objects.create(
            tenant=past.tenant,
            kind="payment",
            source_id=payment.id,
            payment=payment,
            amount_minor=500,
            currency="MYR",
            at=now(),
            business_date=now().date(),
        )
    if what == "question":
        Alert.objects.create(
            tenant=past.tenant,
            kind=AlertKind.LATE_MONEY,
            subject_id=payment.id,
            payment=payment,
            opened_at=now(),
            resolved_at=now(),
        )
    before = _rows(past)
    assert purge() == nothing()
    assert _rows(past) == before


def test_a_held_order_whose_next_check_was_lost_is_canceled_and_deleted_30_days_later(past: Past) -> None:
    lost, young, watched = past.order(31, "held"), past.order(29, "held"), past.order(31, "held")
    for order in (lost, young, watched):
        past.payment(order, 31)
    Payment.objects.filter(tenant=past.tenant, order=watched).update(next_check_at=now() + timedelta(days=1))
    assert purge() == nothing()
    statuses = dict(Order.objects.filter(tenant=past.tenant).values_list("id", "status"))
    assert statuses == {lost.id: "canceled", young.id: "held", watched.id: "held"}
    event = OrderEvent.objects.get(tenant=past.tenant, order=lost, from_status="held")
    assert (event.actor, event.reason, event.to_status) == ("sweep", "unpaid", "canceled")
    Order.objects.filter(tenant=past.tenant, id=lost.id).update(ended_at=now() - timedelta(days=31))
    assert purge() == Purged(orders=1)


def test_a_paid_order_that_waits_for_staff_stays_held(past: Past) -> None:
    past.payment(past.order(60, "held"), 60, "succeeded")
    assert purge() == nothing()
    assert Order.objects.get(tenant=past.tenant).status == "held"


def test_the_sweep_applies_the_same_rule(past: Past) -> None:
    past.payment(past.order(31), 31, next_check_at=now())
    assert sweep().payments == 1
    assert _rows(past) == 0


# -- all of it ----------------------------------------------------------------------------------------------


def _fill(past: Past, count: int = 1) -> None:
    for _ in range(count):
        past.event(100)
        past.paid(200)
        past.paid(200, "", checkout_request={"payer": PAYER})
        past.payment(past.order(31), 31)


def test_every_restaurant_is_purged_and_an_error_of_one_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pasts = [a_past("kopi"), a_past("teh")]
    for past in pasts:
        _fill(past)
    first = min(past.tenant.id for past in pasts)
    purge_orders = purge_module._purge_orders

    def fail(tenant_id: Any, *more: Any) -> None:
        if tenant_id == first:
            raise RuntimeError("a broken row")
        purge_orders(tenant_id, *more)

    monkeypatch.setattr(purge_module, "_purge_orders", fail)
    assert purge() == Purged(event_bodies=2, orders=1, emails=4, errors=1)
    monkeypatch.undo()
    assert purge() == Purged(orders=1)
    assert purge() == nothing()


def test_batches_go_on_until_nothing_is_left(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_module, "BATCH", 2)
    monkeypatch.setattr(purge_module, "LISTED", 4)
    _fill(past, 9)
    assert purge() == Purged(event_bodies=9, orders=4, emails=18)
    # Orders are deleted one by one: what is left is for the next run.
    assert [purge().orders for _ in range(3)] == [4, 1, 0]


def test_it_ends_between_batches_when_asked(past: Past) -> None:
    _fill(past)
    assert purge(lambda: True) == nothing()
    assert purge() == Purged(event_bodies=1, orders=1, emails=2)


def test_the_number_of_queries_does_not_grow_with_the_rows(past: Past) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            purge()
        return len(seen)

    def events_and_payments(count: int) -> None:
        for _ in range(count):
            past.event(100)
            past.paid(200)
            past.paid(200, "", checkout_request={"payer": PAYER})

    idle = queries()
    assert idle <= 13
    events_and_payments(1)
    one = queries()
    events_and_payments(20)
    assert queries() == one <= idle + 16
    past.payment(past.order(31), 31)
    assert queries() <= idle + 20


# -- calls ---------------------------------------------------------------------------------------------------


def test_calls_are_deleted_on_one_side_of_the_limit(past: Past) -> None:
    past.call(90 + HOUR)
    past.call(90 + HOUR, is_open=True)
    young = past.call(90 - HOUR)
    assert purge() == Purged(calls=2)
    assert ServiceCall.objects.get(tenant=past.tenant) == young
    assert purge() == nothing()
