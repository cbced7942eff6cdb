"""Book what the processor charged for payments and refunds, once each (M35).

A fee counts on the business day, and at the time, of the money that it was charged for, so that a day's net after fees
is of that day's payments; after that day was closed, today. It keeps its own currency: a fee in another one is never
added to the payment's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID, uuid5

from django.db.models import Q

from duitpos.domain.orders.business_day import Day, count_change
from duitpos.domain.payments.settlement.match_payment import as_uuid, names_us
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.clock import business_date, now
from duitpos.kit.transact import transact
from duitpos.models import (
    BusinessDay,
    LedgerEntry,
    Payment,
    PaymentReference,
    ProcessorAccount,
    Refund,
    Tenant,
)
from duitpos.models.ledger import LedgerKind
from duitpos.models.payment import PaymentStatus
from duitpos.processors.references import References
from duitpos.processors.snapshots import Charge, FeeSnapshot

CHUNK = 100
"""Fees looked up at once."""


@dataclass(frozen=True, slots=True)
class FeesBooked:
    """How many fees were booked, and since when one waits for its payment or refund, which is not booked here yet."""

    booked: int = 0
    waits_since: datetime | None = None


def book_fees(tenant: Tenant, account: ProcessorAccount, fees: Sequence[FeeSnapshot]) -> FeesBooked:
    """Book listed fees of ours, with no transaction open; safe to run twice, and at the same time."""
    total = FeesBooked()
    for begin in range(0, len(fees), CHUNK):
        found = _book_chunk(tenant, account, fees[begin : begin + CHUNK])
        waits = [at for at in (total.waits_since, found.waits_since) if at is not None]
        total = FeesBooked(total.booked + found.booked, min(waits, default=None))
    return total


def fee_entry(payment: Payment, fee: FeeSnapshot, at: datetime, day: date) -> LedgerEntry:
    """The ledger row of a fee for money that moved at `at`. Its source is made from the processor's movement."""
    return LedgerEntry(
        tenant_id=payment.tenant_id,
        kind=LedgerKind.FEE,
        source_id=uuid5(payment.id, fee.reference),
        payment_id=payment.id,
        location_id=payment.location_id,
        amount_minor=-fee.fee.minor,
        currency=fee.fee.currency,
        is_test=payment.is_test,
        at=at,
        business_date=day,
    )


def book_fee_of_charge(payment: Payment, charge: Charge) -> None:
    """Book the fee that came with a settled payment, once, in the caller's transaction. Without a fee: no statement."""
    settled_at, day = payment.settled_at, payment.business_date
    if charge.fee is None or not charge.fee.minor or settled_at is None or day is None:
        return
    fee = FeeSnapshot(charge.reference, References(), charge.fee, settled_at)
    entry = fee_entry(payment, fee, settled_at, day)
    booked = LedgerEntry.objects.filter(
        tenant_id=payment.tenant_id, kind=LedgerKind.FEE, source_id=entry.source_id
    )
    if not booked.exists():
        location_id = payment.location_id
        where = Day(payment.tenant_id, location_id, day, payment.is_test) if location_id else None
        _insert_of_day(where, [entry])


def _book_chunk(tenant: Tenant, account: ProcessorAccount, fees: Sequence[FeeSnapshot]) -> FeesBooked:
    payments, moments = _payments_of(tenant, account, fees), _moments_of_refunds(tenant, fees)
    entries, waiting = [], []
    for fee, payment in zip(fees, payments, strict=True):
        moment = _moment(fee, payment, moments)
        if payment is not None and moment is not None:
            entries.append(fee_entry(payment, fee, *moment))
        elif payment is not None or names_us(tenant, fee.correlation):
            waiting.append(fee.charged_at)
    return FeesBooked(_insert(tenant, entries), min(waiting, default=None))


def _moment(
    fee: FeeSnapshot, payment: Payment | None, moments: dict[str, tuple[datetime, date]]
) -> tuple[datetime, date] | None:
    """When the money moved that the fee was charged for, in our books; None while it is not in them."""
    if payment is None or payment.status != PaymentStatus.SUCCEEDED:
        return None
    if fee.refund:
        return moments.get(fee.refund)
    if payment.settled_at is None or payment.business_date is None:
        return None
    return payment.settled_at, payment.business_date


def _payments_of(
    tenant: Tenant, account: ProcessorAccount, fees: Iterable[FeeSnapshot]
) -> list[Payment | None]:
    """Each fee's payment, by the processor's ids or by ours; None for money of others."""
    fees = list(fees)
    values = {one.value for fee in fees for one in fee.payment.others}
    named = PaymentReference.objects.filter(
        tenant=tenant, value__in=values, account__processor=account.processor
    )
    by_value = dict(named.values_list("value", "payment_id"))
    wanted = [_payment_id(tenant, fee, by_value) for fee in fees]
    mains = {fee.payment.main for fee in fees} - {""}
    rows = Payment.objects.filter(
        Q(id__in={one for one in wanted if one}) | Q(reference__in=mains), tenant=tenant
    )
    known = [row for row in rows.select_related("account") if are_one(row.account, account)]
    by_id = {row.id: row for row in known}
    by_main = {row.reference: row for row in known if row.reference}
    return [
        by_main.get(fee.payment.main) or (by_id.get(payment_id) if payment_id else None)
        for fee, payment_id in zip(fees, wanted, strict=True)
    ]


def _payment_id(tenant: Tenant, fee: FeeSnapshot, by_value: dict[str, UUID]) -> UUID | None:
    for one in fee.payment.others:
        if one.value in by_value:
            return by_value[one.value]
    named = fee.correlation if names_us(tenant, fee.correlation) else None
    return as_uuid(named.payment) if named else None


def _moments_of_refunds(tenant: Tenant, fees: Iterable[FeeSnapshot]) -> dict[str, tuple[datetime, date]]:
    """When refunds, or their coming back, were booked, by the processor's id; the newer where both were."""
    references = {fee.refund for fee in fees} - {""}
    if not references:
        return {}
    refunds = dict(
        Refund.objects.filter(tenant=tenant, reference__in=references).values_list("id", "reference")
    )
    entries = LedgerEntry.objects.filter(
        tenant=tenant, source_id__in=refunds, kind__in=(LedgerKind.REFUND, LedgerKind.REFUND_FAILED)
    )
    return {refunds[entry.source_id]: (entry.at, entry.business_date) for entry in entries.order_by("at")}


def _insert(tenant: Tenant, entries: list[LedgerEntry]) -> int:
    """Insert those that are not booked yet, day by day, so that no transaction locks two days."""
    sources = [entry.source_id for entry in entries]
    rows = LedgerEntry.objects.filter(tenant=tenant, kind=LedgerKind.FEE, source_id__in=sources)
    booked = set(rows.values_list("source_id", flat=True))
    by_day: dict[tuple[UUID | None, date, bool], list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        if entry.source_id not in booked:
            by_day[entry.location_id, entry.business_date, entry.is_test].append(entry)
    for (location_id, day, is_test), of_day in by_day.items():
        where = Day(tenant.id, location_id, day, is_test) if location_id else None
        transact(partial(_insert_of_day, where, of_day))
    return sum(len(of_day) for of_day in by_day.values())


def _insert_of_day(day: Day | None, entries: list[LedgerEntry]) -> None:
    open_day = day and _day_that_is_open(day, entries[0])
    for entry in entries:
        entry.business_date = open_day.business_date if open_day else entry.business_date
    LedgerEntry.objects.bulk_create(entries, ignore_conflicts=True)
    if open_day:
        count_change(open_day)


def _day_that_is_open(day: Day, entry: LedgerEntry) -> Day:
    """The day itself, or today when it was closed: a closed day does not change."""
    rows = BusinessDay.objects.filter(
        tenant_id=day.tenant_id,
        location_id=day.location_id,
        business_date=day.business_date,
        is_test=day.is_test,
        closed_at__isnull=False,
    )
    if not rows.exists() or entry.location is None:
        return day
    zone, closes = entry.location.time_zone, entry.location.day_closes_at
    return replace(day, business_date=business_date(now(), zone, closes))
