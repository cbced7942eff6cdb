"""While the database is unavailable, one caller at a time waits for the pool, not each of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import OperationalError, connection
from psycopg_pool import ConnectionPool

from duitpos.kit.postgres import alive, base
from duitpos.kit.postgres.base import AGAIN, DatabaseWrapper, Gate
from tests.support.database import current_database_url

REFUSED = "a moment ago"


def test_while_it_is_unavailable_one_caller_per_second_tries() -> None:
    seconds = 100.0
    gate = Gate(lambda: seconds)
    gate.enter()
    gate.close()
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        gate.enter()
    seconds += AGAIN
    gate.enter()
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        gate.enter()


def test_when_it_is_available_again_all_callers_may() -> None:
    gate = Gate()
    gate.close()
    gate.open()
    for _ in range(3):
        gate.enter()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    """A database whose server does not run, with its own pool."""
    settings = copy.deepcopy(connection.settings_dict)
    settings.update(HOST="127.0.0.1", PORT="1", CONN_MAX_AGE=0)
    settings["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 1, "timeout": 0.5}
    monkeypatch.setattr(base, "gate", Gate())
    wrapper = DatabaseWrapper(settings, "away")
    yield wrapper
    wrapper.close_pool()


@pytest.mark.django_db
@pytest.mark.postgres_only
@pytest.mark.filterwarnings("ignore")  # the pool logs why it has no connection
def test_after_a_failure_the_next_caller_fails_at_once(away: DatabaseWrapper) -> None:
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        away.ensure_connection()
    with pytest.raises(OperationalError, match=REFUSED):
        away.ensure_connection()


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    """The test's database, by a pool of one connection that has answered a moment ago."""
    monkeypatch.setattr(alive, "TRUSTED", 60.0)  # on a busy machine a test may take more than a second
    settings = copy.deepcopy(connection.settings_dict)
    settings["CONN_MAX_AGE"] = 0
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 5}
    wrapper = DatabaseWrapper(settings, "pooled")
    ask(wrapper)
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper: DatabaseWrapper) -> int:
    """Take the connection, ask for the number of the process that serves it, and give it back."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number = int(cursor.fetchone()[0])
    wrapper.close()
    return number


def end(process: int) -> None:
    with psycopg.connect(current_database_url()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def no_answer_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alive, "TRUSTED", 0.0)


def nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alive, "_has_input", lambda connection: False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres_only
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("change", [None, no_answer_kept], ids=["seen at its socket", "asked"])
def test_m76_a_connection_that_was_ended_reaches_no_caller(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None] | None
) -> None:
    if change:
        change(monkeypatch)
    before = ask(pooled)
    end(before)
    assert ask(pooled) != before


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres_only
@pytest.mark.filterwarnings("ignore")
def test_without_a_look_at_the_socket_it_reaches_one(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    nothing_seen(monkeypatch)
    end(ask(pooled))
    with pytest.raises(OperationalError):
        ask(pooled)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres_only
def test_a_connection_is_asked_once_a_second(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(pooled)
    with mock.patch.object(ConnectionPool, "check_connection") as asked:
        ask(pooled)
        assert not asked.called
        # A server that vanished without a word is not seen at the socket.
        no_answer_kept(monkeypatch)
        ask(pooled)
        assert asked.called


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres_only
@pytest.mark.filterwarnings("ignore")
def test_a_database_whose_connections_all_end_at_once_is_given_up(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "gate", Gate())
    monkeypatch.setattr(base, "POOL_SECONDS", 0.3)
    monkeypatch.setattr(base, "is_alive", lambda connection: False)
    with pytest.raises(OperationalError, match="as soon as they are made"):
        ask(pooled)
