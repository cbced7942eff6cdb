"""Filter orders for staff: by location, status, trading day and search text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from duitpos.domain.orders.search_terms import orders_meant, read_terms
from duitpos.domain.orders.states import HELD
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import day_bounds
from duitpos.models import Order, Payment, Tenant
from duitpos.models.order import OrderStatus
from duitpos.models.payment import PaymentStatus

WAITING = "waiting"
"""The filter value for held orders."""


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """Filters from the page's URL. `day` is a trading day; for unplaced orders, the one they were created on."""

    location_id: UUID | None = None
    status: str | None = None
    day: date | None = None
    text: str = ""


def matching(tenant: Tenant, filters: OrderFilters) -> QuerySet[Order]:
    """The orders that match. Unpaid ones are included only if filtered for or searched."""
    rows = Order.objects.filter(tenant=tenant).select_related("location", "table")
    if filters.location_id is not None:
        rows = rows.filter(location_id=filters.location_id)
    if filters.status == WAITING:
        rows = rows.filter(Q(is_unknown_phone=False) | has_sign_of_paying(tenant), status=HELD)
    elif filters.status in OrderStatus.values:
        rows = rows.filter(status=filters.status)
    elif not filters.text:
        money = Payment.objects.filter(tenant=tenant, order_id=OuterRef("id"), status=PaymentStatus.SUCCEEDED)
        rows = rows.filter(Q(placed_at__isnull=False) | Exists(money))
    if filters.day is not None:
        rows = rows.filter(_of_day(tenant, filters.day))
    if not filters.text:
        return rows
    terms = read_terms(filters.text, {site.currency for site in locations(tenant)})
    return rows.filter(orders_meant(tenant, terms))


def has_sign_of_paying(tenant: Tenant) -> Exists:
    """A condition on orders: the guest returned from the payment page, or a payment is processing or succeeded."""
    signs = (
        Q(returned_at__isnull=False) | Q(processing_since__isnull=False) | Q(status=PaymentStatus.SUCCEEDED)
    )
    return Exists(Payment.objects.filter(signs, tenant=tenant, order_id=OuterRef("id")))


def _of_day(tenant: Tenant, day: date) -> Q:
    wanted = Q(business_date=day)
    # The day comes from the URL, and databases and time zones have a limited range.
    if not 2000 <= day.year < 3000:
        return wanted
    for site in locations(tenant):
        begins, ends = day_bounds(day, site.time_zone, site.day_closes_at)
        wanted |= Q(business_date__isnull=True, location=site, created_at__gte=begins, created_at__lt=ends)
    return wanted
