"""The receipt by e-mail, for a guest who left an address on the processor's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation

from duitpos.jobs.texts import receipt_subject, receipt_text
from duitpos.models import OutboxEntry, Payment


def send_receipt(work: OutboxEntry) -> str:
    """Send it in the order's language. OSError when the mail server does not take it. `work` comes with order and
    tenant.

    An entry may run twice. Both mails then have the same Message-ID, by which a mailbox shows one.
    """
    payment = Payment.objects.filter(tenant_id=work.tenant_id, id=work.subject_id).get()
    link = settings.BASE_URL + reverse("guest:order", args=[work.tenant.slug, work.order.token])
    with translation.override(work.order.language):
        subject, text = receipt_subject(work.tenant), receipt_text(work.tenant, work.order, payment, link)
    send_to_guest(payment.guest_email, subject, text, _message_id(work))
    return "sent"


def send_to_guest(address: str, subject: str, text: str, message_id: str) -> None:
    """Send a mail. OSError, without the guest's address, when the mail server does not take it."""
    try:
        EmailMessage(subject, text, to=[address], headers={"Message-ID": message_id}).send()
    except OSError as error:
        said = str(error)
        if address not in said:
            raise
        # A refusal repeats the address, and what it says is stored and logged.
        raise OSError(f"{type(error).__name__}: {said.replace(address, '…')}") from None


def _message_id(work: OutboxEntry) -> str:
    return f"<{work.id}@{urlsplit(settings.BASE_URL).hostname}>"
