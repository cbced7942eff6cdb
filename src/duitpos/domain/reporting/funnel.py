"""A day's way from the scan to the payment, in phones, and where phones stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Sum

from duitpos.domain.orders.board import takes_real_money
from duitpos.kit.clock import day_bounds
from duitpos.models import Location, Order, Payment, PaymentDecline, Tenant, VisitCount
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.payment_setup import MANUAL_KINDS

_LAST = ("status", "account__processor", "was_declined")


@dataclass(frozen=True, slots=True)
class Stops:
    """Why phones that pressed Pay have not paid. A phone is counted once, by what happened last."""

    declined: int = 0
    open: int = 0
    at_counter: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """Phones that loaded the menu, saw their cart, pressed Pay, and paid."""

    scans: int
    carts: int
    checkouts: int
    paid: int
    stops: Stops


def funnel(tenant: Tenant, sites: Iterable[Location], day: date) -> Funnel:
    """The funnel of a business day at these locations: one query for visits, two for each location."""
    sites = list(sites)
    visits = VisitCount.objects.filter(
        tenant=tenant, location_id__in=[site.id for site in sites], business_date=day
    ).aggregate(scans=Sum("scans"), carts=Sum("carts"))
    is_test = not takes_real_money(tenant.id)
    checkouts = paid = 0
    stops = Stops()
    for site in sites:
        begins, ends = day_bounds(day, site.time_zone, site.day_closes_at)
        orders = Order.objects.filter(
            tenant=tenant, location=site, created_at__gte=begins, created_at__lt=ends, is_test=is_test
        )
        counts = orders.aggregate(
            checkouts=Count("guest_token", distinct=True),
            paid=Count("guest_token", distinct=True, filter=Q(released_by__isnull=False)),
        )
        checkouts += counts["checkouts"]
        paid += counts["paid"]
        stops = _plus(stops, _stops(tenant, [begins, ends], site.id, is_test=is_test))
    # Without cookies, or before counting began, more phones order than were seen to look.
    carts = max(visits["carts"] or 0, checkouts)
    return Funnel(max(visits["scans"] or 0, carts), carts, checkouts, paid, stops)


def _stops(tenant: Tenant, between: list[object], location_id: UUID, *, is_test: bool) -> Stops:
    """Of the phones without a paid order that day: what became of their newest attempt. One query."""
    mine = Order.objects.filter(
        tenant=tenant, location_id=location_id, created_at__range=between, is_test=is_test
    )
    paid = mine.filter(guest_token=OuterRef("order__guest_token"), released_by__isnull=False)
    declines = PaymentDecline.objects.filter(tenant=tenant, payment_id=OuterRef("id"))
    rows = Payment.objects.filter(
        tenant=tenant,
        order__tenant=tenant,
        order__location_id=location_id,
        order__created_at__range=between,
        order__is_test=is_test,
    ).exclude(status=PaymentStatus.SUCCEEDED)
    rows = rows.annotate(was_declined=Exists(declines)).filter(~Exists(paid)).order_by("created_at")
    last = {row[0]: row[1:] for row in rows.values_list("order__guest_token", *_LAST)}
    stops = Stops()
    for status, processor, was_declined in last.values():
        stops = _plus(stops, _stop(str(status), str(processor), was_declined=bool(was_declined)))
    return stops


def _stop(status: str, processor: str, *, was_declined: bool) -> Stops:
    if processor in MANUAL_KINDS:
        return Stops(at_counter=1)
    if was_declined:
        return Stops(declined=1)
    return Stops(open=1) if status in LIVE_ATTEMPT else Stops(left=1)


def _plus(one: Stops, two: Stops) -> Stops:
    return Stops(
        one.declined + two.declined, one.open + two.open, one.at_counter + two.at_counter, one.left + two.left
    )
