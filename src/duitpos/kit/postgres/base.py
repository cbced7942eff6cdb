"""Django's backend for PostgreSQL; one request at a time finds out whether a database that was away is back (M76)."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError

AGAIN = 1.0
"""Seconds for which nobody asks a database that gave no connection."""


class Gate:
    """Closed while the last one who asked got no connection; each AGAIN seconds one caller may try."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._next_try: float | None = None

    def enter(self) -> None:
        """OperationalError, at once, while the gate is closed."""
        if self._next_try is None:
            return
        with self._lock:
            now = self._clock()
            if self._next_try is not None:
                if now < self._next_try:
                    raise OperationalError("The database gave no connection a moment ago.")
                self._next_try = now + AGAIN

    def close(self) -> None:
        """Somebody waited for a connection in vain."""
        with self._lock:
            self._next_try = self._clock() + AGAIN

    def open(self) -> None:
        """Somebody got one."""
        if self._next_try is not None:
            with self._lock:
                self._next_try = None


gate = Gate()
"""Of this process: it has one database."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Without a pool it is Django's own. With one, its wait of seconds is not for everybody while there is nothing."""

    def get_new_connection(self, conn_params: dict[str, object]) -> Connection[Any]:
        """A connection of the pool. OperationalError, at once when another caller has just waited in vain."""
        if not self.pool:
            return self._connect(conn_params)
        gate.enter()
        try:
            connection = self._connect(conn_params)
        except OperationalError:
            gate.close()
            raise
        gate.open()
        return connection

    def _connect(self, conn_params: dict[str, object]) -> Connection[Any]:
        connection: Connection[Any] = super().get_new_connection(conn_params)
        return connection
