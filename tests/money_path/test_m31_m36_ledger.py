"""M31 to M36: closed restaurants, encryption keys, order numbers, trading days, sums and locks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.models import ProtectedError, Sum
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import NotTakingOrders
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.business_day import Day, draw_number
from duitpos.domain.payments.events import confirm_sql, receive
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.settlement.settle import SettleResult, settle
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.transact import transact
from duitpos.models import BusinessDay, LedgerEntry, Location, Order, Payment, ProcessorAccount
from duitpos.operations.start import StartRefused, check_keys
from duitpos.processors.references import References
from tests.support.at_once import at_once, deliver
from tests.support.live_shop import Clock
from tests.support.scenarios import end_wrongly, free_number, start_again, take_number
from tests.support.shop import Shop, an_account

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"
BEFORE_CLOSE = datetime(2026, 11, 24, 19, 55, tzinfo=UTC)
"""03:55 in Kuala Lumpur, on the trading day of the 24th, which ends at 04:00."""


def close(shop: Shop) -> None:
    shop.tenant.closed_at = now()
    shop.tenant.save()


@pytest.mark.parametrize("path", ["webhook", "return", "sweep"])
def test_m31_a_closed_tenant_starts_nothing_and_still_receives_sweeps_and_refunds(
    webhookless_shop: Shop, path: str
) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    close(shop)
    with pytest.raises(NotTakingOrders):
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
    assert refund_payment(shop.restaurant.owner, payment.id, "closing down").status == "succeeded"


def test_m31_a_tenant_is_never_deleted(webhookless_shop: Shop) -> None:
    with pytest.raises(ProtectedError):
        webhookless_shop.tenant.delete()


def test_m32_a_missing_encryption_key_stops_the_start_and_is_named(webhookless_shop: Shop) -> None:
    check_keys()
    with (
        override_settings(ENCRYPTION_KEYS={"another": b"k" * 32}),
        pytest.raises(StartRefused, match="'test'"),
    ):
        check_keys()


def test_m31_a_closed_tenant_does_not_retry_an_unpaid_order(shop: Shop) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    order = shop.fresh(payment).order
    assert order is not None
    close(shop)
    with pytest.raises(NotTakingOrders):
        start_again(shop, order)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 1


def test_m32_a_secret_can_only_be_decrypted_in_its_own_row(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    other = an_account(shop.restaurant, shop.sandbox, external_id="acct_other")
    other.credentials = shop.account.credentials
    with pytest.raises(SecretUnreadable):
        other.read_credentials()


def completed(shop: Shop) -> list[dict[str, Any]]:
    return [event for event in shop.sandbox.listed("events") if event["type"] == COMPLETED]


def paid_unseen(shop: Shop, count: int) -> list[Payment]:
    """Start and pay `count` payments, without any delivery yet."""
    payments = [shop.start(guest_token=f"phone {number}") for number in range(count)]
    for payment in payments:
        shop.sandbox.pay(payment.reference)
    return payments


@pytest.mark.races
def test_m33_the_first_orders_of_a_day_at_once_get_numbers_without_gap(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    paid_unseen(shop, 6)
    answers = at_once([lambda event=event: deliver(shop, event) for event in completed(shop) * 2])  # type: ignore[misc]
    assert {answer.status for answer in answers} == {200}
    assert sorted(order.label for order in shop.placed()) == ["T1", "T2", "T3", "T4", "T5", "T6"]


def test_m33_test_orders_locations_and_days_have_their_own_series(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    tenant, here = shop.tenant.id, shop.restaurant.location.id
    there = Location.objects.create(tenant=shop.tenant, name="KLCC", slug="klcc").id
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    draws = [
        (here, today, True, 1),
        (here, today, True, 2),
        (here, today, False, 1),
        (there, today, True, 1),
        (here, tomorrow, True, 1),
        (here, today, False, 2),
    ]
    for location, day, is_test, expected in draws:
        number = transact(lambda: draw_number(Day(tenant, location, day, is_test)))  # noqa: B023 - called at once
        assert number == expected
    order = Order(number=12, is_test=True)
    assert order.label == "T12"
    order.is_test = False
    assert order.label == "12"


def test_m33_a_settle_that_is_rolled_back_gives_its_number_back(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.listen()
    shop.pay(shop.start())
    take_number(shop, 2)
    shop.pay(shop.start(guest_token="another phone"))
    assert len(shop.placed()) == 1
    assert BusinessDay.objects.get(tenant=shop.tenant).last_number == 1
    free_number(shop, 2)
    shop.sweep(after=timedelta(minutes=2))
    assert sorted(order.label for order in shop.placed()) == ["T1", "T2"]


def test_m34_one_instant_gives_the_trading_day_of_order_payment_and_ledger(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    clock.set(BEFORE_CLOSE)
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    clock.advance(minutes=9)
    sweep()
    settled = shop.fresh(payment)
    assert settled.order is not None
    entry = LedgerEntry.objects.get(tenant=shop.tenant)
    assert settled.settled_at == settled.order.placed_at == entry.at
    assert {settled.business_date, settled.order.business_date, entry.business_date} == {date(2026, 11, 25)}
    assert settled.paid_at is not None
    assert abs(settled.paid_at - BEFORE_CLOSE) < timedelta(minutes=1), "Stripe's time is kept beside it"


def test_m34_a_refund_on_the_next_day_does_not_change_the_closed_day(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    clock.set(BEFORE_CLOSE)
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    clock.advance(minutes=2)
    sweep()
    clock.advance(minutes=10)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    days = LedgerEntry.objects.filter(tenant=shop.tenant).order_by("at").values_list("kind", "business_date")
    assert list(days) == [("payment", date(2026, 11, 24)), ("refund", date(2026, 11, 25))]


def sums_by_day(shop: Shop) -> dict[tuple[UUID | None, date], int]:
    """Sums in minor units by location and trading day, from the ledger only."""
    rows = LedgerEntry.objects.filter(tenant=shop.tenant).values_list("location_id", "business_date")
    return {(place, day): total for place, day, total in rows.annotate(Sum("amount_minor"))}


def test_m35_the_ledger_alone_gives_every_day_its_sum(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment)
    shop.pay(shop.start(guest_token="another phone"))
    settled = shop.fresh(payment)
    today = settled.business_date
    assert today is not None
    assert sums_by_day(shop) == {(settled.location_id, today): 5000}
    clock.advance(days=1)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    tomorrow = today + timedelta(days=1)
    assert sums_by_day(shop) == {(settled.location_id, today): 5000, (settled.location_id, tomorrow): -2500}


def test_m35_no_ledger_row_without_the_movement(shop: Shop) -> None:
    payment = shop.start()
    Location.objects.filter(tenant=shop.tenant).update(time_zone="Nowhere/Land")
    shop.pay(payment)
    assert shop.fresh(payment).status == "pending"
    assert sums_by_day(shop) == {}


def changes_by_day(shop: Shop) -> dict[date, int]:
    rows = BusinessDay.objects.filter(tenant=shop.tenant, is_test=True)
    return dict(rows.values_list("business_date", "changes"))


@pytest.mark.parametrize("is_general", [False, True])
def test_m46_whatever_books_money_counts_the_day_up(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch, is_general: bool
) -> None:
    if is_general:
        monkeypatch.setattr(receive, "confirm", lambda verified: False)
    payment = shop.start()
    shop.pay(payment)
    today = shop.fresh(payment).business_date
    assert today is not None
    assert changes_by_day(shop) == {today: 1}
    shop.pay(shop.start(guest_token="another phone"))
    assert changes_by_day(shop) == {today: 2}
    clock.advance(days=1)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert changes_by_day(shop) == {today: 2, today + timedelta(days=1): 1}


def test_m36_locks_are_taken_in_one_order(webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "confirm", lambda verified: False)
    shop = webhookless_shop
    paid_unseen(shop, 1)
    (event,) = completed(shop)
    # As in normal operation, the account had a delivery just now, so that its row is not updated.
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(last_event_at=now())
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert deliver(shop, event).outcome == "settled"
    written = [
        query["sql"].split('"')[1].removeprefix("duitpos_")
        for query in captured.captured_queries
        if query["sql"].startswith(("INSERT", "UPDATE"))
    ]
    assert written.index("payment") < written.index("order") < written.index("businessday")
    for shared in ("ledgerentry", "outboxentry"):
        assert written.index("businessday") < written.index(shared)


def test_m36_the_one_statement_takes_them_in_the_same_order() -> None:
    """A part runs after those that it reads."""
    parts = dict(re.findall(r"(\w+) AS \(\s*(.*?)\n\)", confirm_sql.one_statement(), re.S))
    assert parts["paid"].startswith('UPDATE "duitpos_payment"')
    assert "FROM paid" in parts["waiting"]
    assert parts["waiting"].endswith('FOR UPDATE OF "duitpos_order"')
    assert "FROM paid CROSS JOIN waiting" in parts["numbered"]
    assert "FROM paid CROSS JOIN numbered" in parts["placed"]


def test_m36_a_settle_that_deadlocked_is_run_again_from_the_start(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    (payment,) = (shop.fresh(payment) for payment in paid_unseen(shop, 1))
    snapshot = open_account(payment.account).fetch(References(payment.reference))
    tries: list[SettleResult] = []

    def work() -> SettleResult:
        tries.append(settle(payment, snapshot, Actor("webhook")))
        if len(tries) == 1:
            raise OperationalError("database is locked")
        return tries[-1]

    assert transact(work) == "settled"
    (order,) = shop.placed()
    assert (order.label, order.released_by_id) == ("T1", payment.id)
    assert shop.fresh(payment).status == "succeeded"
    assert shop.ledger() == [("payment", 2500)]


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.races
def test_m36_all_paths_on_many_orders_at_once_never_deadlock(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payments = paid_unseen(shop, 4)
    before = deadlocks() if connection.vendor == "postgresql" else 0
    owner = shop.restaurant.owner
    ways: list[Any] = []
    for payment, event in zip(payments, reversed(completed(shop)), strict=True):
        order = shop.fresh(payment).order
        assert order is not None
        ways += [
            lambda event=event: deliver(shop, event),
            lambda order=order, payment=payment: handle_return(shop.tenant, order.token),
            lambda payment=payment: check_now(owner, payment.id),
        ]
    at_once([*ways, *reversed(ways)])
    assert sorted(order.label for order in shop.placed()) == ["T1", "T2", "T3", "T4"]
    assert shop.ledger() == [("payment", 2500)] * 4
    if connection.vendor == "postgresql":
        assert deadlocks() == before
