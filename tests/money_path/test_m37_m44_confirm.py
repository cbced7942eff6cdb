"""The common case of a paid order writes what the general path writes, and every other case is left to that path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.payments.events import confirm as confirm_module
from duitpos.domain.payments.events import confirm_sql, receive
from duitpos.domain.payments.events.confirm import confirm
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import handle_event
from duitpos.domain.tenancy.find import forget_locations, recent_locations
from duitpos.domain.tenancy.week import every_day
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import (
    Alert,
    BusinessDay,
    ItemStock,
    Location,
    ModifierStock,
    Order,
    Payment,
    PaymentReference,
    ProcessorAccount,
    Tenant,
    WebhookEvent,
)
from duitpos.models.menu import StockStatus
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import Charge, Decline, RefundScope, SnapshotState
from tests.support.paid_event import (
    PAGE_ID,
    Waiting,
    a_payment,
    all_rows,
    an_order_that_waits,
    ids_of,
    undone,
)
from tests.support.restaurant import a_group, hours

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
"""Noon at the restaurant."""


@pytest.fixture
def at_noon() -> Any:
    """Time stands still, so that two runs write the same instants."""
    with mock.patch.object(timezone, "now", return_value=NOON):
        yield


@pytest.fixture
def waiting(at_noon: Any) -> Waiting:
    return an_order_that_waits()


@pytest.fixture
def fresh_sql() -> Any:
    """The statement is built again before and after a test that changes its conditions."""
    rebuild()
    yield
    rebuild()


def rebuild() -> None:
    for built in (confirm_sql.one_statement, confirm_sql.steps):
        built.cache_clear()


def general(verified: VerifiedEvent) -> str:
    """The outcome of the general path alone."""
    with mock.patch.object(receive, "confirm", return_value=False):
        return handle_event(verified).outcome


def both_ways(verified: VerifiedEvent) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """All rows after the general path alone, and after both, each from the same beginning."""
    tenant, known = verified.tenant.id, ids_of(verified.tenant.id)
    with undone():
        slow = {"outcome": [general(verified)], **all_rows(tenant, known)}
    with undone():
        fast = {"outcome": [handle_event(verified).outcome], **all_rows(tenant, known)}
    return slow, fast


def test_the_common_case_places_the_order(waiting: Waiting) -> None:
    assert confirm(waiting.event())
    order = Order.objects.get(tenant=waiting.order.tenant, id=waiting.order.id)
    assert (order.status, order.label, order.released_by_id) == ("placed", "T1", waiting.payment.id)
    assert order.business_date == NOON.date()


def test_both_paths_write_the_same_rows(waiting: Waiting) -> None:
    slow, fast = both_ways(waiting.event())
    assert slow == fast
    assert slow["outcome"] == ["settled"]


def test_it_takes_few_statements(waiting: Waiting) -> None:
    # Its account was heard of a minute ago, and the locations are known.
    ProcessorAccount.objects.filter(tenant=waiting.order.tenant).update(last_event_at=NOON)
    verified = waiting.event()
    with undone():
        assert confirm(verified)
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert confirm(verified)
    statements = [one["sql"] for one in made if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == (1 if connection.vendor == "postgresql" else 9), statements


# -- every condition ---------------------------------------------------------------------------------------


def rows(model: Any, waiting: Waiting) -> Any:
    return model.objects.filter(tenant=waiting.order.tenant)


def another_account(waiting: Waiting) -> ProcessorAccount:
    account = waiting.account
    return ProcessorAccount.objects.create(
        tenant=account.tenant,
        payment_type=account.payment_type,
        processor="stripe",
        external_id="acct_2",
        mode="test",
        state="active",
    )


def live_account(waiting: Waiting) -> None:
    account = another_account(waiting)
    kind = account.payment_type
    kind.is_active = True
    kind.save()
    rows(ProcessorAccount, waiting).filter(id=account.id).update(mode="live")


def sold_out(waiting: Waiting) -> None:
    ItemStock.objects.create(
        tenant=waiting.order.tenant,
        location=waiting.restaurant.location,
        item=waiting.item,
        status=StockStatus.OUT_OF_STOCK,
    )


def choice_sold_out(waiting: Waiting) -> None:
    choice = a_group(waiting.item, ("Egg", 200))["Egg"]
    ModifierStock.objects.create(
        tenant=waiting.order.tenant, location=waiting.restaurant.location, modifier_id=choice
    )


BROKEN: dict[str, Callable[[Waiting], object]] = {
    "the attempt is live": lambda w: rows(Payment, w).update(status="canceled"),
    "the order waits": lambda w: rows(Order, w).update(status="canceled"),
    "the account is the payment's": lambda w: rows(Payment, w).update(account=another_account(w)),
    "the page is the payment's": lambda w: rows(Payment, w).update(reference="cs_test_b2"),
    "the amount is as asked": lambda w: rows(Payment, w).update(amount_minor=999),
    "the mode is as asked": lambda w: rows(Payment, w).update(is_test=False),
    "nobody asked before": lambda w: rows(Payment, w).update(checks=1),
    "the bank was not waited for": lambda w: rows(Payment, w).update(processing_since=NOON),
    "the location is as it was read": lambda w: rows(Location, w).update(paused_at=NOON),
    "the boards show its orders": live_account,
    "nothing ordered is scarce": sold_out,
    "no choice has sold out since": choice_sold_out,
}
"""By the condition, a change of rows that breaks only it."""


def test_every_condition_has_a_case() -> None:
    assert list(BROKEN) == list(confirm_sql.CONDITIONS)


@pytest.mark.parametrize("name", BROKEN)
def test_m44_a_broken_condition_leaves_everything_to_the_general_path(waiting: Waiting, name: str) -> None:
    event = waiting.event()
    recent_locations(event.tenant)
    BROKEN[name](waiting)
    before = all_rows(event.tenant.id)
    assert not confirm(event)
    assert all_rows(event.tenant.id) == before


@pytest.mark.parametrize("name", BROKEN)
def test_without_its_condition_a_case_would_be_confirmed(
    waiting: Waiting, name: str, fresh_sql: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each condition is the one that stops its case."""
    event = waiting.event()
    recent_locations(event.tenant)
    BROKEN[name](waiting)
    monkeypatch.setitem(confirm_sql.CONDITIONS, name, "true")
    if name == "the order waits":
        # The order's own guard stops this one, and everything is undone.
        before = all_rows(event.tenant.id)
        with mock.patch.object(confirm_module, "transact", side_effect=transact) as tried:
            assert not confirm(event)
        assert tried.called
        assert all_rows(event.tenant.id) == before
    else:
        assert confirm(event)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "part, condition",
    [
        ("_PLACE", """AND "duitpos_order"."status" = 'held'"""),
        ("_EVENT", "WHERE true"),
    ],
)
def test_m38_paid_placed_and_stored_all_three_or_none(
    waiting: Waiting, part: str, condition: str, fresh_sql: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction of the test's is open: only the statement itself can undo its other parts."""
    event = waiting.event()
    before = all_rows(event.tenant.id)
    with monkeypatch.context() as changed:
        text = getattr(confirm_sql, part)
        finds_nothing = condition.replace("held", "served").replace("true", "false")
        changed.setattr(confirm_sql, part, text.replace(condition, finds_nothing))
        assert getattr(confirm_sql, part) != text
        assert not confirm(event)
        assert all_rows(event.tenant.id) == before
    rebuild()
    assert confirm(event)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_without_the_division_a_part_would_be_written(
    waiting: Waiting, fresh_sql: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(confirm_sql, "_PLACE", confirm_sql._PLACE.replace("'held'", "'served'"))
    monkeypatch.setattr(confirm_sql, "_ALL_OR_NOTHING", "SELECT count(*) FROM paid")
    assert confirm(waiting.event())
    assert rows(Payment, waiting).get().status == "succeeded"
    assert rows(Order, waiting).get().status == "held"


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Asia/Tokyo"},
        {"day_closes_at": time(12, 30)},
        hours(time(13), None),
        hours(None, time(11)),
        {"latest_to_cook": 0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_location_that_changed_a_moment_ago(waiting: Waiting, changes: dict[str, Any]) -> None:
    event = waiting.event()
    recent_locations(event.tenant)
    rows(Location, waiting).update(**changes)
    assert not confirm(event)
    slow, fast = both_ways(event)
    assert slow == fast


# -- what the event itself must be -------------------------------------------------------------------------


def foreign(correlation: Correlation) -> Correlation:
    return replace(correlation, installation="0" * 32)


UNCOMMON: dict[str, Callable[[Waiting], VerifiedEvent]] = {
    "not paid": lambda w: w.event(w.snapshot(state=SnapshotState.PROCESSING)),
    "no amount": lambda w: w.event(w.snapshot(amount=None)),
    "no time": lambda w: w.event(w.snapshot(paid_at=None)),
    "too old": lambda w: w.event(w.snapshot(paid_at=NOON - timedelta(minutes=46))),
    "acted too long ago": lambda w: w.event(w.snapshot(acted_at=NOON - timedelta(hours=20))),
    "declined before": lambda w: w.event(
        w.snapshot(declines=(Decline("ch_1", NOON, "card_declined", "", ""),))
    ),
    "two charges": lambda w: w.event(
        w.snapshot(charges=(Charge("ch_1", Money(1250, "MYR")), Charge("ch_2", Money(1250, "MYR"))))
    ),
    "of another installation": lambda w: w.event(correlation=foreign(w.correlation)),
    "whose object is of another": lambda w: w.event(w.snapshot(correlation=foreign(w.correlation))),
    "without correlation": lambda w: w.event(w.snapshot(correlation=None), correlation=None),
    "reduced": lambda w: w.event(is_hint=True, payment=None),
    "of the other mode": lambda w: w.event(is_live=True),
    "thin": lambda w: w.event(is_thin=True),
}


@pytest.mark.parametrize("name", UNCOMMON)
def test_an_uncommon_event_makes_no_statement(
    waiting: Waiting, name: str, django_assert_num_queries: Any
) -> None:
    event = UNCOMMON[name](waiting)
    recent_locations(event.tenant)
    with django_assert_num_queries(0):
        assert not confirm(event)


def test_an_event_of_another_restaurant_finds_no_row(waiting: Waiting) -> None:
    """The same payment, named by the event of another restaurant's account: no condition but the tenant differs."""
    other = an_order_that_waits("teh")
    event = waiting.event()
    stolen = replace(
        event,
        tenant=other.restaurant.tenant,
        event=replace(
            event.event,
            correlation=replace(waiting.correlation, tenant=str(other.restaurant.tenant.id)),
            payment=waiting.snapshot(
                correlation=replace(waiting.correlation, tenant=str(other.restaurant.tenant.id))
            ),
        ),
    )
    assert not confirm(stolen)
    assert confirm(event)


def test_an_account_whose_mode_is_unknown_learns_it_in_the_general_path(waiting: Waiting) -> None:
    rows(ProcessorAccount, waiting).update(mode="")
    assert not confirm(waiting.event())


def test_a_closed_restaurant_is_left_to_the_general_path(waiting: Waiting) -> None:
    Tenant.objects.filter(id=waiting.order.tenant_id).update(closed_at=NOON)
    event = waiting.event()
    closed = replace(event, tenant=Tenant.objects.get(id=event.tenant.id))
    assert not confirm(closed)
    assert general(closed) == "settled"
    assert list(rows(Alert, waiting).values_list("kind", flat=True)) == ["paid_while_closed"]


def test_m37_a_failed_event_that_comes_again_is_applied(waiting: Waiting) -> None:
    """The stored failure must not undo the confirm."""
    event = waiting.event()
    WebhookEvent.objects.create(
        tenant=event.tenant,
        account=event.account,
        dedupe_key="evt_1",
        type=event.event.type,
        state="failed",
        outcome="failed",
        received_at=NOON,
    )
    slow, fast = both_ways(event)
    assert slow == fast
    assert slow["outcome"] == ["settled"]
    assert [row for row in slow["WebhookEvent"] if "'state': 'done'" in row]


# -- any state, any snapshot --------------------------------------------------------------------------------

PAYMENTS: dict[str, list[Any]] = {
    "status": ["pending", "pending", "created", "succeeded", "failed", "canceled"],
    "reference": [PAGE_ID, PAGE_ID, PAGE_ID, "", "cs_test_b2"],
    "amount_minor": [1250, 1250, 1249],
    "is_test": [True, True, False],
    "checks": [0, 0, 2],
    "asked_at": [None, None, NOON],
    "not_found_at": [None, None, NOON],
    "processing_since": [None, None, NOON - timedelta(hours=1)],
    "watched_until": [None, NOON],
    "guest_email": ["", "old@example.com"],
}
LOCATIONS: dict[str, list[Any]] = {
    "paused_at": [None, None, None, NOON],
    "weekly_hours": [every_day(time(8), time(22)), every_day(time(12), time(2)), every_day(time(13), None)],
    "special_hours": [
        {"2026-03-10": {"spans": spans, "name": ""}} for spans in ([], [[0, 1440]], [[0, 720]])
    ],
    "day_closes_at": [time(4), time(0), time(11, 59), time(12)],
    "latest_to_cook": [45, 0, 600],
    "time_zone": ["Asia/Kuala_Lumpur", "America/New_York", "Nowhere/Nothing"],
}
SNAPSHOTS: dict[str, list[Any]] = {
    "state": [SnapshotState.PAID] * 6 + [SnapshotState.PROCESSING, SnapshotState.EXPIRED, SnapshotState.FREE],
    "amount": [Money(1250, "MYR")] * 3 + [Money(1249, "MYR"), Money(1250, "SGD"), None],
    "is_live": [False, False, None, True],
    "paid_at": [NOON + timedelta(seconds=delta) for delta in (-3, -3, 5, -2699, -2701, -90000)] + [None],
    "acted_at": [None, None, NOON - timedelta(minutes=1), NOON - timedelta(hours=20)],
    "method": [{}, {"kind": "card", "brand": "visa", "last4": "4242"}],
    "guest_email": ["", "guest@example.com"],
    "refundable": list(RefundScope),
    "declines": [(), (), (Decline("ch_0", NOON, "card_declined", "generic", "No."),)],
    "charges": [
        (),
        (),
        (Charge("ch_1", Money(1250, "MYR"), NOON),),
        (Charge("ch_1", Money(1250, "MYR"), NOON), Charge("ch_2", Money(1250, "MYR"), NOON)),
    ],
    "references": [
        References.named(PAGE_ID, payment_intent="pi_1"),
        References(PAGE_ID),
        References.named(PAGE_ID, payment_intent="pi_1", charge="ch_1"),
        References.named("cs_test_b2", payment_intent="pi_1"),
    ],
}
ROWS: dict[str, list[Any]] = {
    "order status": ["held", "held", "held", "placed", "canceled", "served"],
    "stock": ["", "", StockStatus.IN_STOCK, StockStatus.LIMITED, StockStatus.OUT_OF_STOCK],
    "choice sold out": [False, False, True],
    "stored event": ["", "", "", "done", "failed"],
    "number before": [0, 0, 7],
    "reference taken": [False, False, True],
    "live account": [False, False, True],
}


def drawn(choices: dict[str, list[Any]]) -> Any:
    """Up to three of the columns, each with one of its values."""
    few = st.lists(st.sampled_from(list(choices)), max_size=3, unique=True)
    return few.flatmap(
        lambda names: st.fixed_dictionaries({name: st.sampled_from(choices[name]) for name in names})
    )


def change_rows(waiting: Waiting, changes: dict[str, Any]) -> None:
    tenant, location = waiting.order.tenant, waiting.restaurant.location
    rows(Order, waiting).update(status=changes.get("order status", "held"))
    if changes.get("stock"):
        ItemStock.objects.create(
            tenant=tenant, location=location, item=waiting.item, status=changes["stock"], quantity=3
        )
    if changes.get("choice sold out"):
        choice_sold_out(waiting)
    if changes.get("stored event"):
        WebhookEvent.objects.create(
            tenant=tenant,
            account=waiting.account,
            dedupe_key="evt_1",
            type="t",
            state=changes["stored event"],
            outcome="unknown_payment",
            received_at=NOON,
        )
    if changes.get("number before"):
        BusinessDay.objects.create(
            tenant=tenant, location=location, business_date=NOON.date(), is_test=True, last_number=7
        )
    if changes.get("reference taken"):
        other = a_payment(waiting.order, waiting.account, status="failed", reference="cs_test_c3")
        PaymentReference.objects.create(
            tenant=tenant, payment=other, account=waiting.account, kind="payment_intent", value="pi_1"
        )
    if changes.get("live account"):
        live_account(waiting)


def test_m44_any_state_and_any_snapshot_give_the_same_rows(waiting: Waiting) -> None:
    confirmed = []

    @given(drawn(PAYMENTS), drawn(LOCATIONS), drawn(SNAPSHOTS), drawn(ROWS))
    def compare(
        payment: dict[str, Any], location: dict[str, Any], snapshot: dict[str, Any], others: dict[str, Any]
    ) -> None:
        with undone():
            forget_locations(waiting.restaurant.tenant)
            change_rows(waiting, others)
            rows(Payment, waiting).filter(id=waiting.payment.id).update(**payment)
            rows(Location, waiting).update(**location)
            event = waiting.event(waiting.snapshot(**snapshot))
            slow, fast = both_ways(event)
            with undone():
                confirmed.append(confirm(event))
            assert slow == fast

    compare()
    assert any(confirmed), "otherwise only the general path was compared with itself"
    assert not all(confirmed)
