"""Django's PostgreSQL backend; while the database is unavailable, one request at a time tries to connect (M76)."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from weakref import WeakSet

import structlog
from django.db.backends.postgresql import base, features
from django.db.utils import DEFAULT_DB_ALIAS
from psycopg import Connection, OperationalError

from duitpos.kit.env import POOL_SECONDS
from duitpos.kit.postgres.alive import is_alive
from duitpos.kit.postgres.stale_plans import prepare_again

log = structlog.get_logger(__name__)

AGAIN = 1.0
"""Seconds without an attempt after the database gave no connection."""


LONGEST_WAIT = "10s"
"""For a lock. What a statement read before its wait may be this old (M45); then the caller gets 503."""


class Gate:
    """Refuses callers after a failed connection; every AGAIN seconds one caller may try."""

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
        """Record that a caller got no connection."""
        with self._lock:
            self._next_try = self._clock() + AGAIN

    def open(self) -> None:
        """Record that a caller got a connection."""
        if self._next_try is not None:
            with self._lock:
                self._next_try = None


gate = Gate()
"""This process's gate: it has one database."""


class DatabaseFeatures(features.DatabaseFeatures):
    """What it can do beyond what Django asks about."""

    writes_in_with = True
    """One statement can have several parts that write (WITH … AS (UPDATE … RETURNING …))."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Without a pool it is Django's own. With one, only one caller at a time waits for an unavailable database."""

    features_class = DatabaseFeatures

    def __init__(self, settings_dict: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> None:
        super().__init__(settings_dict, alias)
        self.execute_wrappers.append(prepare_again)

    def get_new_connection(self, conn_params: dict[str, object]) -> Connection[Any]:
        """A connection from the pool. OperationalError, at once when another caller has just failed to get one."""
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
        tries_until = time.monotonic() + POOL_SECONDS
        while self.pool and not is_alive(connection):
            # For a closed one the pool opens another.
            connection.close()
            self.pool.putconn(connection)
            if time.monotonic() > tries_until:
                raise OperationalError("The database's connections end as soon as they are made.")
            connection = super().get_new_connection(conn_params)
        if connection not in _set_up:
            _set_up.add(connection)
            set_up(connection)
        return connection


_set_up: WeakSet[Connection[Any]] = WeakSet()
"""The connections of this process that are set up; a pool hands out the same ones again and again."""


def set_up(connection: Connection[Any]) -> None:
    """Bound its waits for locks. One that a pooler shares among clients keeps no setting and prepares nothing (M41)."""
    if connection.prepare_threshold is None:
        return
    with connection.cursor() as cursor:
        server = cursor.execute("SELECT pg_backend_pid()").fetchone()
        # libpq was told the number of the process that serves this connection.
        if server == (connection.info.backend_pid,):
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LONGEST_WAIT])
        else:
            log.warning("pooler_noticed", advice="set DUITPOS_DB_POOLER=true")
            connection.prepare_threshold = None
    if not connection.autocommit:
        connection.commit()
