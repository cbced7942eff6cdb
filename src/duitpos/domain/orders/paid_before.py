"""Find what is already paid in a cart that was edited while its earlier order was being paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.orders.states import SENT
from duitpos.models import Order, OrderLine, Payment, Tenant
from duitpos.models.payment import PaymentStatus

_Dish = tuple[UUID, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Unpaid:
    """The unpaid rest of a cart. `paid`: the newest paid order if something was taken out, else None."""

    cart: Cart
    paid: Order | None


def take_out_paid(tenant: Tenant, cart: Cart) -> Unpaid:
    """Return the cart without the dishes that were paid, or sent to the kitchen, under its earlier keys.

    Orders that replaced those, at another table or from another browser, count too. The keys of paid orders are removed
    along with the dishes, so that nothing is taken out twice. No query for a cart without earlier keys.
    """
    if not cart.earlier:
        return Unpaid(cart, None)
    sent = Order.objects.filter(tenant=tenant, checkout_key__in=cart.earlier)
    keys = dict(sent.values_list("id", "checkout_key"))
    orders = Order.objects.filter(Q(id__in=keys) | Q(replaces_id__in=keys), tenant=tenant)
    paid = Payment.objects.filter(
        tenant=tenant, order_id__in=orders.values("id"), status=PaymentStatus.SUCCEEDED
    )
    # What was sent to the kitchen unpaid is not ordered a second time either.
    is_taken = Q(id__in=list(paid.values_list("order_id", flat=True))) | Q(status__in=SENT)
    found = list(orders.filter(is_taken).order_by("created_at"))
    if not found:
        return Unpaid(cart, None)
    lines = OrderLine.objects.filter(tenant=tenant, order_id__in=[order.id for order in found])
    paid_keys = {order.checkout_key for order in found}
    paid_keys |= {keys[order.replaces_id] for order in found if order.replaces_id in keys}
    left = replace(
        cart,
        lines=tuple(_without(cart.lines, lines)),
        earlier=tuple(key for key in cart.earlier if key not in paid_keys),
    )
    return Unpaid(left, found[-1] if left.lines != cart.lines else None)


def _without(lines: Iterable[CartLine], paid: Iterable[OrderLine]) -> Iterable[CartLine]:
    """Reduce each dish's quantity by what was paid. Other modifiers or another note make it another dish."""
    paid_quantity: dict[_Dish, int] = {}
    for row in paid:
        dish = (row.item_id, tuple(sorted(modifier["id"] for modifier in row.modifiers)), row.note)
        paid_quantity[dish] = paid_quantity.get(dish, 0) + row.quantity
    for line in lines:
        dish = (line.item_id, tuple(sorted(str(modifier) for modifier in line.modifier_ids)), line.note)
        taken = min(line.quantity, paid_quantity.get(dish, 0))
        paid_quantity[dish] = paid_quantity.get(dish, 0) - taken
        if line.quantity > taken:
            yield replace(line, quantity=line.quantity - taken)
