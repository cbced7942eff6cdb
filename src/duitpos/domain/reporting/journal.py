"""The double entry of each business day: what came in by payment method, against what it was for.

An entry is one location's day in one currency, and its lines sum to zero: debits are positive. Nothing here is by
payout, because no processor adapter tells payouts: the accountant clears the accounts of the payment methods when money
reaches the bank.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.reporting.day_sums import ALL, KEY_LENGTH, method_key
from duitpos.domain.reporting.report import By, Period, Sums
from duitpos.domain.reporting.sum_days import MEASURES, sum_day
from duitpos.kit.transact import snapshot
from duitpos.models import BusinessDay, DayTotal, LedgerEntry, Location, Refund, Tenant
from duitpos.models.ledger import LedgerKind


class Account(StrEnum):
    """What a line is booked on."""

    METHOD = "method"
    """Money that came in by a payment method, less what went back by it."""
    SALES = "sales"
    """Dishes without the tax that is inside their prices."""
    DISCOUNTS = "discounts"
    SERVICE_CHARGE = "service_charge"
    TAX = "tax"
    """Tax of one rate, less what refunds gave back of it."""
    ROUNDING = "rounding"
    UNMATCHED = "unmatched"
    REFUNDS = "refunds"
    """Refunds without their tax, where it is known."""
    DISPUTES = "disputes"
    DISPUTE_FEES = "dispute_fees"
    FEES = "fees"


@dataclass(frozen=True, slots=True)
class Line:
    """A debit (positive) or credit in minor units. `key`: the payment method, or the tax rate in basis points."""

    account: Account
    key: str
    minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One location's business day in one currency. Without a location: money of orders that we do not know."""

    location: Location | None
    business_date: date
    currency: str
    lines: tuple[Line, ...]


_SECONDS = 8.0
"""How long days that changed are summed; the worker sums the others."""
_Where = tuple[UUID | None, date, str]
"""A location's day in one currency."""
_ORDER = {account: at for at, account in enumerate(Account)}


def journal(tenant: Tenant, period: Period, sites: tuple[UUID, ...] = ()) -> list[Entry]:
    """The entries of a period, by date, location and currency. Without `sites`, of all; test orders never count.

    Days that changed are summed first. Unavailable when that takes too long: half a month is no journal.
    """
    _sum_changed(tenant, period, sites)
    return snapshot(lambda: _read(tenant, period, sites))


def _changed(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> QuerySet[BusinessDay]:
    rows = BusinessDay.objects.filter(
        tenant=tenant, is_test=False, business_date__range=(period.first, period.last)
    )
    rows = rows.filter(location_id__in=sites) if sites else rows
    return rows.exclude(changes=F("summed"))


def _sum_changed(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> None:
    until = time.monotonic() + _SECONDS
    for day in _changed(tenant, period, sites):
        sum_day(day)
        if time.monotonic() >= until:
            break


def _read(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> list[Entry]:
    """Of one state of the books, so that the entries balance whatever is booked meanwhile."""
    if _changed(tenant, period, sites).exists():
        raise Unavailable(Code.JOURNAL_NOT_READY)
    lines: dict[_Where, dict[tuple[Account, str], int]] = defaultdict(lambda: defaultdict(int))
    for where, account, key, minor in _lines(tenant, period, sites):
        lines[where][account, key] += minor
    known = {site.id: site for site in Location.objects.filter(tenant=tenant)}
    entries = [_entry(where, found, known) for where, found in lines.items()]
    return sorted(
        (entry for entry in entries if entry.lines),
        key=lambda one: (one.business_date, one.location.name if one.location else "", one.currency),
    )


def _entry(where: _Where, found: dict[tuple[Account, str], int], known: dict[UUID, Location]) -> Entry:
    location_id, day, currency = where
    lines = [Line(account, key, minor) for (account, key), minor in found.items() if minor]
    lines.sort(key=lambda one: (_ORDER[one.account], one.key))
    return Entry(known.get(location_id) if location_id else None, day, currency, tuple(lines))


_Booked = tuple[_Where, Account, str, int]


def _lines(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> Iterator[_Booked]:
    rated: dict[_Where, int] = defaultdict(int)
    for where, key, sums in _totals(tenant, period, sites, By.TAX):
        tax = sums.tax_added + sums.tax_included
        rated[where] += tax
        yield where, Account.TAX, key, -tax
    for where, key, sums in _totals(tenant, period, sites, By.METHOD):
        yield where, Account.METHOD, key, sums.net_after_fees
    for where, _key, sums in _totals(tenant, period, sites, ALL):
        yield from _of_day(where, sums, rated[where])
    yield from _refunded_tax(tenant, period, sites)
    yield from _dispute_fees(tenant, period, sites)
    if not sites:
        yield from _without_location(tenant, period)


def _totals(
    tenant: Tenant, period: Period, sites: tuple[UUID, ...], by: str
) -> Iterator[tuple[_Where, str, Sums]]:
    rows = DayTotal.objects.filter(
        tenant=tenant, by=by, is_test=False, business_date__range=(period.first, period.last)
    )
    if sites:
        rows = rows.filter(location_id__in=sites)
    grouped = rows.values("location_id", "business_date", "currency", "key").annotate(
        **{f"sum_{measure}": Sum(measure) for measure in MEASURES}
    )
    for row in grouped.order_by():
        found: dict[str, Any] = dict(row)
        where = (found["location_id"], found["business_date"], found["currency"])
        yield where, found["key"], Sums(**{measure: found[f"sum_{measure}"] for measure in MEASURES})


def _of_day(where: _Where, sums: Sums, rated_tax: int) -> Iterable[_Booked]:
    """Credits of a day, and debits of what went back. Tax that is of no rate has no key."""
    tax = sums.tax_added + sums.tax_included
    amounts = {
        Account.SALES: sums.sales - sums.tax_included,
        Account.DISCOUNTS: sums.discounts,
        Account.SERVICE_CHARGE: sums.service_charge,
        Account.TAX: tax - rated_tax,
        Account.ROUNDING: sums.rounding,
        Account.UNMATCHED: sums.unmatched,
        Account.REFUNDS: sums.refunds,
        Account.DISPUTES: sums.disputes,
        Account.FEES: sums.fees,
    }
    return [(where, account, "", -minor) for account, minor in amounts.items()]


def _entries(tenant: Tenant, period: Period, *kinds: str) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(
        tenant=tenant,
        is_test=False,
        kind__in=kinds,
        business_date__range=(period.first, period.last),
    )


def _refunded_tax(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> Iterator[_Booked]:
    """Move the known tax of refunds from the refunds to the tax of its rate."""
    booked = _entries(tenant, period, LedgerKind.REFUND, LedgerKind.REFUND_FAILED)
    booked = booked.filter(location_id__in=sites) if sites else booked
    taxed = dict(
        Refund.objects.filter(tenant=tenant, id__in=booked.values("source_id"))
        .exclude(tax_by_rate={})
        .values_list("id", "tax_by_rate")
    )
    for entry in booked.only("kind", "source_id", "location_id", "business_date", "currency"):
        where = (entry.location_id, entry.business_date, entry.currency)
        sign = 1 if entry.kind == LedgerKind.REFUND else -1
        for rate, minor in taxed.get(entry.source_id, {}).items():
            yield where, Account.TAX, rate, sign * minor
            yield where, Account.REFUNDS, "", -sign * minor


def _dispute_fees(tenant: Tenant, period: Period, sites: tuple[UUID, ...]) -> Iterator[_Booked]:
    """Move the fees of disputes from the disputes to an account of their own."""
    booked = _entries(tenant, period, LedgerKind.DISPUTE_FEE)
    booked = booked.filter(location_id__in=sites) if sites else booked
    for location_id, day, currency, minor in booked.values_list(
        "location_id", "business_date", "currency", "amount_minor"
    ):
        where = (location_id, day, currency)
        yield where, Account.DISPUTE_FEES, "", -minor
        yield where, Account.DISPUTES, "", minor


_LOST = {
    LedgerKind.PAYMENT: Account.UNMATCHED,
    LedgerKind.REFUND: Account.REFUNDS,
    LedgerKind.REFUND_FAILED: Account.REFUNDS,
    LedgerKind.DISPUTE: Account.DISPUTES,
    LedgerKind.DISPUTE_RETURN: Account.DISPUTES,
    LedgerKind.DISPUTE_FEE: Account.DISPUTES,
}


def _without_location(tenant: Tenant, period: Period) -> Iterator[_Booked]:
    """Money of orders that we do not know, which no day's totals have."""
    booked = _entries(tenant, period, *LedgerKind.values).filter(location__isnull=True)
    for entry in booked.select_related("payment"):
        where = (None, entry.business_date, entry.currency)
        yield where, Account.METHOD, method_key(entry.payment)[:KEY_LENGTH], entry.amount_minor
        yield where, _LOST[LedgerKind(entry.kind)], "", -entry.amount_minor
