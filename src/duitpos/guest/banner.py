"""A line above the menu for a phone that has ordered, so that re-scanning the code finds its orders again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from duitpos.domain.orders.guest_view import GuestOrder, orders_of_phone
from duitpos.guest.live import LEAVES_THE_CART
from duitpos.guest.texts import progress_text
from duitpos.guest.urls_of import order_url
from duitpos.models import Tenant


@dataclass(frozen=True, slots=True)
class Banner:
    """One order, or with `count` above one the list of them.

    `label` is the newest order's number, empty before it has one; `progress` is a sentence on its state.
    `paid_keys` are the orders' checkout keys once they are paid: the phone then deletes those carts.
    """

    label: str
    progress: str
    url: str
    paid_keys: tuple[str, ...]
    count: int = 1


def banners_of(tenant: Tenant, guest_token: str, table_token: str = "") -> list[Banner]:
    """The banners for this phone's orders. Other phones at the table do not count.

    Several orders have one banner, which leads to their list at this table. Without a table's code, as on the page
    that says that a code has expired, each has its own.
    """
    found = orders_of_phone(tenant, guest_token) if guest_token else []
    if len(found) < 2 or not table_token:
        return [_banner([seen], order_url(tenant, seen.order)) for seen in found]
    return [_banner(found, reverse("guest:my_orders", args=[tenant.slug, table_token]))]


def _banner(found: Sequence[GuestOrder], url: str) -> Banner:
    newest = found[0]
    paid = tuple(seen.order.checkout_key for seen in found if seen.state in LEAVES_THE_CART)
    return Banner(newest.order.label, progress_text(newest), url, paid, len(found))
