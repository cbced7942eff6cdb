"""The possible results of pressing Pay."""

from __future__ import annotations

from dataclasses import dataclass

from duitpos.domain.checkout.same_cart import Twin
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.orders.cart import Cart
from duitpos.domain.orders.pricing import Quote
from duitpos.models import Order
from duitpos.processors.start import FormPost, NextStep, Redirect, ShowCode

__all__ = [
    "AlreadyPaid",
    "AnotherIsPaid",
    "BelowMinimum",
    "Changed",
    "CheckoutResult",
    "DoNotPayAgain",
    "FormPost",
    "GoToProcessor",
    "Lapsed",
    "NextStep",
    "NotTakingOrders",
    "OrderAtCounter",
    "PayAtCounter",
    "Redirect",
    "ShowCode",
]


@dataclass(frozen=True, slots=True)
class GoToProcessor:
    """Send the guest on to the processor; `label` is its name."""

    order: Order
    step: NextStep
    label: str


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """The order is paid: show it."""

    order: Order


@dataclass(frozen=True, slots=True)
class DoNotPayAgain:
    """A payment may be under way: show the order's page, which says so."""

    order: Order


@dataclass(frozen=True, slots=True)
class Changed:
    """The cart differs from what the guest saw: show the quote of `cart`, say why, and ask again under `new_key`.

    `why`: price, edited, lapsed, unsure, canceled (by staff), mode (test or real money), paid (some of it) or twin.
    """

    quote: Quote
    cart: Cart
    new_key: str
    why: str
    twin: Twin | None = None
    """Of "twin": the other order of the same dishes."""


@dataclass(frozen=True, slots=True)
class PayAtCounter:
    """The order is sent, and staff take the money: show its page."""

    order: Order


CheckoutResult = GoToProcessor | AlreadyPaid | DoNotPayAgain | PayAtCounter | Changed


@dataclass(frozen=True, slots=True)
class Lapsed:
    """The attempt can no longer be paid. `is_closed`: nor can its order.

    `is_unsure`: the session has expired, but the processor did not answer whether it was paid before.
    """

    is_closed: bool
    is_unsure: bool = False


class StartRefused(Conflict):
    """This attempt has ended and cannot be started. Its row has the reason."""


class OrderAtCounter(Conflict):
    """No online payment type is available, or the total is zero. The cart is kept."""


class BelowMinimum(Invalid):
    """The total is below the processor's minimum."""


class NotTakingOrders(Conflict):
    """The location is closed or paused. The cart is kept."""


class AnotherIsPaid(Conflict):
    """This phone started to pay for another cart later, in another tab. This attempt has ended; the cart is kept."""
