"""The row of a location's trading day: draw order numbers, and count what changes its totals (M33, M35, M46)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from duitpos.models import BusinessDay, LedgerEntry, Payment


@dataclass(frozen=True, slots=True)
class Day:
    """Names the row."""

    tenant_id: UUID
    location_id: UUID
    business_date: date
    is_test: bool


def draw_number(day: Day) -> int:
    """Draw the next number in the caller's transaction. Call it only after winning the order's guarded update.

    Counting up locks the day's row until commit, so the value read after it is the caller's own; a rollback frees it.
    """
    _count_up(day, "last_number")
    return BusinessDay.objects.filter(**asdict(day)).values_list("last_number", flat=True).get()


def count_change(day: Day) -> None:
    """Say in the caller's transaction that the day's totals are no longer current: money of that day was booked."""
    _count_up(day, "changes")


def recount_days_of(payment: Payment) -> None:
    """Say in the caller's transaction that a booked payment counts differently now, such as for an order.

    So do its refunds, which may have been booked on other days.
    """
    entries = LedgerEntry.objects.filter(
        tenant_id=payment.tenant_id, payment_id=payment.id, location__isnull=False
    )
    days = entries.values_list("location_id", "business_date").order_by("location_id", "business_date")
    for location_id, day in days.distinct():
        if location_id is not None:
            count_change(Day(payment.tenant_id, location_id, day, payment.is_test))


def _count_up(day: Day, column: str) -> None:
    rows = BusinessDay.objects.filter(**asdict(day))
    if not rows.update(**{column: F(column) + 1}):
        # The day's first. Of two at once, the second waits here for the first one's row.
        BusinessDay.objects.bulk_create([BusinessDay(**asdict(day))], ignore_conflicts=True)
        rows.update(**{column: F(column) + 1})
