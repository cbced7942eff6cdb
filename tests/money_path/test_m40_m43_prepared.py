"""Prepared statements: kept per connection, made anew when a plan is stale, left out behind a pooler (M40, M41)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection

from duitpos.kit.postgres.base import DatabaseWrapper
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import transact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres_only]


@pytest.fixture
def table() -> Iterator[str]:
    """A table of one column, whose type another connection may change."""
    other = another()
    other.cursor().execute("CREATE TABLE changing (value integer)")
    yield "changing"
    other.cursor().execute("DROP TABLE changing")
    other.close()


def another() -> DatabaseWrapper:
    """A connection of its own, without the pool."""
    settings = copy.deepcopy(connection.settings_dict)
    settings["OPTIONS"].pop("pool", None)
    return DatabaseWrapper(settings, "another")


def prepared(contains: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{contains}%"]
        )
        return [row[0] for row in cursor.fetchall() if "pg_prepared_statements" not in row[0]]


def read(table: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return cursor.fetchall()


def read_until_prepared(table: str) -> None:
    for _ in range(8):
        read(table)
    assert prepared(table)


def in_a_transaction(work: Callable[[], Any]) -> Any:
    return transact(work)


def by_itself(work: Callable[[], Any]) -> Any:
    return work()


@pytest.mark.parametrize("run", [by_itself, in_a_transaction])
def test_m40_a_column_that_changes_while_processes_serve(table: str, run: Callable[..., Any]) -> None:
    read_until_prepared(table)
    other = another()
    other.cursor().execute(f"ALTER TABLE {table} ALTER COLUMN value TYPE bigint")
    other.close()
    assert run(lambda: read(table)) == []


def test_without_the_retry_it_fails_at_every_use(table: str) -> None:
    """The control."""
    read_until_prepared(table)
    other = another()
    other.cursor().execute(f"ALTER TABLE {table} ALTER COLUMN value TYPE bigint")
    other.close()
    wrappers = list(connection.execute_wrappers)
    connection.execute_wrappers[:] = [one for one in wrappers if one.__name__ != "prepare_again"]
    try:
        for _ in range(2):
            with pytest.raises(DatabaseError, match="cached plan must not change"):
                read(table)
    finally:
        connection.execute_wrappers[:] = wrappers
        connection.close()


def test_m41_a_pooler_is_noticed_by_the_number_of_the_servers_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    straight = another()
    straight.ensure_connection()
    assert straight.connection.prepare_threshold == 5
    straight.close()
    # A pooler tells a number of its own.
    monkeypatch.setattr("psycopg.ConnectionInfo.backend_pid", property(lambda info: 1))
    behind = another()
    behind.ensure_connection()
    assert behind.connection.prepare_threshold is None
    assert "DUITPOS_DB_POOLER" in caplog.text
    behind.close()


def test_m43_one_text_with_any_values_is_one_statement() -> None:
    with across_tenants("counts the variants of one statement"):
        for value in (1, 40_000, 3_000_000_000, None):
            for _ in range(8):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT %(value)s::bigint AS variants", {"value": value and str(value)})
    assert len(prepared("AS variants")) == 1
