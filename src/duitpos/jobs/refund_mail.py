"""The mail that tells a guest of a refund, for one who left an address on the processor's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from duitpos.domain.orders.guest_refunds import GuestRefund, guest_refunds
from duitpos.jobs.receipt import send_to_guest
from duitpos.jobs.texts import refund_mail_subject, refund_mail_text
from duitpos.models import OutboxEntry, Payment, Refund


def send_refund_mail(work: OutboxEntry) -> str:
    """Send the refund's state as it is now. OSError when the mail server does not take it."""
    refund = Refund.objects.filter(tenant_id=work.tenant_id, id=work.subject_id).get()
    payment = Payment.objects.filter(tenant_id=work.tenant_id, id=refund.payment_id).get()
    seen = guest_refunds(work.tenant, [payment], [refund]).get(refund.id)
    if seen is None or not payment.guest_email:
        return "no news"
    link = settings.BASE_URL + reverse("guest:order", args=[work.tenant.slug, work.order.token])
    with translation.override(work.order.language):
        subject = refund_mail_subject(work.tenant)
        text = refund_mail_text(work.tenant, work.order, seen, link)
    send_to_guest(payment.guest_email, subject, text, _message_id(work, seen))
    return "sent"


def _message_id(work: OutboxEntry, seen: GuestRefund) -> str:
    """The same for a mail that is sent twice, and another one for each state."""
    return f"<{work.id}.{seen.view}@{urlsplit(settings.BASE_URL).hostname}>"
