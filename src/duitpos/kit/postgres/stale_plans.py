"""Prepared statements that the server no longer takes, such as after a migration changed a column (M40)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError

STALE = frozenset({"0A000", "26000", "42P05"})
"""SQLSTATEs: the cached plan has another result type; no such statement; one of that name exists."""


def is_stale(error: DatabaseError) -> bool:
    """Whether the statement would succeed if it were prepared anew."""
    return getattr(error.__cause__, "sqlstate", None) in STALE


def prepare_again(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Run a statement again after its plan became stale. A wrapper of every execution on a connection.

    Inside a transaction the error is raised: after the rollback nothing is prepared, and kit/transact.py tries again.
    """
    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        connection = context["connection"]
        if not is_stale(error) or connection.in_atomic_block:
            raise
        # psycopg forgets its statements too when it sees this one.
        connection.connection.execute("DEALLOCATE ALL", prepare=False)
        return execute(sql, params, many, context)
