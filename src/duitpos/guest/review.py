"""The checkout page: lines, charges explained, total, and one button. Also where everything that went wrong is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from duitpos.domain.checkout.checkout import BelowMinimum
from duitpos.domain.checkout.options import PayOption, pay_options
from duitpos.domain.errors import Code
from duitpos.domain.orders.cart import Cart, CartLine, cart_to_json, contents_hash, with_earlier
from duitpos.domain.orders.pricing import Change, ChangeKind, Quote
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.guest.access import Visit
from duitpos.guest.forms import new_key
from duitpos.guest.menu_page import page_facts
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models.payment_setup import Mode
from duitpos.web.texts import error_text


@dataclass(frozen=True, slots=True)
class Review:
    """What to show. `key` belongs to the cart that was sent; another cart than that gets a key of its own."""

    quote: Quote
    sent: Cart
    key: str
    notice: str = ""
    is_error: bool = False
    payment_type_id: UUID | None = None
    rebuilt: bool = False
    """Made from an order and not from the phone's cart."""
    status: int = 200


def review_page(request: HttpRequest, visit: Visit, review: Review) -> HttpResponse:
    """The cart as it would be ordered now, the differences first."""
    location, totals = visit.location, review.quote.totals
    cart = cart_of(review.quote, review.sent)
    is_as_sent = contents_hash(cart) == contents_hash(review.sent)
    if not is_as_sent:
        cart = with_earlier(cart, review.key)
    options = pay_options(visit.tenant, location)
    payable = [option for option in options if 0 < totals.total_minor >= option.minimum_minor]
    obstacle = _obstacle(visit, review.quote, options, payable)
    chosen = (
        review.payment_type_id if review.payment_type_id in {o.payment_type_id for o in payable} else None
    )
    context: dict[str, Any] = {
        **page_facts(visit.tenant, location),
        "table": visit.table,
        "quote": review.quote,
        "totals": totals,
        "changes": change_words(review.quote.changes, location.locale, review.quote.currency),
        "notice": review.notice,
        "is_error": review.is_error,
        "cart_json": cart_to_json(cart),
        "key": review.key if is_as_sent else new_key(),
        "rebuilt": review.rebuilt,
        "obstacle": obstacle,
        "options": payable if obstacle is None else [],
        "chosen": chosen or (payable[0].payment_type_id if payable else None),
        "is_test": any(option.mode == Mode.TEST for option in payable),
    }
    response = render(request, "guest/checkout.html", context, status=review.status)
    response["Cache-Control"] = "private, no-cache"
    return response


def cart_of(quote: Quote, sent: Cart) -> Cart:
    """The cart that a quote of `sent` sells, with the prices the guest is about to see."""
    lines = [
        CartLine(
            item_id=line.item_id,
            modifier_ids=tuple(modifier.id for modifier in line.modifiers),
            quantity=line.quantity,
            note=line.note,
            seen_minor=line.unit_price_minor,
        )
        for line in quote.lines
    ]
    return replace(sent, lines=tuple(lines))


def change_words(changes: Sequence[Change], locale: str, currency: str) -> list[str]:
    """What differs from what the guest chose, one sentence each."""
    return [
        _change_words(replace(change, name=change.name or _("A dish")), locale, currency)
        for change in changes
    ]


def _change_words(change: Change, locale: str, currency: str) -> str:
    words = {"name": change.name, "left": change.now_quantity, "wanted": change.was_quantity}
    if change.kind is ChangeKind.PRICE and change.was_minor is not None and change.now_minor is not None:
        words["now"] = Money(change.now_minor, currency).format(locale)
        words["was"] = Money(change.was_minor, currency).format(locale)
        return _("%(name)s is now %(now)s, was %(was)s.") % words
    if change.kind is ChangeKind.LIMITED and change.now_quantity:
        return _("Only %(left)s left of %(name)s: %(left)s instead of %(wanted)s.") % words
    sentences = {
        ChangeKind.LIMITED: _("There is no more %(name)s than you have already: this line was removed."),
        ChangeKind.SOLD_OUT: _("%(name)s is sold out and was removed."),
        ChangeKind.GONE: _("%(name)s is no longer on the menu and was removed."),
        ChangeKind.CHOICES: _(
            "%(name)s was left out: its choices are missing or have changed. Please choose it again."
        ),
    }
    return sentences[change.kind] % words


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why this cart cannot be paid here and now."""

    heading: str
    reason: str


def _obstacle(
    visit: Visit, quote: Quote, options: Sequence[PayOption], payable: Sequence[PayOption]
) -> Obstacle | None:
    if not takes_orders(visit.tenant, visit.location, now()):
        return Obstacle(
            _("Not taking orders right now"),
            _("Please come back to this page when the restaurant is open again."),
        )
    if not quote.lines or payable:
        return None
    return Obstacle(_("Order at the counter"), _why_at_counter(visit, quote, options))


def _why_at_counter(visit: Visit, quote: Quote, options: Sequence[PayOption]) -> str:
    if not options:
        return _("Online payment is not available here.")
    if quote.totals.total_minor == 0:
        return _("There is nothing to pay for this order.")
    least = min(options, key=lambda option: option.minimum_minor)
    minimum = Money(least.minimum_minor, least.currency)
    return error_text(BelowMinimum(Code.BELOW_MINIMUM, minimum=minimum, locale=visit.location.locale))
