"""Write what a member of staff changed into the audit log, in the transaction of the change.

No secret can get into it: every kind has its list of fields, a key is only ever "changed", and texts that people
typed lose whatever looks like a processor's secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from duitpos.kit.clean_text import cut, one_line
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, plain
from duitpos.kit.logs import redact
from duitpos.kit.money import Money
from duitpos.models import AuditEntry, Membership
from duitpos.models.audit import AuditKind

Value = str | int | bool | Money | datetime | list[str] | None
"""None where there is a meaning for nothing, such as no limit; a field that is not there was not known."""
LONGEST = 120
_BATCH = 500


class KeyChange(StrEnum):
    """All that the log says of a processor's key or secret."""

    CHANGED = "changed"
    REMOVED = "removed"


FIELDS: Mapping[AuditKind, frozenset[str]] = {
    AuditKind.SETTINGS: frozenset(
        {
            "service_style",
            "unpaid_orders",
            "day_close_mail",
            "rule_is_on",
            "rule_action",
            "rule_minutes",
            "webhook_heals",
            "table_codes",
            # A location's details.
            "name",
            "slug",
            "address",
            "time_zone",
            "day_closes_at",
            "currency",
            "receipt_header",
            "registration_number",
            "sst_number",
            # Its hours.
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "special_days",
            "closed_for_good",
        }
    ),
    AuditKind.PRICE: frozenset({"price"}),
    AuditKind.PAYMENT_TYPE: frozenset(
        {"code", "name", "guest_name", "is_active", "kind", "offered", "account"}
    ),
    AuditKind.KEY: frozenset({"key"}),
    AuditKind.ROLE: frozenset({"role", "locations", "is_active", "invitation"}),
    AuditKind.REFUND: frozenset({"amount"}),
    AuditKind.REFUND_LIMIT: frozenset({"most"}),
    AuditKind.SOLD_OUT: frozenset({"status", "quantity", "until"}),
    AuditKind.PAUSE: frozenset({"paused", "paused_until", "pause_message"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed: a name for it, and its fields before and after."""

    subject: str
    before: Mapping[str, Value] = field(default_factory=dict)
    after: Mapping[str, Value] = field(default_factory=dict)
    location_id: UUID | None = None


def record_change(
    member: Membership,
    kind: AuditKind,
    subject: str,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    *,
    location_id: UUID | None = None,
) -> None:
    """Write one change; nothing if both are the same. Raises ValueError for a field that its kind does not have."""
    record_changes(member, kind, [Change(subject, before, after, location_id)])


def record_changes(member: Membership, kind: AuditKind, changes: Iterable[Change]) -> None:
    """The same for many changes of one kind at once."""
    at = now()
    rows = [row for one in changes if (row := _row(member, kind, one, at)) is not None]
    if rows:
        AuditEntry.objects.bulk_create(rows, batch_size=_BATCH)


def _row(member: Membership, kind: AuditKind, change: Change, at: datetime) -> AuditEntry | None:
    before, after = _stored(kind, change.before), _stored(kind, change.after)
    same = {name for name in before.keys() & after.keys() if before[name] == after[name]}
    before = {name: value for name, value in before.items() if name not in same}
    after = {name: value for name, value in after.items() if name not in same}
    if not before and not after:
        return None
    return AuditEntry(
        tenant_id=member.tenant_id,
        at=at,
        member_id=member.id,
        kind=kind,
        subject=_text(change.subject),
        location_id=change.location_id,
        before=before,
        after=after,
    )


def _stored(kind: AuditKind, values: Mapping[str, Value]) -> Facts:
    unknown = values.keys() - FIELDS[kind]
    if unknown:
        raise ValueError(f"{kind} does not have {sorted(unknown)}")
    if kind is AuditKind.KEY and not all(isinstance(value, KeyChange) for value in values.values()):
        raise ValueError("of a key, the log says only that it was changed")
    return plain({name: _clean(value) for name, value in values.items()})


def _clean(value: Value) -> Value:
    match value:
        case str():
            return _text(value)
        case list():
            return [_text(one) for one in value]
    return value


def _text(text: str) -> str:
    # Redacted before it is cut: half of a secret has another form than a whole one.
    return cut(redact(one_line(str(text))), LONGEST)
