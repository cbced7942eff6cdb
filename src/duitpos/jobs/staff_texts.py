"""What the worker writes to owners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from duitpos.domain.reporting.day_close.figures import from_document
from duitpos.domain.tenancy.find import locations
from duitpos.kit.money import Money
from duitpos.models import Alert, DayClose, Tenant
from duitpos.models.alert import AlertKind
from duitpos.ui.when import exactly
from duitpos.web.day_close.sheet import day_name


def alert_subject(tenant: Tenant, alert: Alert) -> str:
    """The subject of a mail about an alert."""
    if alert.kind == AlertKind.WEBHOOK_DOWN:
        return _("%(restaurant)s: the webhook does not arrive") % {"restaurant": tenant.name}
    if alert.kind == AlertKind.DISPUTE:
        about = {
            "restaurant": tenant.name,
            "amount": Money(alert.amount_minor, alert.currency).format(_locale(tenant)),
        }
        return _("%(restaurant)s: a guest's bank disputes %(amount)s") % about
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
    if alert.kind == AlertKind.DISPUTE:
        return _dispute_text(alert, facts, _locale(tenant))
    return _("Something at %(restaurant)s needs your attention:\n\n%(link)s\n") % facts


def _locale(tenant: Tenant) -> str:
    """How amounts and times are written on the restaurant's pages about all of its locations."""
    return next((site.locale for site in locations(tenant)), "en_MY")


def _dispute_text(alert: Alert, facts: dict[str, str], locale: str) -> str:
    """A mail about a dispute, with the time until which it can be answered."""
    respond_by = alert.facts.get("respond_by")
    if alert.facts.get("state") == "lost":
        text = _(
            "A guest's bank disputed a payment at %(restaurant)s, and has decided for the guest: the money stays"
            " with them.\n\nThe page below has the order.\n\n%(link)s\n"
        )
    elif respond_by:
        by = exactly(datetime.fromisoformat(respond_by), alert.facts.get("time_zone", "UTC"), locale)
        facts = {**facts, "day": by}
        text = _(
            "A guest's bank disputes a payment at %(restaurant)s. Answer it at the payment processor by %(day)s;"
            " without an answer it is lost.\n\nThe page below has the order, and the evidence as one file to send."
            "\n\n%(link)s\n"
        )
    else:
        text = _(
            "A guest's bank disputes a payment at %(restaurant)s. The processor does not say until when it can be"
            " answered.\n\nThe page below has the order, and the evidence as one file to send.\n\n%(link)s\n"
        )
    return text % facts


def day_close_subject(tenant: Tenant, closes: Sequence[DayClose]) -> str:
    """The subject of a mail with day closes."""
    first, site = closes[0], closes[0].location
    about = {
        "restaurant": tenant.name,
        "location": site.name,
        "day": day_name(first.business_date, site.locale),
        "last": day_name(closes[-1].business_date, site.locale),
    }
    if len(closes) == 1:
        return _("%(restaurant)s, %(location)s: day close of %(day)s") % about
    return _("%(restaurant)s, %(location)s: day closes of %(day)s to %(last)s") % about


def day_close_text(tenant: Tenant, closes: Sequence[DayClose], link: str) -> str:
    """A mail with day closes: the net of each, and where they are."""
    lines = [
        f"{day_name(one.business_date, one.location.locale)}, {one.label}: {_net(one)}" for one in closes
    ]
    return _("The day closes of %(location)s are attached. Net:\n\n%(lines)s\n\n%(link)s\n") % {
        "location": closes[0].location.name,
        "lines": "\n".join(lines),
        "link": link,
    }


def _net(close: DayClose) -> str:
    """What remained of each currency, or of none in the location's own."""
    figures = from_document(close.printed)
    currencies = figures.currencies or [close.location.currency]
    return ", ".join(
        Money(figures.total(currency).net, currency).format(close.location.locale) for currency in currencies
    )


def unfinished_subject(tenant: Tenant) -> str:
    """The subject of the mail before an unfinished restaurant is removed."""
    return _("%(restaurant)s is removed in a week") % {"restaurant": tenant.name}


def unfinished_text(tenant: Tenant, link: str) -> str:
    """The mail before an unfinished restaurant is removed."""
    text = _(
        "%(restaurant)s has not taken an order since it was opened. It is removed with its menu and its tables in a"
        " week.\n\nTo keep it, open this page and press Keep it:\n\n%(link)s\n\nIf you do not need it, do nothing.\n"
    )
    return text % {"restaurant": tenant.name, "link": link}
