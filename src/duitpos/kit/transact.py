"""Transactions that are retried after a collision, and the rule that no network call is made inside one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock
from typing import TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

from duitpos.kit.postgres.stale_plans import is_stale

T = TypeVar("T")
LONGEST = 15.0
"""Seconds after which a colliding transaction is not retried."""

COLLIDED = frozenset({"40001", "40P01"})
"""Retryable SQLSTATEs: serialization failure and deadlock (PostgreSQL, CockroachDB, YugabyteDB)."""

_one_writer = RLock()  # re-entrant, so that a transact inside another fails and does not wait for itself


def _turn() -> AbstractContextManager[object]:
    """A lock for SQLite's one writer, since SQLite itself waits by sleeping and does not serve writers in order.

    It orders only this process's threads; other processes still wait in SQLite.
    """
    return _one_writer if connection.vendor == "sqlite" else nullcontext()


def collided(error: DatabaseError) -> bool:
    """Whether a database error only means a conflict with another transaction (decision 0002, rule 7)."""
    if not isinstance(error, OperationalError):
        return False
    if getattr(error.__cause__, "sqlstate", None) in COLLIDED:
        return True
    return "database is locked" in str(error) or "database table is locked" in str(error)


def _transaction(is_one_statement: bool) -> AbstractContextManager[object]:
    """BEGIN and COMMIT, unless the database makes a transaction of the one statement by itself."""
    is_alone = is_one_statement and not connection.in_atomic_block
    return nullcontext() if is_alone else transaction.atomic(durable=True)


def transact(work: Callable[[], T], tries: int = 6, *, is_one_statement: bool = False) -> T:
    """Run `work` in one transaction, and again if it collided with another one.

    `work` must be safe to run twice: it only uses the database and changes no objects that its caller keeps. If it is
    one statement, say so: BEGIN and COMMIT would be two round trips more. Then only an error in it undoes it.
    """
    begun = time.monotonic()
    for left in reversed(range(tries)):
        try:
            with _turn(), _transaction(is_one_statement):
                return work()
        except DatabaseError as error:
            # SQLite has already waited for its whole busy timeout: a lock held that long will not be released soon.
            may_retry = collided(error) or is_stale(error)
            if not left or not may_retry or time.monotonic() - begun > LONGEST:
                raise
        time.sleep(random.uniform(0, 0.02 * 2 ** (tries - left)))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable: the last try returns or raises")


def snapshot(work: Callable[[], T]) -> T:
    """Run `work`, which only reads, on one state of the database, whatever is committed meanwhile.

    Inside an open transaction it is run in that one, as it is. It locks nothing: on SQLite too, others write on.
    """
    if connection.in_atomic_block:
        return work()
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return work()
    # Our transactions there begin as writers (M53); this one must not wait for the turn of one.
    begins = connection.transaction_mode  # type: ignore[attr-defined]
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            return work()
    finally:
        connection.transaction_mode = begins  # type: ignore[attr-defined]


class InsideTransaction(RuntimeError):
    """A network call was about to be made with a transaction open."""


@contextmanager
def outside_database() -> Iterator[None]:
    """Wrap every processor call: refuses an open transaction and releases the database connection.

    With PostgreSQL's pool, `close` returns the connection to the pool, so that guests who wait for a slow processor
    hold no connection.
    """
    # Django's TestCase keeps its own transaction open; its atomic blocks are marked and do not count.
    blocks = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if blocks:
        raise InsideTransaction("A processor must not be called inside a transaction.")
    if not connection.in_atomic_block:
        connection.close()
    yield
