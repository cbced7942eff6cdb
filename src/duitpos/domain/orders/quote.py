"""Price a cart at a location, now."""

from __future__ import annotations

from dataclasses import replace

from duitpos.domain.menus.read import menu_of
from duitpos.domain.menus.texts import texts_in
from duitpos.domain.orders.cart import Cart
from duitpos.domain.orders.pricing import ChangeKind, Quote, price, rules_of
from duitpos.models import Location, MenuItem, Tenant


def quote(tenant: Tenant, location: Location, cart: Cart, language: str = "") -> Quote:
    """Price the cart by the current menu, and report what differs from what the guest saw.

    `language` is the guest's; the quote has names in it, too.
    """
    wanted = frozenset(line.item_id for line in cart.lines)
    menu = menu_of(tenant, location, language, only=wanted)
    return _named(tenant, price(cart, menu, rules_of(location)), language)


def _named(tenant: Tenant, priced: Quote, language: str) -> Quote:
    """Add the names of dishes that are no longer on the menu, so that the guest sees which are missing."""
    gone = {change.item_id for change in priced.changes if change.kind is ChangeKind.GONE}
    if not gone:
        return priced
    texts = texts_in(tenant, language)
    rows = MenuItem.objects.filter(tenant=tenant, id__in=gone).values_list("id", "name")
    names = {item_id: texts.name(item_id) or name for item_id, name in rows}
    changes = tuple(replace(change, name=names.get(change.item_id, change.name)) for change in priced.changes)
    return replace(priced, changes=changes)
