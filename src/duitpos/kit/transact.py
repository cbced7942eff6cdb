"""One transaction that may be run twice, and the rule that no transaction waits for a network."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock
from typing import TypeVar

from django.db import OperationalError, connection, transaction

T = TypeVar("T")
LONGEST = 15.0
"""Seconds after which a transaction that collides is not begun again."""

COLLIDED = frozenset({"40001", "40P01"})
"""SQLSTATEs worth another try: serialization failure and deadlock (PostgreSQL, CockroachDB, YugabyteDB)."""

_one_writer = RLock()  # re-entrant, since what follows a commit may write again before the turn ends


def _turn() -> AbstractContextManager[object]:
    """SQLite has one writer. Our threads queue for it here, since its own waiting sleeps and lets the last come first.

    Other processes wait as before: this only keeps 32 threads of one from waiting for each other in their sleep.
    """
    return _one_writer if connection.vendor == "sqlite" else nullcontext()


def collided(error: OperationalError) -> bool:
    """Whether a database error only says that another transaction was in the way (decision 0002, rule 7; M36)."""
    if getattr(error.__cause__, "sqlstate", None) in COLLIDED:
        return True
    return "database is locked" in str(error) or "database table is locked" in str(error)


def transact(work: Callable[[], T], tries: int = 6) -> T:
    """Run `work` in one transaction, again if the database says that it collided with another.

    `work` must be safe to run twice: no call outside the database, no change of objects that its caller keeps.
    """
    begun = time.monotonic()
    for left in reversed(range(tries)):
        try:
            with _turn(), transaction.atomic(durable=True):
                return work()
        except OperationalError as error:
            # SQLite has waited for its whole busy timeout already: whoever locks it for so long will not be done soon.
            if not left or not collided(error) or time.monotonic() - begun > LONGEST:
                raise
        time.sleep(random.uniform(0, 0.02 * 2 ** (tries - left)))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable: the last try returns or raises")


class InsideTransaction(RuntimeError):
    """A slow call outside was about to be made with a transaction open."""


@contextmanager
def outside_database() -> Iterator[None]:
    """Around every call to a processor: refuses an open transaction and gives the connection back meanwhile.

    With PostgreSQL's pool, `close` returns the connection to the pool, so that two hundred guests waiting for a
    slow processor hold no connection.
    """
    # Django's TestCase keeps a transaction of its own open; such blocks are marked and are not ours.
    blocks = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if blocks:
        raise InsideTransaction("A processor must not be called inside a transaction.")
    if not connection.in_atomic_block:
        connection.close()
    yield
