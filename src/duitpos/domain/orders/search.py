"""Filter orders for staff: by location, status, trading day and search text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from duitpos.domain.orders.advance import UNPAID
from duitpos.domain.orders.counter_code import counter_code, is_counter_code
from duitpos.domain.orders.search_terms import orders_meant, read_terms
from duitpos.domain.orders.states import HELD
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import day_bounds
from duitpos.models import Order, Payment, Tenant
from duitpos.models.order import OrderStatus
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import MANUAL_KINDS

WAITING = "waiting"
"""The filter value for orders that can still be paid."""
_MOST_CODES = 1000


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
        is_listed = Q(is_unknown_phone=False) | has_sign_of_paying(tenant) | waits_at_counter(tenant)
        rows = rows.filter(UNPAID).filter(is_listed)
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
    meant = orders_meant(tenant, terms)
    if is_counter_code(filters.text.strip()):
        meant |= Q(id__in=_with_code(tenant, filters.text.strip().upper()))
    return rows.filter(meant)


def has_sign_of_paying(tenant: Tenant) -> Exists:
    """A condition on orders: the guest returned from the payment page, or a payment is processing or succeeded."""
    signs = (
        Q(returned_at__isnull=False) | Q(processing_since__isnull=False) | Q(status=PaymentStatus.SUCCEEDED)
    )
    return Exists(Payment.objects.filter(signs, tenant=tenant, order_id=OuterRef("id")))


def waits_at_counter(tenant: Tenant) -> Exists:
    """A condition on orders: the guest sent it to be paid to staff, who have not taken the money."""
    return Exists(
        Payment.objects.filter(
            tenant=tenant,
            order_id=OuterRef("id"),
            status=PaymentStatus.PENDING,
            account__tenant=tenant,
            account__processor__in=MANUAL_KINDS,
        )
    )


def _of_day(tenant: Tenant, day: date) -> Q:
    wanted = Q(business_date=day)
    # The day comes from the URL, and databases and time zones have a limited range.
    if not 2000 <= day.year < 3000:
        return wanted
    for site in locations(tenant):
        begins, ends = day_bounds(day, site.time_zone, site.day_closes_at)
        wanted |= Q(business_date__isnull=True, location=site, created_at__gte=begins, created_at__lt=ends)
    return wanted


def _with_code(tenant: Tenant, code: str) -> list[UUID]:
    """The held orders that wait at a counter under this code. It is computed, so their ids are read."""
    waiting = Order.objects.filter(waits_at_counter(tenant), tenant=tenant, status=HELD)
    ids = waiting.order_by("-created_at").values_list("id", flat=True)[:_MOST_CODES]
    return [order_id for order_id in ids if counter_code(order_id) == code]
