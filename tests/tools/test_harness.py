"""The test harness: no network, warnings are errors, production's database settings."""

from __future__ import annotations

import os
import socket
import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import flush
from django.db import OperationalError, connection
from pytest_socket import SocketConnectBlockedError

from tests.support.database import chosen_kind


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(SocketConnectBlockedError):
        outside.connect(("192.0.2.1", 80))


def test_a_test_may_connect_to_a_local_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_warnings_are_errors() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_a_developers_shell_does_not_affect_tests() -> None:
    assert os.environ["DUITPOS_ENV"] == "test"
    assert settings.DEBUG is False


@pytest.mark.django_db
def test_the_database_is_the_chosen_one() -> None:
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[chosen_kind()]


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_sqlite_is_a_file_with_productions_pragmas() -> None:
    assert Path(connection.settings_dict["NAME"]).is_file()
    with connection.cursor() as cursor:
        assert [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ] == ["wal", 2]


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_postgres_keeps_its_isolation() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


@pytest.mark.parametrize(
    "why, failures, tries, ends",
    [
        (OperationalError("deadlock detected"), 2, 3, True),
        (OperationalError("deadlock detected"), 9, 5, False),
        (ValueError("another mistake"), 9, 1, False),
    ],
)
def test_a_database_is_emptied_again_after_a_deadlock(
    monkeypatch: pytest.MonkeyPatch, why: Exception, failures: int, tries: int, ends: bool
) -> None:
    tried: list[object] = []

    def fail_at_first(command: flush.Command, **options: object) -> None:
        tried.append(options)
        if len(tried) <= failures:
            raise CommandError("couldn't be flushed") from why

    monkeypatch.setattr(flush.Command, "handle", fail_at_first)
    monkeypatch.setattr("tests.support.flush.time.sleep", lambda seconds: None)
    if ends:
        call_command("flush", interactive=False)
    else:
        with pytest.raises(CommandError):
            call_command("flush", interactive=False)
    assert len(tried) == tries
