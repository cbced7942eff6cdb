"""The audit log in words: kinds, fields and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.alerts import TITLES_AND_TEXTS
from duitpos.dashboard.texts.staff import ROLES
from duitpos.kit.facts import Facts, money_among
from duitpos.models import AuditEntry
from duitpos.models.audit import AuditKind
from duitpos.ui.lists import listed
from duitpos.ui.when import exactly
from duitpos.web.sentences import Text

KINDS: Mapping[str, Text] = {
    AuditKind.SETTINGS: _("Settings"),
    AuditKind.PRICE: _("Prices"),
    AuditKind.PAYMENT_TYPE: _("Payment types"),
    AuditKind.KEY: _("Keys"),
    AuditKind.ROLE: _("People and roles"),
    AuditKind.REFUND: _("Refunds"),
    AuditKind.REFUND_LIMIT: _("Refund limits"),
    AuditKind.SOLD_OUT: _("Sold out"),
    AuditKind.PAUSE: _("Pauses"),
}

FIELD_NAMES: Mapping[str, Text] = {
    "service_style": _("Orders are"),
    "unpaid_orders": _("Orders sent unpaid"),
    "day_close_mail": _("Day closes by mail"),
    "rule_is_on": _("Rule on"),
    "rule_action": _("Rule does"),
    "rule_minutes": _("Rule after minutes"),
    "webhook_heals": _("Webhook repairs itself"),
    "table_codes": _("New table codes"),
    "slug": _("Address of its pages"),
    "address": _("Street address"),
    "time_zone": _("Time zone"),
    "day_closes_at": _("Trading day ends at"),
    "currency": _("Currency"),
    "receipt_header": _("Receipt header"),
    "registration_number": _("Registration number"),
    "sst_number": _("Tax number"),
    "monday": _("Hours on Monday"),
    "tuesday": _("Hours on Tuesday"),
    "wednesday": _("Hours on Wednesday"),
    "thursday": _("Hours on Thursday"),
    "friday": _("Hours on Friday"),
    "saturday": _("Hours on Saturday"),
    "sunday": _("Hours on Sunday"),
    "special_days": _("Days that differ"),
    "closed_for_good": _("Closed for good"),
    "price": _("Price"),
    "code": _("Code"),
    "name": _("Name"),
    "guest_name": _("Name for guests"),
    "is_active": _("Active"),
    "kind": _("Kind"),
    "offered": _("Offered at"),
    "account": _("Account in use"),
    "key": _("Key"),
    "role": _("Role"),
    "locations": _("Locations"),
    "invitation": _("Invitation"),
    "amount": _("Amount"),
    "most": _("Refunds at most"),
    "status": _("Stock"),
    "quantity": _("Left"),
    "until": _("Until"),
    "paused": _("Paused"),
    "paused_until": _("Paused until"),
    "pause_message": _("Message to guests"),
}

VALUES: Mapping[str, Text] = {
    "brought": _("brought to the table"),
    "collected": _("collected at the counter"),
    "off": _("off"),
    "after_payment": _("made after payment"),
    "at_once": _("made at once"),
    "daily": _("daily"),
    "weekly": _("weekly"),
    "in_stock": _("in stock"),
    "limited": _("limited"),
    "out_of_stock": _("sold out"),
    "closed": _("closed"),
    "changed": _("changed"),
    "removed": _("removed"),
    "made": _("made"),
    "withdrawn": _("withdrawn"),
    "accepted": _("accepted"),
    "refund": _("refund"),
    "refund_dishes": _("refund the dishes"),
}
_TIMES = frozenset({"until", "paused_until"})
_TYPED = frozenset(
    {
        *(
            "name",
            "guest_name",
            "code",
            "account",
            "pause_message",
            "offered",
            "locations",
            "slug",
            "address",
        ),
        *("receipt_header", "registration_number", "sst_number"),
    }
)
"""Texts that people wrote; no word of them is one of ours."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """One changed field: its name, and its value before and after; empty where there was none."""

    name: str
    before: str
    after: str


_INVITATION = {"made": _("made"), "used": _("used"), "withdrawn": _("withdrawn")}


def kind_name(kind: str) -> str:
    """What was changed."""
    return str(KINDS.get(kind, kind))


def subject_text(entry: AuditEntry) -> str:
    """What the entry is about, with its location."""
    subject = entry.subject
    if entry.kind == AuditKind.REFUND_LIMIT:
        subject = str(ROLES.get(subject, subject))
    elif entry.kind == AuditKind.SETTINGS and subject in TITLES_AND_TEXTS and "rule_is_on" in entry.after:
        subject = str(TITLES_AND_TEXTS[subject][0])
    place = entry.location.name if entry.location is not None else ""
    return " · ".join(dict.fromkeys(part for part in (subject, place) if part))


def field_texts(entry: AuditEntry, time_zone: str, locale: str) -> list[FieldText]:
    """The changed fields in words."""
    names = list(dict.fromkeys([*entry.before, *entry.after]))
    return [
        FieldText(
            str(FIELD_NAMES.get(name, name)),
            _value(name, entry.before, time_zone, locale),
            _value(name, entry.after, time_zone, locale),
        )
        for name in names
    ]


def _value(name: str, values: Facts, time_zone: str, locale: str) -> str:
    if name not in values:
        return ""
    value: Any = values[name]
    amount = money_among(value)
    match value:
        case _ if amount is not None:
            return amount.format(locale)
        case None:
            return _t("no limit") if name == "most" else _t("none")
        case bool():
            return _t("yes") if value else _t("no")
        case list():
            return listed([str(one) for one in value]) or _t("none")
        case str():
            return _text(name, value, time_zone, locale)
    return str(value)


def _text(name: str, value: str, time_zone: str, locale: str) -> str:
    if name in _TIMES:
        return exactly(datetime.fromisoformat(value), time_zone, locale)
    if name in _TYPED:
        return value
    if name == "invitation":
        return str(_INVITATION.get(value, value))
    if name == "role":
        return str(ROLES.get(value, value))
    return str(VALUES.get(value, value))
