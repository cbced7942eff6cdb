"""What of a cart is paid already: it was edited on the phone while the order it was before was being paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.models import Order, OrderLine, Payment, Tenant
from duitpos.models.payment import PaymentStatus

_Dish = tuple[UUID, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What is left of a cart. `paid`: the newest order that something was taken out for; None when nothing was."""

    cart: Cart
    paid: Order | None


def take_out_paid(tenant: Tenant, cart: Cart) -> Unpaid:
    """The cart without what was paid under an earlier key of it, as often as it was paid.

    Also without what was paid in an order that replaced one of those: on another table, or from another browser. The
    keys of such orders leave the cart with their dishes, so that nothing is taken out twice. No query for a cart that
    was never sent before.
    """
    if not cart.earlier:
        return Unpaid(cart, None)
    sent = Order.objects.filter(tenant=tenant, checkout_key__in=cart.earlier)
    keys = dict(sent.values_list("id", "checkout_key"))
    orders = Order.objects.filter(Q(id__in=keys) | Q(replaces_id__in=keys), tenant=tenant)
    paid = Payment.objects.filter(
        tenant=tenant, order_id__in=orders.values("id"), status=PaymentStatus.SUCCEEDED
    )
    found = list(orders.filter(id__in=list(paid.values_list("order_id", flat=True))).order_by("created_at"))
    if not found:
        return Unpaid(cart, None)
    lines = OrderLine.objects.filter(tenant=tenant, order_id__in=[order.id for order in found])
    over = {order.checkout_key for order in found}
    over |= {keys[order.replaces_id] for order in found if order.replaces_id in keys}
    left = replace(
        cart,
        lines=tuple(_without(cart.lines, lines)),
        earlier=tuple(key for key in cart.earlier if key not in over),
    )
    return Unpaid(left, found[-1] if left.lines != cart.lines else None)


def _without(lines: Iterable[CartLine], paid: Iterable[OrderLine]) -> Iterable[CartLine]:
    """As many of each dish less as were paid; another choice or another note is another dish."""
    many: dict[_Dish, int] = {}
    for row in paid:
        dish = (row.item_id, tuple(sorted(modifier["id"] for modifier in row.modifiers)), row.note)
        many[dish] = many.get(dish, 0) + row.quantity
    for line in lines:
        dish = (line.item_id, tuple(sorted(str(modifier) for modifier in line.modifier_ids)), line.note)
        taken = min(line.quantity, many.get(dish, 0))
        many[dish] = many.get(dish, 0) - taken
        if line.quantity > taken:
            yield replace(line, quantity=line.quantity - taken)
