"""Day closes by mail: each, or a week's together, once, and an alert when it does not work (M142)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from pypdf import PdfReader

from duitpos.domain.payments.outbox import run
from duitpos.domain.payments.outbox.run import MOST_TRIES, run_outbox
from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.day_close.mail_setting import set_day_close_mail
from duitpos.domain.reporting.day_close.state import day_state
from duitpos.models import Alert, Location, OutboxEntry
from duitpos.models.tenant import DayCloseMail
from tests.support.books import Books, some_books
from tests.support.restaurant import a_member

pytestmark = pytest.mark.django_db(transaction=True)
# Tuesday 6 October 2026.
DAY = date(2026, 10, 6)
NOON = datetime(2026, 10, 6, 4, tzinfo=UTC)
MONDAY = datetime(2026, 10, 11, 21, tzinfo=UTC)
"""05:00 of the Monday after: an hour after the week's last business day ended at 04:00."""


@pytest.fixture
def books() -> Books:
    books = some_books()
    for at in range(3):
        books.paid(NOON + timedelta(days=at), 1)
    return books


def site(books: Books) -> Location:
    return Location.objects.get(tenant=books.restaurant.tenant)


def close(books: Books, day: date = DAY, at: datetime | None = None) -> None:
    """Close the day on the next morning."""
    at = at or NOON + (day - DAY) + timedelta(days=1)
    with time_machine.travel(at, tick=False):
        changes = day_state(site(books), day, at).changes
        close_day(books.restaurant.owner, site(books), day, changes, Drawer())


def work(at: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """The worker looks at the outbox at that time."""
    monkeypatch.setattr("duitpos.kit.clock.database_now", lambda: at)
    with time_machine.travel(at, tick=False):
        return run_outbox()


def names(mail: Any) -> list[str]:
    return [attachment[0] for attachment in mail.attachments]


def test_it_is_off_until_the_owner_wants_it(books: Books) -> None:
    close(books)
    assert not OutboxEntry.objects.filter(tenant=books.restaurant.tenant).exists()


def test_each_day_close_is_mailed_to_the_owners(
    books: Books, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_member(books.restaurant.tenant, "manager")
    set_day_close_mail(books.restaurant.owner, site(books), DayCloseMail.DAILY)
    close(books)
    assert work(NOON + timedelta(days=2), monkeypatch) == 1
    (mail,) = mailoutbox
    assert mail.recipients() == ["owner@kopi.example"]
    assert mail.subject == "Kopi, Bangsar: day close of Tue 6 Oct 2026"
    assert "Z-A-000001: RM\u202f12.90" in mail.body
    assert "/kopi/dashboard/reports/days/?location=bangsar" in mail.body
    assert names(mail) == ["kopi-bangsar-2026-10-06-Z-A-000001.pdf"]
    (file,) = mail.attachments
    assert "Day close Z-A-000001" in PdfReader(io.BytesIO(file[1])).pages[0].extract_text()
    assert work(NOON + timedelta(days=3), monkeypatch) == 0


def test_a_weeks_day_closes_are_mailed_together_on_monday(
    books: Books, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_day_close_mail(books.restaurant.owner, site(books), DayCloseMail.WEEKLY)
    for day in range(3):
        close(books, DAY + timedelta(days=day))
    close(books, DAY + timedelta(days=5), MONDAY)
    assert work(MONDAY - timedelta(minutes=1), monkeypatch) == 0
    assert work(MONDAY, monkeypatch) == 1
    (mail,) = mailoutbox
    assert mail.subject == "Kopi, Bangsar: day closes of Tue 6 Oct 2026 to Thu 8 Oct 2026"
    assert len(mail.attachments) == 3
    assert work(MONDAY + timedelta(days=7), monkeypatch) == 1, "what was closed on Monday is in the next week"
    assert names(mailoutbox[1]) == ["kopi-bangsar-2026-10-11-Z-A-000004.pdf"]


def test_a_mail_that_does_not_go_is_an_alert_in_the_end(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_day_close_mail(books.restaurant.owner, site(books), DayCloseMail.DAILY)
    close(books)

    def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError("mail.example:25")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    at, tries = NOON + timedelta(days=2), 0
    while not Alert.objects.filter(tenant=books.restaurant.tenant).exists():
        tries += 1
        assert tries <= MOST_TRIES
        assert work(at, monkeypatch) == 0
        at += timedelta(days=1)
    assert tries == MOST_TRIES
    alert = Alert.objects.get(tenant=books.restaurant.tenant)
    assert (alert.kind, alert.resolved_at) == ("report_not_sent", None)
    (entry,) = OutboxEntry.objects.filter(tenant=books.restaurant.tenant)
    assert (entry.due_at, entry.done_at, alert.subject_id) == (None, None, entry.id)


def test_a_worker_that_is_killed_after_the_mail_sends_the_same_one_again(
    books: Books, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once; both have one Message-ID, by which a mailbox shows one."""
    set_day_close_mail(books.restaurant.owner, site(books), DayCloseMail.DAILY)
    close(books)

    class Killed(BaseException):
        """As SIGKILL: nothing after it runs."""

    def die(*about: object, **columns: object) -> bool:
        raise Killed

    at = NOON + timedelta(days=2)
    with monkeypatch.context() as patch:
        patch.setattr(run, "_end", die)
        with pytest.raises(Killed):
            work(at, monkeypatch)
    assert work(at + timedelta(minutes=4), monkeypatch) == 0, "its lease has not ended"
    assert work(at + timedelta(minutes=6), monkeypatch) == 1
    assert work(at + timedelta(days=1), monkeypatch) == 0
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.attachments == second.attachments
