"""The database's clock in tests: it moves with Python's, while time-machine moves only that one."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine
from django.db import connection

from duitpos.kit import clock

server_now = clock.database_now
"""As in production: the server's clock, which no test moves."""


def unmoved_now() -> datetime:
    """Our clock as if no test had moved it."""
    hatch = time_machine.escape_hatch
    return datetime.fromtimestamp(hatch.time.time(), UTC) if hatch.is_travelling() else clock.now()


def moved_now() -> datetime:
    """The server's clock, moved as far as ours is."""
    return server_now() + (clock.now() - unmoved_now())


def install_database_clock() -> None:
    """Let the database's clock follow ours from now on. SQLite's is ours."""
    if connection.vendor == "postgresql":
        setattr(clock, "database_now", moved_now)  # noqa: B010 - the type checker forbids assigning a function
