"""URLs of guest pages that more than one page needs."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from duitpos.domain.checkout.payment_page import PageUrls
from duitpos.models import Order, Table, Tenant


def order_url(tenant: Tenant, order: Order) -> str:
    """The order's own page."""
    return reverse("guest:order", args=[tenant.slug, order.token])


def pay_url(tenant: Tenant, order: Order) -> str:
    """The page that shows how to go on paying the order (views/pay_page.py)."""
    return reverse("guest:pay_page", args=[tenant.slug, order.token])


def payment_urls(tenant: Tenant) -> PageUrls:
    """Our addresses for the processor, under BASE_URL and not under the request's Host header."""

    def at(view: str, *parts: str) -> str:
        return str(settings.BASE_URL) + reverse(view, args=[tenant.slug, *parts])

    return PageUrls(
        back=lambda token: at("guest:pay_return", token),
        cancel=lambda token: at("guest:pay_cancel", token),
        webhook=lambda processor, account_id: at("webhooks:deliver_to_account", processor, account_id),
    )


def menu_url(tenant: Tenant, order: Order, table: Table | None) -> str:
    """The menu of the order's table; empty if the table's code was rotated after the order.

    The link of an old order must not reveal the new code.
    """
    if table is None or not table.is_active:
        return ""
    if table.token_rotated_at is not None and table.token_rotated_at > order.created_at:
        return ""
    return reverse("guest:scan", args=[tenant.slug, table.token])


def again_url(tenant: Tenant, order: Order, table: Table | None) -> str:
    """The page where an unpaid order can be changed and paid; empty if the table's code was rotated after it."""
    menu = menu_url(tenant, order, table)
    return f"{menu}checkout/?order={order.token}" if menu else ""
