"""What guests order most at a location: the marks "Popular" on its menu."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from duitpos.domain.menus.changed import menu_changed
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, OrderLine
from duitpos.models.order import OrderStatus

DAYS = 30
MOST = 6
LEAST_ORDERS = 3
"""In how many orders an item must be: what one table ordered is not popular."""
_PAID = (OrderStatus.PLACED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.SERVED)


def refresh_popular(location: Location) -> bool:
    """Store the location's popular items, if they changed; True if they did. One query, and two for a change."""
    popular = [item_id.hex for item_id in popular_items(location)]
    if popular == location.popular_items:
        return False

    def work() -> None:
        rows = Location.objects.filter(tenant_id=location.tenant_id, id=location.id)
        rows.update(popular_items=popular)
        menu_changed(location.tenant_id, location.id)

    transact(work)
    return True


def popular_items(location: Location) -> list[UUID]:
    """The items on its menu that were in most of its paid orders of the last days, most first. One query.

    Test orders count only at a location that had no others: it is being tried out.
    """
    rows = OrderLine.objects.filter(
        tenant_id=location.tenant_id,
        order__location_id=location.id,
        order__status__in=_PAID,
        order__placed_at__gte=now() - timedelta(days=DAYS),
    )
    counted = rows.order_by("item_id").values_list(
        "order__is_test", "item_id", "item__archived_at", "item__section__archived_at", "item__currency"
    )
    real: Counter[UUID] = Counter()
    tried: Counter[UUID] = Counter()
    for is_test, item_id, archived_at, section_archived_at, currency, orders in counted.annotate(
        orders=Count("order_id", distinct=True)
    ):
        is_listed = archived_at is None and section_archived_at is None and currency == location.currency
        # An item that is off the menu counts as zero: it still shows that there were real orders.
        (tried if is_test else real)[item_id] += orders if is_listed else 0
    counts = real or tried
    often = sorted(
        (-orders, str(item_id), item_id) for item_id, orders in counts.items() if orders >= LEAST_ORDERS
    )
    return [item_id for _, _, item_id in often[:MOST]]
