"""The mail that tells the owner of an unfinished restaurant when it is removed."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from duitpos.jobs.staff_texts import unfinished_subject, unfinished_text
from duitpos.models import Membership, Tenant
from duitpos.models.people import Role


def send_unfinished(tenant: Tenant) -> bool:
    """Send it to the owners. False when the mail server does not take it."""
    owners = Membership.objects.filter(tenant=tenant, role=Role.OWNER, is_active=True, user__is_active=True)
    link = settings.BASE_URL + reverse("dashboard:home", args=[tenant.slug])
    try:
        for address in owners.order_by("id").values_list("user__email", flat=True):
            send_mail(unfinished_subject(tenant), unfinished_text(tenant, link), None, [address])
    except OSError:
        return False
    return True
