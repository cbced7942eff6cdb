"""Do the work that is due after a commit: receipts by e-mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils.translation import gettext as _
from django_tasks import task

from duitpos.kit.clock import now
from duitpos.models import DueWork, Payment

LEASE = timedelta(minutes=5)
MOST_TRIES = 8
log = structlog.get_logger(__name__)


@task()
def do_due_work_soon(tenant_id: str) -> None:
    """The queue's way to do_due_work; if the queue loses it, the sweep comes by."""
    do_due_work(UUID(tenant_id))


def do_due_work(tenant_id: UUID, limit: int = 20) -> int:
    """Do what is due for one tenant; how many pieces were done. Two at once never do the same piece."""
    done = 0
    rows = DueWork.objects.filter(tenant_id=tenant_id, due_at__lte=now()).select_related(
        "order__location", "tenant"
    )
    for work in list(rows[:limit]):
        at = now()
        mine = DueWork.objects.filter(tenant_id=tenant_id, id=work.id, due_at=work.due_at)
        if not mine.update(due_at=at + LEASE, tries=F("tries") + 1):
            continue  # another worker claimed it
        try:
            outcome = _send_receipt(work)
        except OSError as error:  # what smtplib and sockets raise; anything else is a bug and must be seen
            _try_later(work, str(error))
            continue
        DueWork.objects.filter(tenant_id=tenant_id, id=work.id).update(
            due_at=None, done_at=now(), outcome=outcome
        )
        done += 1
    return done


def _try_later(work: DueWork, problem: str) -> None:
    """After two minutes, four, eight …; after eight tries it stays undone, with the reason."""
    log.warning("due_work_failed", kind=work.kind, work=str(work.id), problem=problem)
    again = now() + timedelta(minutes=2 ** (work.tries + 1)) if work.tries + 1 < MOST_TRIES else None
    DueWork.objects.filter(tenant_id=work.tenant_id, id=work.id).update(due_at=again, outcome=problem[:200])


def _send_receipt(work: DueWork) -> str:
    payment = Payment.objects.filter(tenant_id=work.tenant_id, id=work.subject_id).get()
    order = work.order
    link = f"{settings.BASE_URL}/{work.tenant.slug}/o/{order.token}/"
    text = _(
        "Thank you for your order at %(restaurant)s, %(location)s.\n\n"
        "Order %(number)s\nPaid %(amount)s\n\nYour order and receipt: %(link)s\n"
    ) % {
        "restaurant": work.tenant.name,
        "location": order.location.name,
        "number": order.label or _("(waiting for staff)"),
        "amount": payment.moved.format(order.location.locale),
        "link": link,
    }
    subject = _("Your receipt from %(restaurant)s") % {"restaurant": work.tenant.name}
    EmailMessage(subject, text, to=[payment.guest_email]).send()
    return "sent"
