"""Fifty concurrent calls on all paths to one payment: one order, number, ledger row, outbox entry (M16, M36)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.orders import release as release_module
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events import confirm_sql, receive
from duitpos.domain.payments.settlement import settle as settle_module
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import BusinessDay, Order, OrderEvent, OutboxEntry, Payment
from tests.support.at_once import at_once, deliver, event_of
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
AT_ONCE = 50


def _paths(shop: Shop, payment: Payment) -> list[Callable[[], Any]]:
    """Fifty callers: the four paths, with redeliveries under the same and under other event ids."""
    completed = event_of(shop, "checkout.session.completed")
    token = Order.objects.get(tenant=shop.tenant).token
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=payment.created_at)
    ways: list[Callable[[], Any]] = [
        lambda: deliver(shop, completed),
        lambda: handle_return(shop.tenant, token),
        sweep,
        lambda: check_now(shop.restaurant.owner, payment.id),
    ]
    others = [
        lambda number=number: deliver(shop, {**completed, "id": f"evt_1Other{number:018d}"})
        for number in range(6)
    ]
    return [ways[number % 4] for number in range(AT_ONCE - len(others))] + others


def _assert_exactly_one(shop: Shop, payment: Payment) -> None:
    order = Order.objects.get(tenant=shop.tenant)
    assert (order.status, order.label, order.released_by_id) == ("placed", "T1", payment.id)
    assert BusinessDay.objects.get(tenant=shop.tenant).last_number == 1
    assert OrderEvent.objects.filter(tenant=shop.tenant, to_status="placed").count() == 1
    assert shop.ledger() == [("payment", payment.amount_minor)]
    kinds = list(OutboxEntry.objects.filter(tenant=shop.tenant).values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds))
    assert "receipt" in kinds
    assert shop.alerts() == []


@pytest.fixture(params=["common case first", "general path only"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries with and without the statement for the common case."""
    if request.param == "general path only":
        monkeypatch.setattr(receive, "confirm", lambda verified: False)


@pytest.mark.usefixtures("path")
def test_fifty_at_once_make_one_order(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.sandbox.pay(payment.reference)
    results = at_once(_paths(webhookless_shop, payment))
    answered = [result for result in results if hasattr(result, "status") and hasattr(result, "outcome")]
    assert answered
    assert {received.status for received in answered} == {200}
    _assert_exactly_one(webhookless_shop, payment)


@pytest.mark.usefixtures("path")
def test_one_delivery_fifty_times_is_stored_once(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.sandbox.pay(payment.reference)
    completed = event_of(webhookless_shop, "checkout.session.completed")
    results = at_once([lambda: deliver(webhookless_shop, completed)] * AT_ONCE)
    assert sorted({received.status for received in results}) == [200]
    assert [received.outcome for received in results].count("settled") == 1
    assert len(webhookless_shop.events()) == 1
    _assert_exactly_one(webhookless_shop, payment)


def test_without_the_guards_it_happens_twice(webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-check: read, check, save. If this finds no double, the races above prove nothing.

    Two threads that have read wait for each other before they write, so that the result does not depend on timing.
    """
    read = {"payment": threading.Barrier(2), "order": threading.Barrier(2)}

    def when_both_have_read(what: str) -> None:
        with suppress(threading.BrokenBarrierError):
            read[what].wait(timeout=60)

    def unguarded_payment(payment: Payment, froms: tuple[str, ...], to: str, **columns: Any) -> bool:
        row = Payment.objects.get(tenant_id=payment.tenant_id, id=payment.id)
        if row.status not in froms:
            return False
        when_both_have_read("payment")
        Payment.objects.filter(tenant_id=row.tenant_id, id=row.id).update(**{"status": to, **columns})
        for name, value in {"status": to, **columns}.items():
            setattr(payment, name, value)
        return True

    def unguarded_order(
        order: Order, from_: str, to: str, actor: Actor, at: Any, why: str = "", **columns: Any
    ) -> bool:
        row = Order.objects.get(tenant_id=order.tenant_id, id=order.id)
        if row.status != from_:
            return False
        when_both_have_read("order")
        Order.objects.filter(tenant_id=row.tenant_id, id=row.id).update(**{"status": to, **columns})
        OrderEvent.objects.create(
            tenant_id=row.tenant_id, order_id=row.id, at=at, actor=actor.kind, from_status=from_, to_status=to
        )
        return True

    def without_transaction(work: Callable[[], Any]) -> Any:
        return work()

    monkeypatch.setattr(receive, "confirm", lambda verified: False)
    monkeypatch.setattr(settle_module, "advance_payment", unguarded_payment)
    monkeypatch.setattr(release_module, "advance", unguarded_order)
    # A transaction's locks would hide the race: SQLite has one writer at a time, and PostgreSQL makes the
    # second wait at the payment's row. The rule must not depend on either.
    monkeypatch.setattr("duitpos.domain.payments.events.receive.transact", without_transaction)
    assert _placed_twice(webhookless_shop, "guest")


def test_without_its_conditions_the_statement_confirms_twice(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check for the common case: without the conditions on payment and order, a redelivery is an order."""
    for condition in ("the attempt is live", "the order waits"):
        monkeypatch.setitem(confirm_sql.CONDITIONS, condition, "true")
    for part in ("_PLACE", "_WAITING"):
        guarded = getattr(confirm_sql, part)
        unguarded = guarded.replace("""AND "duitpos_order"."status" = 'held'""", "")
        assert unguarded != guarded
        monkeypatch.setattr(confirm_sql, part, unguarded)
    for built in (confirm_sql.one_statement, confirm_sql.steps):
        built.cache_clear()
    try:
        assert _placed_twice(webhookless_shop, "guest")
    finally:
        for built in (confirm_sql.one_statement, confirm_sql.steps):
            built.cache_clear()


def _placed_twice(shop: Shop, guest: str) -> bool:
    """Whether an order is placed more than once by twelve concurrent deliveries about its payment."""
    payment = shop.start(guest_token=guest)
    shop.sandbox.pay(payment.reference)
    completed = event_of(shop, "checkout.session.completed")
    events = [{**completed, "id": f"evt_{guest}{number:018d}"} for number in range(12)]
    at_once([lambda event=event: deliver(shop, event) for event in events])  # type: ignore[misc]
    placed = OrderEvent.objects.filter(tenant=shop.tenant, order=payment.order, to_status="placed")
    return placed.count() > 1
