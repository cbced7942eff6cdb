"""Where payment types are offered, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Gone
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, PaymentType, PaymentTypeOffer
from duitpos.models.audit import AuditKind
from duitpos.models.payment_setup import Channel

Offers = Mapping[tuple[UUID, Channel], bool]
"""By location and channel; what is missing is offered."""


def offers_of(row: PaymentType) -> dict[tuple[UUID, Channel], bool]:
    """The stored choices of a type. One query."""
    rows = PaymentTypeOffer.objects.filter(tenant_id=row.tenant_id, payment_type=row)
    return {(one.location_id, Channel(one.channel)): one.is_offered for one in rows}


def set_offers(member: Membership, row: PaymentType, offers: Offers) -> None:
    """Store where a type is offered. Raises Forbidden."""
    require(member, Can.SET_UP_PAYMENTS)
    rows = [
        PaymentTypeOffer(
            tenant_id=member.tenant_id,
            payment_type=row,
            location_id=location_id,
            channel=channel,
            is_offered=is_offered,
        )
        for (location_id, channel), is_offered in offers.items()
    ]

    def work() -> None:
        before = offers_of(row)
        PaymentTypeOffer.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "payment_type", "location", "channel"],
            update_fields=["is_offered"],
        )
        _record(member, row, before, offers)
        for location_id in {location_id for location_id, _channel in offers}:
            location_changed(location_id)

    transact(work)


def _record(member: Membership, row: PaymentType, before: Offers, after: Offers) -> None:
    """The places where it is offered, before and after."""
    names = dict(Location.objects.filter(tenant_id=member.tenant_id).values_list("id", "name"))

    def offered(offers: Offers) -> list[str]:
        places = [place for place in after if offers.get(place, True)]
        return sorted(f"{names.get(site, '')}: {channel.value}" for site, channel in places)

    record_change(
        member, AuditKind.PAYMENT_TYPE, row.name, {"offered": offered(before)}, {"offered": offered(after)}
    )


def move_type(member: Membership, type_id: UUID, *, up: bool) -> PaymentType:
    """Move a type one place up or down in the owner's order. Raises Forbidden, Gone."""
    require(member, Can.SET_UP_PAYMENTS)

    def work() -> PaymentType:
        rows = list(PaymentType.objects.filter(tenant_id=member.tenant_id).order_by("position", "code"))
        at = next((place for place, row in enumerate(rows) if row.id == type_id), None)
        if at is None:
            raise Gone(Code.TYPE_UNKNOWN)
        to = min(max(at + (-1 if up else 1), 0), len(rows) - 1)
        moved = rows.pop(at)
        rows.insert(to, moved)
        for position, row in enumerate(rows):
            mine = PaymentType.objects.filter(tenant_id=member.tenant_id, id=row.id)
            mine.exclude(position=position).update(position=position)
        for location_id in Location.objects.filter(tenant_id=member.tenant_id).values_list("id", flat=True):
            location_changed(location_id)
        return moved

    return transact(work)
