"""Outbox entries run at least once, whatever the workers' clocks say, and no restaurant hides another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import NotSupportedError, connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.payments.outbox import due, run
from duitpos.domain.payments.outbox.due import SHARE, due_entries
from duitpos.domain.payments.outbox.run import LEASE, MOST_TRIES, run_outbox
from duitpos.jobs.receipt import send_receipt
from duitpos.kit import clock
from duitpos.models import OutboxEntry
from duitpos.models.outbox import OutboxKind
from tests.domain.sweep.rows import Past, a_past
from tests.support.database_clock import server_now, unmoved_now

pytestmark = pytest.mark.django_db(transaction=True)


def a_receipt(past: Past, minutes: float = 0) -> OutboxEntry:
    """A receipt that has been due for so many minutes, and a second."""
    entry = past.receipt(past.paid(1), is_due=False)
    entry.due_at = clock.now() - timedelta(minutes=minutes, seconds=1)
    entry.save(update_fields=["due_at"])
    return entry


def many_receipts(past: Past, count: int, minutes: float) -> None:
    """Copies of one receipt, all due for so many minutes."""
    one = a_receipt(past, minutes)
    OutboxEntry.objects.bulk_create(
        OutboxEntry(
            tenant=past.tenant,
            kind=one.kind,
            subject_id=OutboxEntry().id,
            order_id=one.order_id,
            created_at=one.created_at,
            due_at=one.due_at,
        )
        for _ in range(count - 1)
    )


def do_instead(monkeypatch: pytest.MonkeyPatch, work: run.Work) -> None:
    monkeypatch.setitem(run._HANDLERS, OutboxKind.RECEIPT, work)


# -- M57 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared,sent", [(unmoved_now, 1), (clock.now, 2)], ids=["shared", "the worker's"])
def test_m57_a_worker_whose_clock_is_ahead_takes_no_claim(
    monkeypatch: pytest.MonkeyPatch, shared: Callable[[], datetime], sent: int
) -> None:
    """Control: by its own clock the lease of another worker is over, and the guest gets two mails."""
    monkeypatch.setattr(clock, "database_now", shared)
    a_receipt(a_past())
    others = iter([time_machine.travel(clock.now() + LEASE * 1.2, tick=True)])

    def work(entry: OutboxEntry) -> str:
        for other in others:
            with other:
                run_outbox()
        return send_receipt(entry)

    do_instead(monkeypatch, work)
    run_outbox()
    assert len(mail.outbox) == sent


@pytest.mark.postgres_only
def test_m57_the_shared_clock_is_the_servers() -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=True):
        assert abs(server_now() + timedelta(minutes=6) - clock.now()) < timedelta(seconds=5)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "by id only"])
def test_m57_a_worker_whose_lease_ran_out_does_not_overwrite_the_others_result(
    monkeypatch: pytest.MonkeyPatch, travel: time_machine.Traveller, guarded: bool
) -> None:
    """Control: marked by its id only, what was sent is due again, and the guest gets another mail."""
    entry = a_receipt(a_past())
    by_id = OutboxEntry.objects.filter(tenant_id=entry.tenant_id, id=entry.id)
    if not guarded:
        monkeypatch.setattr(run, "_held", lambda entry, due_at: by_id.all())
    others = iter([run_outbox])

    def work(entry: OutboxEntry) -> str:
        for other in others:
            travel.shift(LEASE + timedelta(seconds=1))
            assert other() == 1
            raise SMTPServerDisconnected("gone")
        return send_receipt(entry)

    do_instead(monkeypatch, work)
    assert run_outbox() == 0
    entry.refresh_from_db()
    assert entry.outcome == "sent"
    assert (entry.due_at is None, entry.problem == {}) == (guarded, guarded)


def test_m57_a_mail_that_is_sent_twice_has_one_message_id() -> None:
    entry = a_receipt(a_past())
    assert run_outbox() == 1
    # As after a crash between sending and marking.
    OutboxEntry.objects.filter(tenant_id=entry.tenant_id).update(due_at=entry.due_at, done_at=None)
    assert run_outbox() == 1
    ids = [message.message()["Message-ID"] for message in mail.outbox]
    assert len(ids) == 2
    assert set(ids) == {f"<{entry.id}@{settings.ALLOWED_HOSTS[0]}>"}


def test_m57_a_mail_server_that_hangs_is_given_up_within_the_lease() -> None:
    answers_of_one_mail = 8
    assert timedelta(seconds=settings.EMAIL_TIMEOUT) * answers_of_one_mail < LEASE


def test_m57_work_that_another_worker_put_off_is_not_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look is some time ago: in between another worker has tried it, and it failed."""
    a_receipt(a_past())
    looked = due_entries()

    def fail(entry: OutboxEntry) -> str:
        raise SMTPServerDisconnected("gone")

    do_instead(monkeypatch, fail)
    assert run_outbox() == 0
    do_instead(monkeypatch, send_receipt)
    assert [run.run_entries(one) for one in looked] == [0]
    assert mail.outbox == []


# -- M58 ------------------------------------------------------------------------------------------------------


def test_m58_overdue_rows_of_one_restaurant_do_not_hide_anothers() -> None:
    busy, other = a_past("kopi"), a_past("teh")
    many_receipts(busy, 5000, minutes=60)
    waits = a_receipt(other)
    with CaptureQueriesContext(connection) as queries:
        looked = {one.tenant_id: one.ids for one in due_entries()}
    assert looked.keys() == {busy.tenant.id, other.tenant.id}
    assert len(looked[busy.tenant.id]) == SHARE
    assert looked[other.tenant.id] == (waits.id,)
    of_entries = [query["sql"] for query in queries.captured_queries if "outboxentry" in query["sql"]]
    assert len(of_entries) == 1, "one look for all restaurants"
    assert "LIMIT" in of_entries[0]


def test_m58_a_full_look_has_the_first_of_every_restaurant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "MOST", 4)
    pasts = [a_past(slug) for slug in ("kopi", "teh", "roti")]
    for age, past in enumerate(pasts):
        many_receipts(past, 5, minutes=60 - age)
    assert sorted(len(one.ids) for one in due_entries()) == [1, 1, 2]


@pytest.mark.parametrize("why", ["sharded", "refused"])
def test_m58_where_one_look_is_not_possible_it_is_done_tenant_by_tenant(
    monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    pasts = [a_past("kopi"), a_past("teh")]
    entries = {past.tenant.id: (a_receipt(past, 2).id, a_receipt(past, 1).id) for past in pasts}

    def refuse() -> None:
        raise NotSupportedError("window functions across shards")

    monkeypatch.setattr(due, "_of_all", refuse)
    if why == "sharded":
        monkeypatch.setattr(settings, "SHARDED", True)
    assert {one.tenant_id: one.ids for one in due_entries()} == entries
    assert run_outbox() == 4


def test_m58_a_failing_row_is_put_off_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, travel: time_machine.Traveller
) -> None:
    past = a_past()
    failing, fine = a_receipt(past, 2), a_receipt(past, 1)

    def work(entry: OutboxEntry) -> str:
        if entry.id == failing.id:
            raise SMTPServerDisconnected("gone")
        return send_receipt(entry)

    do_instead(monkeypatch, work)
    assert run_outbox() == 1
    fine.refresh_from_db()
    assert fine.outcome == "sent"
    waits = []
    for _ in range(MOST_TRIES - 1):
        failing.refresh_from_db()
        assert failing.due_at is not None
        waits.append(round((failing.due_at - clock.now()).total_seconds() / 60))
        assert due_entries() == [], "not due before"
        travel.move_to(failing.due_at + timedelta(seconds=1))
        run_outbox()
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    failing.refresh_from_db()
    assert (failing.tries, failing.due_at, failing.done_at) == (MOST_TRIES, None, None)
    assert "gone" in failing.problem["error"]
