"""The receipt by e-mail, for a guest who left an address on the processor's page."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from duitpos.models import OutboxEntry, Payment


def send_receipt(work: OutboxEntry) -> str:
    """Send it; what became of it. OSError when the mail server does not take it. `work` comes with order and tenant."""
    with translation.override(work.order.language):
        return _send(work)


def _send(work: OutboxEntry) -> str:
    payment = Payment.objects.filter(tenant_id=work.tenant_id, id=work.subject_id).get()
    order = work.order
    text = _(
        "Thank you for your order at %(restaurant)s, %(location)s.\n\n"
        "Order %(number)s\nPaid %(amount)s\n\nYour order and receipt: %(link)s\n"
    ) % {
        "restaurant": work.tenant.name,
        "location": order.location.name,
        "number": order.label or _("(waiting for staff)"),
        "amount": payment.moved.format(order.location.locale),
        "link": f"{settings.BASE_URL}/{work.tenant.slug}/o/{order.token}/",
    }
    subject = _("Your receipt from %(restaurant)s") % {"restaurant": work.tenant.name}
    EmailMessage(subject, text, to=[payment.guest_email]).send()
    return "sent"
