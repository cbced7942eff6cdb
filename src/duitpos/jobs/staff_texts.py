"""What the worker writes to owners."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duitpos.models import Alert, Tenant
from duitpos.models.alert import AlertKind


def alert_subject(tenant: Tenant, alert: Alert) -> str:
    """The subject of a mail about an alert."""
    if alert.kind == AlertKind.WEBHOOK_DOWN:
        return _("%(restaurant)s: the webhook does not arrive") % {"restaurant": tenant.name}
    return _("%(restaurant)s: something needs attention") % {"restaurant": tenant.name}


def alert_text(tenant: Tenant, alert: Alert, link: str) -> str:
    """A mail about an alert."""
    facts = {"restaurant": tenant.name, "link": link}
    if alert.kind == AlertKind.WEBHOOK_DOWN:
        return (
            _(
                "The notices of payments at %(restaurant)s do not reach us.\n\n"
                "No payment is lost: orders still come in, by the guest's return or by the periodic check, but some"
                " minutes later. The page below names the cause and mends it.\n\n%(link)s\n"
            )
            % facts
        )
    return _("Something at %(restaurant)s needs your attention:\n\n%(link)s\n") % facts
