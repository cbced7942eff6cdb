"""Workers that look at the outbox at the same moment: every entry is run by one of them (M57)."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db.models import F

from duitpos.domain.payments.outbox import run
from duitpos.domain.payments.outbox.run import LEASE, run_outbox
from duitpos.kit.clock import now
from duitpos.models import OutboxEntry
from tests.domain.sweep.rows import Past, a_past
from tests.support.at_once import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
WORKERS = 4


def due_receipts(past: Past, count: int) -> None:
    for _ in range(count):
        past.receipt(past.paid(1), is_due=True)
    OutboxEntry.objects.filter(tenant=past.tenant).update(due_at=now() - timedelta(minutes=1))


def sent() -> Counter[str]:
    """How often each entry was sent, by its Message-ID."""
    return Counter(str(message.message()["Message-ID"]) for message in mail.outbox)


def test_each_entry_is_run_once() -> None:
    pasts = [a_past("kopi"), a_past("teh")]
    for past in pasts:
        due_receipts(past, 15)
    done = at_once([run_outbox] * WORKERS)
    assert sum(done) == 30
    assert (len(sent()), sent().total()) == (30, 30)
    for past in pasts:
        rows = OutboxEntry.objects.filter(tenant=past.tenant)
        assert set(rows.values_list("outcome", "due_at", "tries")) == {("sent", None, 1)}


def test_without_the_guard_an_entry_is_run_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-check: read, then mark by id. If this sends no double, the race above proves nothing.

    Two workers that have read wait for each other before they write, so that the result does not depend on timing.
    """
    both_have_read = threading.Barrier(2)

    def claim_by_id(entry: OutboxEntry) -> datetime | None:
        with suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=60)
        lease = now() + LEASE
        rows = OutboxEntry.objects.filter(tenant_id=entry.tenant_id, id=entry.id)
        rows.update(due_at=lease, tries=F("tries") + 1)
        return lease

    monkeypatch.setattr(run, "_claim", claim_by_id)
    due_receipts(a_past(), 1)
    at_once([run_outbox] * 2)
    assert list(sent().values()) == [2]
