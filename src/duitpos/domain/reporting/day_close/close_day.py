"""Close a business day: one number, sums that are frozen, and the corrections of days that were closed before.

The day's row is closed first, which locks it, and summed in the next statement. Whoever books money of the day counts
it up in their own transaction: it committed before and is in the sums, or it waits for ours and is a correction (M140,
M141).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.orders.receipt_number import name_after
from duitpos.domain.people.roles import Can, require
from duitpos.domain.reporting.day_close.corrections import days_to_correct, pending_correction
from duitpos.domain.reporting.day_close.figures import Figures, Part, figures_of_day, to_document
from duitpos.domain.reporting.day_close.mail import queue_mail_of
from duitpos.domain.reporting.day_close.state import day_of, day_state, receipts_of_day, unpaid_count
from duitpos.domain.reporting.day_close.without_order import to_facts, to_print
from duitpos.kit.clock import now
from duitpos.kit.money import parse_amount
from duitpos.kit.transact import transact
from duitpos.models import BusinessDay, DayClose, DayCloseSeries, Location, Membership, Tenant

MOST_NOTE = 200
"""Characters of what staff note about the drawer."""
_MOST_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Drawer:
    """What staff typed about the cash drawer; empty: nothing was in it at the start, or it was not counted."""

    opening: str = ""
    counted: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Cash:
    opening_minor: int
    counted_minor: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A day close, and whether this call made it; else it was there already."""

    close: DayClose
    is_new: bool


class _Taken(Exception):
    """The day was closed, or changed, since it was looked at: all is undone."""


def close_day(member: Membership, location: Location, day: date, seen_changes: int, drawer: Drawer) -> Closed:
    """Close a location's business day; closing it again returns the same day close.

    `seen_changes`: as of DayState, so that nobody signs other sums than those on the page. Raises Forbidden, Gone,
    Invalid (the drawer's amounts) and Conflict (the day is not over, or it changed since the page was made).
    """
    require(member, Can.SEE_REPORTS)
    at = now()
    state = day_state(location, day, at)
    if state.close is not None:
        return Closed(state.close, False)
    if not state.is_over:
        raise Conflict(Code.DAY_NOT_OVER)
    cash = _cash(drawer, location.currency)
    try:
        return Closed(transact(lambda: _close(member, location, day, seen_changes, cash, at)), True)
    except _Taken:
        close = DayClose.objects.filter(
            tenant_id=location.tenant_id, location_id=location.id, business_date=day
        ).first()
    if close is None:
        raise Conflict(Code.DAY_CHANGED)
    return Closed(close, False)


def _cash(drawer: Drawer, currency: str) -> _Cash:
    note = drawer.note.strip()
    if len(note) > MOST_NOTE:
        raise Invalid(Code.DRAWER_NOTE_TOO_LONG, most=MOST_NOTE)
    counted = _amount(drawer.counted, currency) if drawer.counted.strip() else None
    opening = _amount(drawer.opening, currency) if drawer.opening.strip() else 0
    return _Cash(opening, counted, note)


def _amount(text: str, currency: str) -> int:
    try:
        minor = parse_amount(text.strip(), currency).minor
    except ValueError as error:
        raise Invalid(Code.DRAWER_UNREADABLE) from error
    if not 0 <= minor < _MOST_MINOR:
        raise Invalid(Code.DRAWER_UNREADABLE)
    return minor


def _close(
    member: Membership, location: Location, day: date, seen_changes: int, cash: _Cash, at: datetime
) -> DayClose:
    of_day = day_of(location, day)
    BusinessDay.objects.bulk_create([BusinessDay(**of_day)], ignore_conflicts=True)
    row = BusinessDay.objects.filter(**of_day)
    if not _take(row, seen_changes, at):
        raise _Taken
    # The series is counted up before anything is summed: two that close days of one location wait here for each other.
    series, number = _draw(location)
    printed = figures_of_day(row.get())
    corrections = _correct(location, day)
    moved = sum((figures for _, figures in corrections), printed)
    close = DayClose(
        tenant_id=location.tenant_id,
        location=location,
        business_date=day,
        series=series,
        number=number,
        closed_at=at,
        closed_by=member,
        printed=to_document(printed),
        corrections=[
            {"business_date": one.isoformat(), "figures": to_document(figures)}
            for one, figures in corrections
        ],
        facts=_facts(location, day),
        currency=location.currency,
        opening_minor=cash.opening_minor,
        cash_minor=moved.total(location.currency, Part.CASH).net,
        counted_minor=cash.counted_minor,
        note=cash.note,
    )
    DayClose.objects.bulk_create([close])
    queue_mail_of(close, location)
    return close


def _take(row: QuerySet[BusinessDay], seen_changes: int, at: datetime) -> bool:
    """The guard: one caller closes the day, as it was looked at. Locks its row until commit."""
    still = row.filter(closed_at__isnull=True, changes=seen_changes)
    return bool(still.update(closed_at=at, printed_changes=F("changes")))


def _correct(location: Location, day: date) -> list[tuple[date, Figures]]:
    """What changed of the location's other closed days since it was last printed, and mark it as printed."""
    found = []
    for row in days_to_correct(location).exclude(business_date=day).order_by("business_date"):
        # Locks the row before it is summed, as for the day itself.
        BusinessDay.objects.filter(tenant_id=row.tenant_id, id=row.id).update(printed_changes=F("changes"))
        figures = pending_correction(row)
        if figures:
            found.append((row.business_date, figures))
    return found


def _facts(location: Location, day: date) -> dict[str, Any]:
    return {
        "receipts": [
            {
                "kind": one.kind.value,
                "series": one.series,
                "first": one.first,
                "last": one.last,
                "count": one.count,
            }
            for one in receipts_of_day(location, day)
        ],
        "unpaid": unpaid_count(location, day),
        **to_facts(to_print(location, day)),
    }


def _draw(location: Location) -> tuple[str, int]:
    of_location = {"tenant_id": location.tenant_id, "location_id": location.id}
    rows = DayCloseSeries.objects.filter(**of_location, ended_at__isnull=True)
    if not rows.update(last=F("last") + 1):
        DayCloseSeries.objects.bulk_create([DayCloseSeries(**of_location)], ignore_conflicts=True)
        rows.update(last=F("last") + 1)
    return rows.values_list("name", "last").get()


def begin_new_day_close_series(at: datetime) -> int:
    """End every series, because numbers after its last may have been given elsewhere; return how many ended (M52)."""
    ended = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        for one in DayCloseSeries.objects.filter(tenant_id=tenant_id, ended_at__isnull=True, last__gt=0):
            row = DayCloseSeries.objects.filter(tenant_id=tenant_id, id=one.id, ended_at__isnull=True)
            if row.update(ended_at=at):
                begun = DayCloseSeries(
                    tenant_id=tenant_id, location_id=one.location_id, name=name_after(one.name)
                )
                DayCloseSeries.objects.bulk_create([begun], ignore_conflicts=True)
                ended += 1
    return ended
