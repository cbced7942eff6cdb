"""Sum one business day of a location from the ledger, its orders and their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Prefetch

from duitpos.domain.orders.pricing import WHOLE_BP, half_up
from duitpos.domain.reporting.refund_sums import REFUNDS, is_of_dishes, refund_parts, refund_sums
from duitpos.domain.reporting.report import By, Sums
from duitpos.kit.clock import display_zone
from duitpos.models import BusinessDay, LedgerEntry, Order, OrderLine, Payment, Refund, RefundLine
from duitpos.models.ledger import LedgerKind

ALL = "all"
"""`by` of the day's one total."""
WEEK_HOUR = "week_hour"
"""By weekday and hour, "1-13", so that a month has it too."""
KEY_LENGTH, NAME_LENGTH = 64, 120


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sum belongs: a value of what totals are by."""

    is_online: bool
    currency: str
    by: str
    key: str


@dataclass(slots=True)
class Tally:
    """What was added up for a place. `phones`: whose guests are counted."""

    name: str = ""
    sums: Sums = field(default_factory=Sums)
    phones: set[str] = field(default_factory=set)

    def add(self, name: str, sums: Sums, phone: str) -> None:
        """Add, with the newest name."""
        self.name = name or self.name
        self.sums += sums
        if phone:
            self.phones.add(phone)

    @property
    def total(self) -> Sums:
        """The sums with the number of guests."""
        return replace(self.sums, guests=len(self.phones))


def sums_of_day(day: BusinessDay) -> dict[Place, Tally]:
    """Return the totals of a business day, `all` and by every value. Reads only."""
    entries = list(_entries(day))
    orders = _orders(day, entries)
    refunds = _refunds(day, entries)
    tallies: dict[Place, Tally] = defaultdict(Tally)
    for entry in entries:
        payment = entry.payment
        order = orders.get(payment.order_id) if payment.order_id else None
        refund = refunds.get(entry.source_id)
        sums = refund_sums(entry, order, refund) if refund else _sums_of(entry, order)
        is_online = not payment.account.is_manual
        phone = order.guest_token if order and sums.orders else ""
        for by, key, name in _keys(entry, order, refund):
            place = Place(is_online, entry.currency, by, key[:KEY_LENGTH])
            tallies[place].add(name[:NAME_LENGTH], sums, phone)
        if order and refund and is_of_dishes(entry, order, refund):
            parts = refund_parts(entry, order, refund)
        else:
            parts = _parts(order) if order and sums.orders else iter(())
        for by, key, name, part in parts:
            place = Place(is_online, entry.currency, by, key[:KEY_LENGTH])
            tallies[place].add(name[:NAME_LENGTH], part, phone)
    return dict(tallies)


def _entries(day: BusinessDay) -> list[LedgerEntry]:
    rows = LedgerEntry.objects.filter(
        tenant_id=day.tenant_id,
        location_id=day.location_id,
        business_date=day.business_date,
        is_test=day.is_test,
    )
    return list(
        rows.select_related(
            "payment__account", "payment__payment_type", "payment__taken_by__user", "location"
        ).order_by("at", "id")
    )


def _orders(day: BusinessDay, entries: list[LedgerEntry]) -> dict[UUID, Order]:
    wanted = {entry.payment.order_id for entry in entries}
    rows = Order.objects.filter(tenant_id=day.tenant_id, id__in=wanted - {None})
    lines = OrderLine.objects.filter(tenant_id=day.tenant_id)
    return {
        order.id: order for order in rows.select_related("table").prefetch_related(Prefetch("lines", lines))
    }


def _refunds(day: BusinessDay, entries: list[LedgerEntry]) -> dict[UUID, Refund]:
    wanted = [entry.source_id for entry in entries if entry.kind in REFUNDS]
    lines = RefundLine.objects.filter(tenant_id=day.tenant_id).select_related("order_line")
    rows = Refund.objects.filter(tenant_id=day.tenant_id, id__in=wanted).select_related("member__user")
    found = rows.prefetch_related(Prefetch("lines", lines)) if wanted else ()
    return {refund.id: refund for refund in found}


def _sums_of(entry: LedgerEntry, order: Order | None) -> Sums:
    if entry.kind in REFUNDS:
        return Sums(refunds=entry.amount_minor, refunded_other=entry.amount_minor)
    if entry.kind == LedgerKind.FEE:
        return Sums(fees=entry.amount_minor)
    if entry.kind != LedgerKind.PAYMENT:
        return Sums(disputes=entry.amount_minor)
    if order is None or order.released_by_id != entry.payment_id or order.currency != entry.currency:
        return Sums(unmatched=entry.amount_minor)
    tax = order.tax_minor
    return Sums(
        orders=1,
        quantity=sum(line.quantity for line in order.lines.all()),
        sales=order.subtotal_minor,
        service_charge=order.service_charge_minor,
        tax_added=0 if order.tax_is_inclusive else tax,
        tax_included=tax if order.tax_is_inclusive else 0,
        # Zero, unless staff accepted another amount than was asked for.
        unmatched=entry.amount_minor - order.total_minor,
    )


def _keys(entry: LedgerEntry, order: Order | None, refund: Refund | None) -> Iterator[tuple[str, str, str]]:
    """What an entry counts under, each with its key and its name."""
    payment, location = entry.payment, entry.location
    yield ALL, "", ""
    zone = display_zone(location.time_zone if location else "UTC")
    hour = entry.at.astimezone(zone).hour
    yield By.HOUR, f"{hour:02d}", ""
    yield WEEK_HOUR, f"{entry.business_date.isoweekday()}-{hour:02d}", ""
    yield By.CHANNEL, "table" if order and order.table_id else "", ""
    yield By.PAYMENT_TYPE, str(payment.payment_type_id), payment.payment_type.name
    yield By.METHOD, method_key(payment), ""
    table = order.table if order else None
    yield By.TABLE, str(table.id) if table else "", table.name if table else ""
    member = refund.member if refund else payment.taken_by
    yield By.STAFF, str(member.id) if member else "", str(member.user) if member else ""


def method_key(payment: Payment) -> str:
    """How it was paid, as a code: a card's brand, or the kind."""
    return str(payment.method.get("brand") or payment.method.get("kind") or "")


def _parts(order: Order) -> Iterator[tuple[str, str, str, Sums]]:
    """The dishes, choices and tax rates of an order that counts. Sections are read from the menu: a dish may move."""
    taxed: dict[int, int] = defaultdict(int)
    for line in order.lines.all():
        sums = Sums(quantity=line.quantity, sales=line.total_minor)
        yield By.ITEM, str(line.item_id), line.name, sums
        for choice in line.modifiers:
            price = choice["price_delta_minor"] * line.quantity
            name = f"{choice['group']}: {choice['name']}"
            yield By.MODIFIER, choice["id"], name, Sums(quantity=line.quantity, sales=price)
        taxed[order.tax_bp if line.tax_bp is None else line.tax_bp] += line.total_minor
    if order.tax_on_service_charge:
        taxed[order.tax_bp] += order.service_charge_minor
    for rate, amount in taxed.items():
        yield By.TAX, str(rate), order.tax_name, _tax(order, rate, amount)


def _tax(order: Order, rate: int, amount: int) -> Sums:
    """The tax of one rate, as orders/pricing.py computes it."""
    if order.tax_is_inclusive:
        return Sums(sales=amount, tax_included=half_up(amount * rate, WHOLE_BP + rate))
    return Sums(sales=amount, tax_added=half_up(amount * rate, WHOLE_BP))
