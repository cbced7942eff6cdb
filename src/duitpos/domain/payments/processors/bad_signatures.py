"""Count deliveries with a bad signature without letting outsiders write to the database (M68).

Anybody can post to the webhook address. So each process counts in memory and writes one row's counter at most once a
minute for each kind of problem, so that what anybody can send does not hide what only the processor can. What it has
not written when it ends is lost. Only restaurants with an account are counted, which bounds the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import F

from duitpos.kit.clock import now
from duitpos.models import ProcessorAccount
from duitpos.processors.errors import SignatureProblem

WRITE_EVERY = timedelta(minutes=1)
MOST = 1_000_000
"""The counter stops here."""


@dataclass(slots=True)
class _Count:
    unwritten: int = 0
    written_at: datetime | None = None


_counts: dict[tuple[SignatureProblem, *tuple[UUID, ...]], _Count] = {}
_lock = Lock()


def count_bad_signature(
    accounts: Sequence[UUID], tenant_id: UUID, problem: SignatureProblem, skew: int
) -> None:
    """Count one for the accounts of the address that it came to.

    The first is written at once, so that the account's page shows it.
    """
    at = now()
    with _lock:
        count = _counts.setdefault((problem, *accounts), _Count())
        count.unwritten += 1
        if count.written_at is not None and timedelta(0) <= at - count.written_at < WRITE_EVERY:
            return
        unwritten, count.unwritten, count.written_at = count.unwritten, 0, at
    rows = ProcessorAccount.objects.filter(tenant_id=tenant_id, id__in=accounts, bad_signatures__lt=MOST)
    columns: dict[str, Any] = {"last_bad_signature_at": at, "last_bad_signature": problem.value}
    if problem == SignatureProblem.MISMATCH:
        columns["last_mismatch_at"] = at
    elif problem == SignatureProblem.CLOCK:
        columns |= {"last_misdated_at": at, "signature_skew": skew}
    rows.update(bad_signatures=F("bad_signatures") + unwritten, **columns)


def forget_counts() -> None:
    """Clear the counts in memory, as in a new process."""
    with _lock:
        _counts.clear()
