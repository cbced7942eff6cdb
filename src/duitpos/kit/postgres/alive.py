"""Whether an idle connection still works, mostly without asking the server (decision 0010, M76)."""

from __future__ import annotations

import select
import time
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

TRUSTED = 1.0
"""Seconds after an answer during which only the connection's socket is looked at."""

_answered_at: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()


def is_alive(connection: Connection[Any]) -> bool:
    """Whether the server answers on this idle connection.

    A server that stops closes its connections, which shows at the socket. One that vanished without a word does not
    show there, so that it is asked, at most once per TRUSTED.
    """
    try:
        now = time.monotonic()
        if now - _answered_at.get(connection, -TRUSTED) < TRUSTED and not _has_input(connection):
            return True
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    _answered_at[connection] = now
    return True


def _has_input(connection: Connection[Any]) -> bool:
    """Whether there is something to read: an error, or the end of the connection. Nothing was asked."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
