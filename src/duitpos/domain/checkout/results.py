"""What pressing Pay can come to."""

from __future__ import annotations

from dataclasses import dataclass

from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.orders.cart import Cart
from duitpos.domain.orders.pricing import Quote
from duitpos.models import Order


@dataclass(frozen=True, slots=True)
class GoToProcessor:
    """Send the guest to this page of the processor."""

    order: Order
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """Money for this order has arrived: show it."""

    order: Order


@dataclass(frozen=True, slots=True)
class DoNotPayAgain:
    """Money may be on its way: show the order's page, which says so."""

    order: Order


@dataclass(frozen=True, slots=True)
class Changed:
    """Not what the guest saw: show the quote of `cart`, say why, ask again under `new_key`.

    `why`: price, edited, lapsed, unsure, canceled (by staff), mode (test or real money) or paid (some of it).
    """

    quote: Quote
    cart: Cart
    new_key: str
    why: str


CheckoutResult = GoToProcessor | AlreadyPaid | DoNotPayAgain | Changed


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nothing can be paid on an attempt any more. `is_closed`: the order itself is over, too.

    `is_unsure`: the processor could not be asked whether it was paid before its time was over.
    """

    is_closed: bool
    is_unsure: bool = False


class OrderAtCounter(Conflict):
    """Nothing to pay with online, or nothing to pay. The cart is kept."""


class BelowMinimum(Invalid):
    """The processor takes no amount this small."""


class NotTakingOrders(Conflict):
    """Closed or paused. The cart is kept."""


class AnotherIsPaid(Conflict):
    """This phone began to pay for another cart later, in another tab. This attempt is over; the cart is kept."""
