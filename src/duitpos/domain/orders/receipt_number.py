"""Give receipts and credit notes their numbers, without a gap (M49 to M52, decision 0023)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, Value, When

from duitpos.models import Order, ReceiptSeries, Tenant
from duitpos.models.receipt import ReceiptKind


@dataclass(frozen=True, slots=True)
class Series:
    """Whose numbers are drawn."""

    tenant_id: UUID
    location_id: UUID
    kind: ReceiptKind
    is_test: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number of a series, and when it was given: never before the number before it."""

    series: str
    number: int
    at: datetime


def number_receipt(order: Order, at: datetime) -> None:
    """Give a paid order its receipt number, in the transaction that has a payment count for it. Once for ever.

    The caller's guarded update of the order has locked its row, so no other transaction numbers it meanwhile.
    """
    row = Order.objects.filter(tenant_id=order.tenant_id, id=order.id, receipt_number__isnull=True)
    if not row.exists():
        return
    drawn = draw_receipt(Series(order.tenant_id, order.location_id, ReceiptKind.SALE, order.is_test), at)
    row.update(receipt_series=drawn.series, receipt_number=drawn.number, receipt_at=drawn.at)


def draw_receipt(series: Series, at: datetime) -> Drawn:
    """Draw the next number in the caller's transaction; a rollback gives it back.

    Counting up locks the series until commit. Draw for one location only in one transaction.
    """
    rows = ReceiptSeries.objects.filter(**asdict(series), ended_at__isnull=True)
    next_one = {
        "last": F("last") + 1,
        "last_at": Case(When(Q(last_at__gt=at), then=F("last_at")), default=Value(at)),
    }
    if not rows.update(**next_one):
        # The location's first. Of two at once, the second waits here for the first one's row.
        ReceiptSeries.objects.bulk_create([ReceiptSeries(**asdict(series))], ignore_conflicts=True)
        rows.update(**next_one)
    name, number, given_at = rows.values_list("name", "last", "last_at").get()
    return Drawn(name, number, given_at or at)


def begin_new_series(at: datetime) -> int:
    """End every series, because numbers after its last may have been given elsewhere; return how many ended."""
    ending = [
        series
        for tenant_id in Tenant.objects.values_list("id", flat=True)
        for series in ReceiptSeries.objects.filter(tenant_id=tenant_id, ended_at__isnull=True, last__gt=0)
    ]
    for one in ending:
        rows = ReceiptSeries.objects.filter(tenant_id=one.tenant_id, id=one.id, ended_at__isnull=True)
        if rows.update(ended_at=at):
            begun = ReceiptSeries(
                tenant_id=one.tenant_id,
                location_id=one.location_id,
                kind=one.kind,
                is_test=one.is_test,
                name=name_after(one.name),
            )
            ReceiptSeries.objects.bulk_create([begun], ignore_conflicts=True)
    return len(ending)


def name_after(name: str) -> str:
    """The name of the next series: A, B … Z, AA, AB …"""
    if not name:
        return "A"
    if name[-1] != "Z":
        return name[:-1] + chr(ord(name[-1]) + 1)
    return name_after(name[:-1]) + "A"
