"""One line above the menu for a phone that has ordered, so that re-scanning the code finds the order again."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from duitpos.domain.orders.guest_view import latest_order_of
from duitpos.guest.live import MONEY_IS_HERE
from duitpos.guest.texts import progress_text
from duitpos.models import Tenant


@dataclass(frozen=True, slots=True)
class Banner:
    """`label` is the order's number, empty before it has one; `progress` is a sentence on its state.

    `paid_key` is the order's checkout key once it is paid: the phone then deletes that cart.
    """

    label: str
    progress: str
    url: str
    paid_key: str


def banner_of(tenant: Tenant, guest_token: str) -> Banner | None:
    """The banner for this phone's latest order; None if it has none. Other phones at the table do not count."""
    seen = latest_order_of(tenant, guest_token) if guest_token else None
    if seen is None:
        return None
    url = reverse("guest:order", args=[tenant.slug, seen.order.token])
    paid_key = seen.order.checkout_key if seen.state in MONEY_IS_HERE else ""
    return Banner(seen.order.label, progress_text(seen), url, paid_key)
