"""What a business day is before it is closed, and what is still open in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, QuerySet

from duitpos.domain.errors import Code, Gone
from duitpos.domain.reporting.day_close.figures import Figures, figures_of_day
from duitpos.domain.reporting.day_close.without_order import WithoutOrder, to_print
from duitpos.domain.reporting.receipt_ranges import credit_notes, receipts
from duitpos.domain.tenancy.hours import business_ends
from duitpos.kit.clock import business_date, day_bounds, display_zone
from duitpos.kit.transact import snapshot
from duitpos.models import BusinessDay, DayClose, Location, Order, Payment, Refund
from duitpos.models.order import OrderStatus
from duitpos.models.receipt import ReceiptKind
from duitpos.models.refund import RefundStatus

LISTED = 50
"""Unpaid orders and open refunds that are listed; all are counted."""
_EMPTY_DAYS = timedelta(days=31)
"""How long ago a day without any money may be to be closed."""
_DAYS = 62
"""Days that are listed as not closed."""


@dataclass(frozen=True, slots=True)
class DayState:
    """A location's business day."""

    location: Location
    business_date: date
    row: BusinessDay
    """Not stored while nothing was booked on the day."""
    is_over: bool
    """It may be closed: it has ended, or the location has closed for the day."""
    ends_at: datetime
    """When it may be closed."""
    close: DayClose | None

    @property
    def changes(self) -> int:
        """Tells whether the day is still as it was looked at."""
        return self.row.changes


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is not finished of a day. The lists have the first of them."""

    unpaid: list[Order]
    unpaid_count: int
    refunds: list[Refund]
    refund_count: int
    without_order: list[WithoutOrder]
    """Money of unknown orders that the day close will print."""


@dataclass(frozen=True, slots=True)
class DayReceipts:
    """The numbers of a series that were given on a day."""

    kind: ReceiptKind
    series: str
    first: int
    last: int
    count: int


def today(location: Location, at: datetime) -> date:
    """The location's business date at an instant."""
    return business_date(at, display_zone(location.time_zone).key, location.day_closes_at)


def day_of(location: Location, day: date) -> dict[str, Any]:
    """The columns that name a day's row. Test orders are on no day close."""
    return {
        "tenant_id": location.tenant_id,
        "location_id": location.id,
        "business_date": day,
        "is_test": False,
    }


def day_state(location: Location, day: date, at: datetime) -> DayState:
    """The state of a day that was, or is. Gone: it has not begun, or nothing was booked on it and it is long ago."""
    newest = today(location, at)
    of_day = day_of(location, day)
    row = BusinessDay.objects.filter(**of_day).first()
    if day > newest or (row is None and day < newest - _EMPTY_DAYS):
        raise Gone(Code.DAY_UNKNOWN)
    closes = DayClose.objects.filter(tenant_id=location.tenant_id, location_id=location.id, business_date=day)
    close = closes.select_related("closed_by__user").first() if row and row.closed_at else None
    if close:
        close.location = location
    ends_at = business_ends(location, day)
    is_over = day < newest or at >= ends_at
    return DayState(location, day, row or BusinessDay(**of_day), is_over, ends_at, close)


def look_at(location: Location, day: date, at: datetime) -> tuple[DayState, Figures, OpenItems]:
    """A day with its sums and what is open, of one state of the books: `changes` is what the sums belong to. Gone."""

    def work() -> tuple[DayState, Figures, OpenItems]:
        state = day_state(location, day, at)
        return state, figures_of_day(state.row), open_items(location, day)

    return snapshot(work)


def open_items(location: Location, day: date) -> OpenItems:
    """Orders of the day that nobody has paid, and refunds that are under way."""
    unpaid = _unpaid(location, day)
    attempts = Payment.objects.filter(tenant_id=location.tenant_id).order_by("created_at", "id")
    listed = (
        unpaid.select_related("table")
        .prefetch_related(Prefetch("payments", attempts))
        .order_by("created_at", "id")[:LISTED]
    )
    _, ends = _bounds(location, day)
    refunds = Refund.objects.filter(
        tenant_id=location.tenant_id,
        payment__location_id=location.id,
        payment__is_test=False,
        status__in=(RefundStatus.CREATED, RefundStatus.PENDING),
        created_at__lt=ends,
    )
    shown = refunds.select_related("payment__order").order_by("created_at", "id")[:LISTED]
    lost = to_print(location, day)
    return OpenItems(list(listed), unpaid.count(), list(shown), refunds.count(), lost)


def unpaid_count(location: Location, day: date) -> int:
    """How many orders of the day nobody has paid."""
    return _unpaid(location, day).count()


def _unpaid(location: Location, day: date) -> QuerySet[Order]:
    begins, ends = _bounds(location, day)
    orders = Order.objects.filter(
        tenant_id=location.tenant_id,
        location_id=location.id,
        is_test=False,
        released_by__isnull=True,
        created_at__gte=begins,
        created_at__lt=ends,
    )
    return orders.exclude(status=OrderStatus.CANCELED)


def receipts_of_day(location: Location, day: date) -> list[DayReceipts]:
    """The receipts and credit notes of a day, by when a number was given."""
    begins, ends = _bounds(location, day)
    sales = receipts(location, is_test=False).filter(receipt_at__gte=begins, receipt_at__lt=ends)
    notes = credit_notes(location, is_test=False).filter(credit_at__gte=begins, credit_at__lt=ends)
    return [
        *_ranges(ReceiptKind.SALE, sales, "receipt"),
        *_ranges(ReceiptKind.CREDIT_NOTE, notes, "credit"),
    ]


def _ranges(kind: ReceiptKind, rows: QuerySet[Any], column: str) -> list[DayReceipts]:
    number = f"{column}_number"
    found = rows.order_by().values_list(f"{column}_series")
    found = found.annotate(first=Min(number), last=Max(number), count=Count("id"))
    return [DayReceipts(kind, *one) for one in sorted(found, key=lambda one: (len(one[0]), one[0]))]


def _bounds(location: Location, day: date) -> tuple[datetime, datetime]:
    return day_bounds(day, location.time_zone, location.day_closes_at)


def days_not_closed(location: Location, at: datetime) -> list[BusinessDay]:
    """The location's days with money that are not closed, the newest first."""
    rows = BusinessDay.objects.filter(
        tenant_id=location.tenant_id,
        location_id=location.id,
        is_test=False,
        closed_at__isnull=True,
        changes__gt=0,
        business_date__lte=today(location, at),
    )
    return list(rows.order_by("-business_date")[:_DAYS])


def day_closes(location: Location, most: int) -> list[DayClose]:
    """The location's day closes, the newest first."""
    rows = DayClose.objects.filter(tenant_id=location.tenant_id, location_id=location.id)
    return list(rows.select_related("closed_by__user").order_by("-business_date")[:most])
