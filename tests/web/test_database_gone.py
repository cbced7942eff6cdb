"""While the database is unavailable, every page says so without using it, and nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection, connections
from django.test import Client

from duitpos.models import Table
from duitpos.web.errors import is_database_gone
from tests.support.restaurant import Restaurant, a_restaurant, a_table, an_item

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = [
    OperationalError("server closed the connection unexpectedly"),
    OperationalError("database is locked"),
    OperationalError("couldn't get a connection after 5.00 sec"),
    InterfaceError("connection already closed"),
]


@contextmanager
def gone(error: Exception) -> Iterator[None]:
    """Every statement fails with this error, as if the database had been stopped."""

    def fail(execute: Callable[..., Any], sql: str, *words: Any) -> Any:
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def place() -> Restaurant:
    restaurant = a_restaurant()
    an_item(restaurant.tenant)
    return restaurant


def signed_in(restaurant: Restaurant) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(restaurant.owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("error", WAYS, ids=str)
@pytest.mark.parametrize(
    "path",
    [
        "t/{token}/",
        "t/{token}/checkout/",
        "o/gone/",
        "o/gone/state/",
        "o/gone/receipt/",
        "pay/return/gone/",
        "pay/cancel/gone/",
        "dashboard/",
        "dashboard/orders/",
        "dashboard/attention/",
        "kitchen/",
        "nothing/here/",
    ],
)
def test_every_page_asks_to_try_again(place: Restaurant, path: str, error: Exception) -> None:
    token = a_table(place.location).token
    client = signed_in(place)
    client.cookies["guest"] = "A" * 22
    with gone(error):
        answer = client.get(f"/kopi/{path.format(token=token)}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Please try again in a moment" in answer.content.decode()
    assert "do not pay again" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/kopi/t/{token}/checkout/", "/kopi/dashboard/tables/add/"]
)
def test_a_form_says_so_as_well(place: Restaurant, path: str) -> None:
    path = path.format(token=a_table(place.location).token)
    client = signed_in(place)
    with gone(WAYS[0]):
        answer = client.post(path, {"login": "a@b.example", "password": "x", "step": "review", "cart": ""})
    assert answer.status_code == 503


def test_a_webhook_gets_a_503_so_that_it_is_retried(place: Restaurant) -> None:
    with gone(WAYS[0]):
        answer = Client().post("/kopi/webhooks/stripe/", b"{}", content_type="application/json")
    assert answer.status_code == 503


def test_a_bug_stays_a_500(place: Restaurant) -> None:
    client = signed_in(place)
    with gone(RuntimeError("a bug")):
        answer = client.get("/kopi/dashboard/orders/")
    assert answer.status_code == 500


def test_a_server_that_became_a_standby_is_gone_too() -> None:
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    assert is_database_gone(error)
    assert not is_database_gone(InternalError("something else"))
    assert not is_database_gone(None)


@pytest.mark.postgres_only
def test_connections_that_a_restart_broke_are_not_reused(place: Restaurant) -> None:
    """After a fast restart every pooled connection is broken, but the next requests all succeed."""
    # This page always queries the database.
    url = "/kopi/o/no-such-order-of-ours/"
    statuses: list[int] = []
    gate = threading.Barrier(8)

    def scan() -> None:
        gate.wait(30)
        statuses.append(Client(raise_request_exception=False).get(url).status_code)
        connections.close_all()

    def at_once() -> None:
        threads = [threading.Thread(target=scan) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    at_once()
    connection.ensure_connection()
    # Keep this test's own connection, which cleans up after it.
    ours = connection.connection.info.backend_pid
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as other:
        killed = other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [ours],
        ).fetchall()
    assert len(killed) >= 2
    at_once()
    assert statuses == [404] * 16


@pytest.mark.sqlite_only
def test_while_another_process_locks_sqlite_a_form_says_so_and_a_page_is_served(place: Restaurant) -> None:
    """A second connection holds the lock, like a slow backup. The timeout is shorter than in production."""
    url = "/kopi/dashboard/tables/add/"
    client = signed_in(place)
    client.get("/kopi/dashboard/tables/")
    with connection.cursor() as cursor, sqlite3.connect(connection.settings_dict["NAME"]) as other:
        cursor.execute("PRAGMA busy_timeout = 50")
        try:
            other.execute("BEGIN IMMEDIATE")
            answer = client.post(url, {"names": "7", "location": place.location.slug})
            assert answer.status_code == 503
            assert client.get("/kopi/dashboard/tables/").status_code == 200
        finally:
            other.rollback()
            cursor.execute("PRAGMA busy_timeout = 20000")
    other.close()
    assert not Table.objects.filter(tenant=place.tenant, name="7").exists()
