"""How many statements a confirm sends, from the server's log."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.databases import server_folder

# A simple statement, or the execution of a prepared one or one with parameters.
_EXECUTED = re.compile(r"^\d{4}-\d\d-\d\d [\d:]+ \w+ \[\d+\] LOG:  (?:statement|execute [^:]+): (?=\S)", re.M)
_BEGIN, _END = "'begin of the count'", "'end of the count'"
_PATIENCE = 5.0


class NotCounted(Exception):
    """The server's log does not show what was to be counted."""


def count_statements(url: str, work: Callable[[], object]) -> int:
    """The number of statements that the server executes during `work`, BEGIN and COMMIT included."""
    log = server_folder(url).parent / "server.log"
    with psycopg.connect(url, autocommit=True) as connection:
        _set(connection, "all")
        _mark(log, connection, _BEGIN)
        work()
        _mark(log, connection, _END)
        _set(connection, "none")
    text = log.read_text(errors="replace")
    # The line of the first mark is no part of it, but the beginning of the line with the second one is.
    return len(_EXECUTED.findall(text[text.rindex(_BEGIN) : text.rindex(_END)])) - 1


def _set(connection: psycopg.Connection[object], value: str) -> None:
    connection.execute(f"ALTER SYSTEM SET log_statement = '{value}'")
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)  # every process of the server reads its settings again


def _mark(log: Path, connection: psycopg.Connection[object], words: str) -> None:
    """Write a mark and wait until the log shows it."""
    before = log.read_text(errors="replace").count(words)
    connection.execute(f"SELECT {words}".encode())
    until = time.monotonic() + _PATIENCE
    while log.read_text(errors="replace").count(words) == before:
        if time.monotonic() > until:
            raise NotCounted(f"The server's log never showed {words}.")
        time.sleep(0.05)
