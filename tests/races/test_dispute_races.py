"""Two workers that look at a dispute's deadline at the same moment send one reminder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from duitpos.domain.payments.outbox.due import due_entries
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.sweep import dispute_deadlines
from duitpos.domain.sweep.dispute_deadlines import remind_of_disputes
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Dispute, ProcessorAccount
from tests.support.at_once import at_once
from tests.support.shop import Shop

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
FRAUD = "4000000000000259"


@pytest.fixture
def near_deadline(webhookless_shop: Shop) -> Shop:
    """A dispute that the bank wants answered within the hour, of which nobody was reminded."""
    shop = webhookless_shop
    shop.pay(shop.start(), card=FRAUD)
    shop.sweep(after=timedelta(minutes=2))
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    shop.sweep()
    rows = Dispute.objects.filter(tenant=shop.tenant, status="needs_response")
    assert rows.update(respond_by=now() + timedelta(minutes=50), warned=0) == 1
    run_outbox()
    return shop


@pytest.fixture
def both_have_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker waits before its transaction: in it, SQLite would let nobody else write."""
    barrier, in_transaction = threading.Barrier(2), transact

    def wait_and_write(work: Callable[[], bool]) -> bool:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=60)
        return in_transaction(work)

    monkeypatch.setattr(dispute_deadlines, "transact", wait_and_write)


def test_two_workers_send_one_reminder(near_deadline: Shop, both_have_read: None) -> None:
    shop = near_deadline
    assert sorted(at_once([partial(remind_of_disputes, shop.tenant.id)] * 2)) == [0, 1]
    assert Dispute.objects.get(tenant=shop.tenant).warned == 3
    assert [len(one.ids) for one in due_entries()] == [1]


def test_without_the_guard_both_remind(
    near_deadline: Shop, both_have_read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: each writes what it has read."""

    def write(dispute: Dispute, stage: int) -> bool:
        Dispute.objects.filter(tenant_id=dispute.tenant_id, id=dispute.id).update(warned=stage)
        return True

    monkeypatch.setattr(dispute_deadlines, "count_reminder", write)
    assert at_once([partial(remind_of_disputes, near_deadline.tenant.id)] * 2) == [1, 1]
