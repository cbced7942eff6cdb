"""The mail with day closes as PDF files, for the owners who want them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from duitpos.domain.reporting.day_close.corrections import corrections_of
from duitpos.domain.reporting.day_close.mail import day_closes_of
from duitpos.jobs.staff_texts import day_close_subject, day_close_text
from duitpos.kit.pdf_sheet import pdf_of
from duitpos.models import Membership, OutboxEntry
from duitpos.models.people import Role
from duitpos.web.day_close.sheet import close_sheet


def send_day_closes(work: OutboxEntry) -> str:
    """Send one day close, or those of a week. OSError when the mail server does not take it.

    An entry may run twice. Both mails then have the same Message-ID, by which a mailbox shows one.
    """
    closes = day_closes_of(work)
    if not closes:
        return "nothing"
    owners = Membership.objects.filter(
        tenant_id=work.tenant_id, role=Role.OWNER, is_active=True, user__is_active=True
    )
    addresses = list(owners.order_by("id").values_list("user__email", flat=True))
    if not addresses:
        return "nobody"
    site = closes[0].location
    link = settings.BASE_URL + reverse("dashboard:day_closes", args=[work.tenant.slug])
    mail = EmailMessage(
        day_close_subject(work.tenant, closes),
        day_close_text(work.tenant, closes, f"{link}?location={site.slug}"),
        # One owner does not need to read the other ones' addresses.
        bcc=addresses,
        headers={"Message-ID": f"<{work.id}@{urlsplit(settings.BASE_URL).hostname}>"},
    )
    for close in closes:
        data = pdf_of(close_sheet(close, work.tenant.name, corrections_of(close)))
        name = f"{work.tenant.slug}-{site.slug}-{close.business_date}-{close.label}.pdf"
        mail.attach(name, data, "application/pdf")
    mail.send()
    return "sent"
