"""The mail that tells a restaurant's owners of an alert."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from duitpos.jobs.staff_texts import alert_subject, alert_text
from duitpos.models import Alert, Membership, OutboxEntry
from duitpos.models.people import Role


def send_alert(work: OutboxEntry) -> str:
    """Send it to every owner, unless the alert is resolved by now. OSError when the mail server does not take it.

    An entry may run twice. Both mails then have the same Message-ID, by which a mailbox shows one.
    """
    alert = Alert.objects.filter(tenant_id=work.tenant_id, id=work.subject_id, resolved_at=None).first()
    if alert is None:
        return "resolved"
    owners = Membership.objects.filter(
        tenant_id=work.tenant_id, role=Role.OWNER, is_active=True, user__is_active=True
    )
    addresses = list(owners.order_by("id").values_list("user__email", flat=True))
    if not addresses:
        return "nobody"
    link = settings.BASE_URL + reverse("dashboard:alerts", args=[work.tenant.slug])
    message_id = f"<{work.id}.{int(work.created_at.timestamp())}@{urlsplit(settings.BASE_URL).hostname}>"
    EmailMessage(
        alert_subject(work.tenant, alert),
        alert_text(work.tenant, alert, link),
        # One owner does not need to read the other ones' addresses.
        bcc=addresses,
        headers={"Message-ID": message_id},
    ).send()
    return "sent"
