"""M39 to M61, as far as they are about the database: locks, rollbacks, settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import IntegrityError, connection

from duitpos import models
from duitpos.domain.payments.events.receive import handle_event
from duitpos.kit import transact
from duitpos.kit.logs import redact
from duitpos.models import Order, Payment
from tests.money_path.test_m40_m43_prepared import prepared
from tests.support.database import current_database_url
from tests.support.paid_event import Waiting, an_order_that_waits

pytestmark = pytest.mark.django_db(transaction=True)
THE_STATEMENT = "WITH paid AS"


@pytest.fixture
def waiting() -> Waiting:
    return an_order_that_waits()


@contextmanager
def somebody_else() -> Iterator[psycopg.Connection[Any]]:
    """Another session of the database, in a transaction of its own."""
    with psycopg.connect(current_database_url()) as other:
        yield other


def lock(other: psycopg.Connection[Any], table: str, row: Any) -> None:
    other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [row.id])


@pytest.mark.postgres_only
def test_m39_the_victim_of_a_deadlock_confirms_again(waiting: Waiting) -> None:
    """Somebody locks the order and then the payment; the confirm locks them the other way round."""
    with (
        somebody_else() as other,
        mock.patch.object(transact, "collided", wraps=transact.collided) as noticed,
    ):
        # So that the confirm, which waits with the usual timeout of a second, is the victim.
        other.execute("SET deadlock_timeout = '60s'")
        lock(other, "duitpos_order", waiting.order)
        answers: list[Any] = []

        def deliver() -> None:
            answers.append(handle_event(waiting.event()))
            connection.close()

        thread = threading.Thread(target=deliver)
        thread.start()
        wait_until_somebody_waits(other)
        lock(other, "duitpos_payment", waiting.payment)
        other.commit()
        thread.join(60)
    assert [answer.outcome for answer in answers] == ["settled"]
    assert noticed.called
    assert Order.objects.get(tenant=waiting.order.tenant).status == "placed"


def wait_until_somebody_waits(other: psycopg.Connection[Any]) -> None:
    """Until another session waits for a lock."""
    for _ in range(600):
        if other.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone():
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.postgres_only
def test_m45_a_lock_that_is_not_released_is_503_and_no_failed_event(waiting: Waiting) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("10s",)
        cursor.execute("SELECT set_config('lock_timeout', '300ms', false)")
        try:
            with somebody_else() as other:
                lock(other, "duitpos_payment", waiting.payment)
                answer = handle_event(waiting.event())
        finally:
            # The pool hands the connection to another test.
            cursor.execute("SELECT set_config('lock_timeout', '10s', false)")
    assert (answer.status, answer.outcome) == (503, "database")
    assert not models.WebhookEvent.objects.filter(tenant=waiting.order.tenant).exists()
    connection.close()
    assert handle_event(waiting.event()).outcome == "settled"


@pytest.mark.postgres_only
def test_m42_duplicates_do_not_make_a_connection_forget_the_statement(waiting: Waiting) -> None:
    for number in range(8):
        Payment.objects.filter(tenant=waiting.order.tenant).update(status="pending")
        Order.objects.filter(tenant=waiting.order.tenant).update(status="held")
        event = waiting.event(dedupe_key=f"evt_{number}")
        answers = [handle_event(event).outcome for _ in range(2)]
        # All but the first find their ledger row, as after a restored backup.
        assert answers == ["settled", "duplicate"]
    assert len(prepared(THE_STATEMENT)) == 1


@pytest.mark.postgres_only
def test_m42_a_rollback_makes_it_forget(waiting: Waiting) -> None:
    """The control: this is what a duplicate would do if it were found by a violated constraint."""
    test_m42_duplicates_do_not_make_a_connection_forget_the_statement(waiting)
    with pytest.raises(ZeroDivisionError):
        transact.transact(lambda: Order.objects.filter(tenant=waiting.order.tenant).count() // 0)
    assert prepared(THE_STATEMENT) == []


@pytest.mark.pure
def test_m47_no_time_zone_is_computed_in_sql() -> None:
    """Zones differ between Python and PostgreSQL, so that days and hours come from Python alone."""
    package = Path(models.__file__).parent.parent
    assert not [path for path in package.rglob("*.py") if "AT TIME ZONE" in path.read_text().upper()]


def test_m48_a_violated_check_does_not_log_the_row(waiting: Waiting) -> None:
    with pytest.raises(IntegrityError) as caught:
        Payment.objects.filter(tenant=waiting.order.tenant).update(
            status="lost", guest_email="guest@example.com"
        )
    said = redact(str(caught.value))
    assert "payment_status" in said
    assert "guest@example.com" not in said


@pytest.mark.sqlite_only
def test_m53_transactions_begin_as_writers_and_reach_the_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,), "FULL"
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]


@pytest.mark.postgres_only
def test_m61_parameters_are_bound_by_the_server_in_the_whole_suite() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [1])
        assert not isinstance(cursor.cursor, psycopg.ClientCursor)
    assert connection.connection.prepare_threshold == 5
