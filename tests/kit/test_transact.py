"""Transactions are retried after a collision; no transaction is open during a network call."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duitpos.kit.ids import uuid7
from duitpos.kit.transact import InsideTransaction, collided, outside_database, transact
from duitpos.models import BusinessDay, Location, Tenant


class _Said(Exception):
    """A driver's error with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def _error(text: str, sqlstate: str = "") -> OperationalError:
    error = OperationalError(text)
    if sqlstate:
        error.__cause__ = _Said(sqlstate)
    return error


@pytest.mark.parametrize(
    "error, expected",
    [
        (_error("serialization", "40001"), True),
        (_error("deadlock", "40P01"), True),
        (_error("database is locked"), True),
        (_error("database table is locked: x"), True),
        (_error("disk full", "53100"), False),
        (_error("no such table"), False),
    ],
)
def test_which_errors_are_retried(error: OperationalError, expected: bool) -> None:
    assert collided(error) is expected


@pytest.mark.django_db
def test_a_collision_is_retried_and_leaves_no_rows() -> None:
    tries = iter(range(10))

    def work() -> int:
        number = next(tries)
        Tenant.objects.create(slug=f"t{number}", name="T")
        if number < 2:
            raise _error("deadlock", "40P01")
        return number

    assert transact(work) == 2
    assert [tenant.slug for tenant in Tenant.objects.all()] == ["t2"]


@pytest.mark.django_db
def test_it_gives_up_after_its_tries() -> None:
    seen = []

    def work() -> None:
        seen.append(1)
        raise _error("database is locked")

    with pytest.raises(OperationalError):
        transact(work, tries=3)
    assert len(seen) == 3


@pytest.mark.django_db
def test_another_error_is_not_retried() -> None:
    seen = []

    def work() -> None:
        seen.append(1)
        raise _error("no such table")

    with pytest.raises(OperationalError):
        transact(work)
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_a_nested_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="durable"):
        transact(lambda: transact(lambda: 1))


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_one_statement_is_a_transaction_by_itself() -> None:
    """Foreign keys are checked at its commit, after it returned its row: that error is raised too."""
    tenant = Tenant.objects.create(slug="kopi", name="Kopi")

    def add(location: UUID) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO "duitpos_businessday"'
                ' ("id", "tenant_id", "location_id", "business_date", "is_test", "last_number", "changes", "summed")'
                " VALUES (%s, %s, %s, '2026-11-01', false, 1, 1, 0) RETURNING \"last_number\"",
                [uuid7(), tenant.id, location],
            )
            return list(cursor.fetchall())

    with CaptureQueriesContext(connection) as sent:
        for _ in range(8):  # until it is prepared
            with pytest.raises(IntegrityError, match="foreign key"):
                transact(lambda: add(uuid7()), is_one_statement=True)
    assert {query["sql"].split()[0] for query in sent} == {"INSERT"}
    assert not BusinessDay.objects.filter(tenant=tenant).exists()
    location = Location.objects.create(tenant=tenant, name="Bangsar", slug="bangsar")
    assert transact(lambda: add(location.id), is_one_statement=True) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_one_statement_inside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        transact(lambda: 1, is_one_statement=True)


@pytest.mark.races
@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_another_on_sqlite() -> None:
    """The real error: a connection without a busy timeout meets a held write lock, then retries."""
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(connection), transaction.atomic():
            Tenant.objects.create(slug="first", name="T")
            held.set()
            assert go_on.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1")
    threading.Timer(0.05, go_on.set).start()
    try:
        transact(lambda: Tenant.objects.create(slug="second", name="T"), tries=12)
    finally:
        go_on.set()
        holder.join()
        connection.close()
    assert Tenant.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_slow_call_inside_a_transaction_is_refused() -> None:
    with pytest.raises(InsideTransaction), transaction.atomic(), outside_database():
        pytest.fail("the call was made")


@pytest.mark.django_db(transaction=True)
def test_a_slow_call_holds_no_connection() -> None:
    Tenant.objects.create(slug="kopi", name="Kopi")
    assert connection.connection is not None
    with outside_database():
        assert connection.connection is None
    assert Tenant.objects.get().slug == "kopi"


@pytest.mark.django_db
def test_the_transaction_of_a_test_is_not_ours() -> None:
    """Tests that roll back may use code that calls a processor."""
    with outside_database():
        pass
    with pytest.raises(InsideTransaction), transaction.atomic(), outside_database():
        pytest.fail("the call was made")
