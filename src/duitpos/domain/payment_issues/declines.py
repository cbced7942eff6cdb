"""Declined cards: of a trading day for the board during service, and of the last minutes for the check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.states import HELD
from duitpos.domain.payment_issues.findings import Cause, CauseCode, Check, Evidence, EvidenceCode, Symptom
from duitpos.domain.payment_issues.known import Known
from duitpos.kit.clock import business_date, day_bounds, display_zone
from duitpos.models import Location, Order, PaymentDecline, Tenant
from duitpos.models.payment import PaymentStatus

MOST = 500
"""Tries that are read of one day, the newest."""
STILL_HERE = timedelta(minutes=30)
"""A guest whose card was declined this long ago, and who has not paid, may still sit at the table."""


@dataclass(frozen=True, slots=True)
class DeclinedOrder:
    """An order that a card was declined for. `tries` are newest first; `is_paid`: it was paid after all."""

    order: Order | None
    location: Location
    table_name: str
    tries: tuple[PaymentDecline, ...]
    is_paid: bool

    @property
    def last(self) -> PaymentDecline:
        """The newest try."""
        return self.tries[0]

    @property
    def is_waiting(self) -> bool:
        """Whether the order can still be paid."""
        return not self.is_paid and self.order is not None and self.order.status == HELD


def trading_day(site: Location, at: datetime) -> date:
    """The location's trading day at an instant."""
    return business_date(at, display_zone(site.time_zone).key, site.day_closes_at)


def declined_on(tenant: Tenant, sites: list[Location], day: date | None, at: datetime) -> list[DeclinedOrder]:
    """The orders whose cards were declined on a trading day at these locations, newest try first. Two queries.

    `day` None: today, which may begin at another instant at each location.
    """
    if not sites:
        return []
    bounds = {
        site.id: day_bounds(day or trading_day(site, at), site.time_zone, site.day_closes_at)
        for site in sites
    }
    # The widest time first, which the index answers.
    since, until = min(begins for begins, _ in bounds.values()), max(ends for _, ends in bounds.values())
    of_sites = reduce(
        or_,
        (
            Q(payment__location_id=site_id, at__gte=begins, at__lt=ends)
            for site_id, (begins, ends) in bounds.items()
        ),
    )
    rows = (
        PaymentDecline.objects.filter(of_sites, tenant=tenant, at__gte=since, at__lt=until)
        .select_related("payment__order__table", "payment__location")
        .order_by("-at", "-id")[:MOST]
    )
    return _by_order(tenant, list(rows))


def _by_order(tenant: Tenant, rows: list[PaymentDecline]) -> list[DeclinedOrder]:
    groups: dict[UUID, list[PaymentDecline]] = {}
    for row in rows:
        groups.setdefault(row.payment.order_id or row.payment_id, []).append(row)
    newer = Order.objects.filter(tenant=tenant, replaces_id__in=list(groups), released_by__isnull=False)
    paid_later = set(newer.values_list("replaces_id", flat=True))
    found = []
    for key, tries in groups.items():
        payment, order = tries[0].payment, tries[0].payment.order
        paid = any(row.payment.status == PaymentStatus.SUCCEEDED for row in tries)
        paid = paid or key in paid_later or (order is not None and order.released_by_id is not None)
        table = order.table.name if order is not None and order.table is not None else ""
        # Filtered by location, so that there is one.
        if payment.location is not None:
            found.append(DeclinedOrder(order, payment.location, table, tuple(tries), paid))
    return found


def check_declines(known: Known) -> Check:
    """Whether a guest whose card was declined in the last minutes has not paid yet. Two queries."""
    rows = declined_on(known.tenant, list(known.sites), None, known.at)
    causes = tuple(
        Cause(
            CauseCode.DECLINED_NOW,
            {
                "amount": row.last.payment.amount,
                "table": row.table_name,
                "tries": len(row.tries),
                "last": row.last.at,
            },
            order_id=row.order.id if row.order else None,
            payment_id=row.last.payment_id,
        )
        for row in rows
        if row.is_waiting and row.last.at >= known.at - STILL_HERE
    )
    if not rows:
        return Check(Symptom.CARD_DECLINED, (), (Evidence(EvidenceCode.NO_DECLINES, {}),))
    about = {"count": len(rows), "paid": sum(row.is_paid for row in rows)}
    return Check(Symptom.CARD_DECLINED, causes, (Evidence(EvidenceCode.DECLINES_TODAY, about),))
