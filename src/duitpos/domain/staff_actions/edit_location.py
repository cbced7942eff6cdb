"""Open a further location of a restaurant, and edit one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import time
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef, QuerySet

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, DomainError, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.find import forget_locations, locations
from duitpos.domain.tenancy.location_check import check_columns, check_slug, clean_header, clean_name
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.domain.tenancy.open import LocationRules, add_location
from duitpos.domain.tenancy.week import check_week, week_of
from duitpos.kit.clean_text import one_line
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Order
from duitpos.models.audit import AuditKind
from duitpos.models.tenant import ServiceStyle

CHARGES = (
    "locale",
    "service_charge_bp",
    "tax_bp",
    "reduced_tax_bp",
    "tax_name",
    "tax_is_inclusive",
    "tax_on_service_charge",
    "latest_to_cook",
)
"""What a new location takes from the first one: no page asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationDetails:
    """What can be edited of a location, apart from its hours."""

    name: str
    slug: str
    address: str = ""
    time_zone: str = "Asia/Kuala_Lumpur"
    day_closes_at: time = time(4)
    currency: str = "MYR"
    receipt_header: str = ""
    registration_number: str = ""
    sst_number: str = ""
    service_style: str = ServiceStyle.BROUGHT


def details_of(location: Location) -> LocationDetails:
    """The location as it is."""
    return LocationDetails(**{name: getattr(location, name) for name in LocationDetails.__dataclass_fields__})


def open_location(member: Membership, details: LocationDetails) -> Location:
    """Add a location, with the charges of the restaurant's first one. Forbidden, Invalid, Conflict."""
    require(member, Can.SET_UP_LOCATIONS)
    details = _clean(details)
    first = next(iter(locations(member.tenant)), None)
    charges = {name: getattr(first, name) for name in CHARGES} if first is not None else {}
    rules = LocationRules(**asdict(details), **charges)

    def record(location: Location) -> None:
        record_change(
            member, AuditKind.SETTINGS, location.name, {}, _said(asdict(details)), location_id=location.id
        )

    location = add_location(member.tenant, rules, record)
    forget_locations(member.tenant)
    return location


def edit_location(member: Membership, location_id: UUID, seen: int, details: LocationDetails) -> Location:
    """Change a location's details. `seen`: the Location.version that the page showed.

    Its currency stays once an order was made there. An order that is being sent at the same instant keeps the currency
    that its guest saw: every order and payment has its own. Forbidden, Invalid, Gone, Conflict.
    """
    require(member, Can.SET_UP_LOCATIONS)
    columns = asdict(_clean(details))
    mine = Location.objects.filter(tenant_id=member.tenant_id, id=location_id)
    before = mine.first()
    if before is None:
        raise Gone(Code.LOCATION_UNKNOWN)
    if before.version != seen:
        raise Conflict(Code.LOCATION_CHANGED)
    _check_change(before, columns)

    def work() -> Location:
        if not _guarded(mine, before, columns).update(version=F("version") + 1, **columns):
            raise _why_not(mine, before)
        was = asdict(details_of(before))
        record_change(
            member, AuditKind.SETTINGS, before.name, _said(was), _said(columns), location_id=location_id
        )
        location_changed(location_id)
        return mine.get()

    try:
        location = transact(work)
    except IntegrityError as error:
        raise Conflict(
            Code.LOCATION_SLUG_TAKEN, restaurant=member.tenant.name, slug=columns["slug"]
        ) from error
    forget_locations(member.tenant)
    return location


def _check_change(before: Location, columns: dict[str, Any]) -> None:
    if columns["slug"] != before.slug:
        check_slug(before.tenant_id, columns["slug"], before.id)
    if columns["day_closes_at"] != before.day_closes_at:
        check_week(week_of(before), columns["day_closes_at"])


def _guarded(mine: QuerySet[Location], before: Location, columns: dict[str, Any]) -> QuerySet[Location]:
    """The row, if nobody changed since what was decided by."""
    rows = mine.filter(version=before.version)
    if columns["day_closes_at"] != before.day_closes_at:
        rows = rows.filter(hours_version=before.hours_version)
    if columns["currency"] != before.currency:
        made_here = Order.objects.filter(tenant_id=before.tenant_id, location_id=OuterRef("id"))
        rows = rows.filter(~Exists(made_here))
    return rows


def _why_not(mine: QuerySet[Location], before: Location) -> DomainError:
    if mine.filter(version=before.version, hours_version=before.hours_version).exists():
        return Invalid(Code.CURRENCY_IN_USE, currency=before.currency)
    return Conflict(Code.LOCATION_CHANGED)


def has_orders(location: Location) -> bool:
    """Whether an order was made there, after which its currency stays."""
    return Order.objects.filter(tenant_id=location.tenant_id, location_id=location.id).exists()


def _clean(details: LocationDetails) -> LocationDetails:
    cleaned = replace(
        details,
        name=clean_name(details.name),
        slug=details.slug.strip(),
        address=one_line(details.address),
        receipt_header=clean_header(details.receipt_header),
        registration_number=one_line(details.registration_number),
        sst_number=one_line(details.sst_number),
    )
    check_columns(asdict(cleaned))
    return cleaned


def _said(columns: dict[str, Any]) -> dict[str, Any]:
    """The fields for the record of changes."""
    return {**columns, "day_closes_at": f"{columns['day_closes_at']:%H:%M}"}
