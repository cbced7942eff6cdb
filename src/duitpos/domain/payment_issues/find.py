"""A guest says that they paid: find their payments by whatever they remember, whether paid or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.queries import payments_of
from duitpos.domain.orders.search_terms import Terms, orders_meant, payments_meant, read_terms
from duitpos.domain.payment_issues.became import Answer, what_became
from duitpos.kit.clock import now
from duitpos.models import Location, Order, Payment, PaymentDecline, Refund, Tenant
from duitpos.models.payment import LIVE_ATTEMPT

EARLIER, LATER = timedelta(minutes=60), timedelta(minutes=30)
"""Around a time that a guest remembers: a payment page is open for 45 minutes before it is paid."""
BACK = timedelta(days=90)
"""How far back is searched without a time: a guest asks within days, and a bank's dispute takes longer than that."""
MOST = 20
_BETWEEN = re.compile(r"[;\n]|,\s")
"""Between several things that the guest remembers. A comma inside an amount has no space after it."""
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What the guest remembers. `text` may name several things, separated by commas; all of them must fit."""

    text: str = ""
    around: datetime | None = None
    location_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.text.strip() and self.around is None

    @property
    def is_exact(self) -> bool:
        """Whether it names a row by its id, link or receipt number, which is looked up however old it is."""
        return any(
            terms.ids or terms.row_ids or terms.token or terms.receipt for terms in self.parts(sites=())
        )

    def parts(self, sites: Iterable[Location]) -> list[Terms]:
        """What each part of the text may mean."""
        currencies = {site.currency for site in sites}
        parts = [part for part in _BETWEEN.split(self.text) if part.strip()]
        return [read_terms(part, currencies) for part in parts[:MOST_PARTS]]


@dataclass(frozen=True, slots=True)
class FoundMoney:
    """An order with all its payments, or a payment without an order, and what became of the money."""

    order: Order | None
    location: Location | None
    table_name: str
    payments: tuple[Payment, ...]
    answer: Answer
    at: datetime
    """The time that is shown, and sorted by."""

    @property
    def is_test(self) -> bool:
        """Whether it was paid with test money."""
        return self.payments[-1].is_test

    @property
    def to_ask(self) -> Payment | None:
        """The payment that the processor may know more of: the live or watched one."""
        return next(
            (
                payment
                for payment in reversed(self.payments)
                if payment.status in LIVE_ATTEMPT or payment.watched_until is not None
            ),
            None,
        )


def find_money(
    tenant: Tenant, sites: Iterable[Location], question: Question, also: Iterable[UUID] = ()
) -> list[FoundMoney]:
    """At most MOST answers, newest first. `also`: payments to show whether or not they fit. Five queries."""
    also = list(also)
    if question.is_empty and not also:
        return []
    wanted = Q(id__in=also)
    if not question.is_empty:
        wanted |= _fits(tenant, list(sites), question)
    rows = Payment.objects.filter(wanted, tenant=tenant)
    found = list(rows.select_related("location").order_by("-created_at", "-id")[: MOST * 3])
    return _with_orders(tenant, found)[:MOST]


def _fits(tenant: Tenant, sites: list[Location], question: Question) -> Q:
    wanted = Q()
    for terms in question.parts(sites):
        orders = Order.objects.filter(orders_meant(tenant, terms), tenant=tenant)
        reading = Q(order_id__in=orders.values("id"))
        of_payment = payments_meant(tenant, terms)
        wanted &= reading if of_payment is None else reading | of_payment
    if question.around is not None:
        since, until = question.around - EARLIER, question.around + LATER
        # What the processor told us of later was paid when it says, and recorded when it was found.
        late = Q(order__isnull=True, paid_at__gte=since, paid_at__lte=until)
        wanted &= Q(created_at__gte=since, created_at__lte=until) | late
    elif not question.is_exact:
        wanted &= Q(created_at__gte=now() - BACK)
    if question.location_id is not None:
        wanted &= Q(location_id=question.location_id) | Q(location__isnull=True)
    return wanted


def _with_orders(tenant: Tenant, rows: list[Payment]) -> list[FoundMoney]:
    order_ids = list(dict.fromkeys(row.order_id for row in rows if row.order_id is not None))
    orders = Order.objects.filter(tenant=tenant, id__in=order_ids).select_related("table", "location")
    by_id = {order.id: order for order in orders}
    payments, refunds = payments_of(tenant, order_ids)
    alone = [row for row in rows if row.order_id is None]
    ids = [one.id for several in payments.values() for one in several] + [row.id for row in alone]
    declines = list(PaymentDecline.objects.filter(tenant=tenant, payment_id__in=ids).order_by("at", "id"))
    of_alone = (
        list(Refund.objects.filter(tenant=tenant, payment_id__in=[row.id for row in alone])) if alone else []
    )
    found = []
    for row in rows:
        if row.order_id is None:
            mine = [refund for refund in of_alone if refund.payment_id == row.id]
            answer = what_became(None, [row], _of(declines, [row]), mine)
            found.append(FoundMoney(None, row.location, "", (row,), answer, row.paid_at or row.created_at))
        elif order := by_id.pop(row.order_id, None):
            several = payments[order.id]
            answer = what_became(order, several, _of(declines, several), refunds[order.id])
            table = order.table.name if order.table else ""
            found.append(FoundMoney(order, order.location, table, tuple(several), answer, order.created_at))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of(declines: list[PaymentDecline], payments: list[Payment]) -> list[PaymentDecline]:
    ids = {payment.id for payment in payments}
    return [row for row in declines if row.payment_id in ids]
