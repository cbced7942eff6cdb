"""The checkout page: lines, explained charges, total and one button. It also shows what went wrong at Pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from duitpos.domain.checkout.options import PayOption, pay_options
from duitpos.domain.checkout.results import BelowMinimum
from duitpos.domain.errors import Code
from duitpos.domain.orders.cart import Cart, CartLine, cart_to_json, contents_hash, with_earlier
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.guest.access import Visit
from duitpos.guest.forms import Typed, new_key
from duitpos.guest.menu_page import page_facts
from duitpos.guest.same_site import Sender, sender_of, signed_button
from duitpos.guest.texts import (
    change_texts,
    closed_heading,
    closed_text,
    counter_heading,
    how_to_pay_text,
    no_online_payment_text,
    nothing_to_pay_text,
)
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models.payment_setup import Mode
from duitpos.web.texts import error_text


@dataclass(frozen=True, slots=True)
class Review:
    """What to show. `key` belongs to the `sent` cart; if the shown cart differs, it gets a new key."""

    quote: Quote
    sent: Cart
    key: str
    notice: str = ""
    is_error: bool = False
    payment_type_id: UUID | None = None
    rebuilt: bool = False
    """Whether the cart comes from an order and not from the phone."""
    status: int = 200
    typed: Mapping[UUID, Typed] = field(default_factory=dict)
    """What the guest typed about themselves, by payment type."""
    seen_twin: str = ""
    """The other order of the same dishes that the notice is about: pressing Pay again goes on."""
    wrong: Code | None = None
    """What is wrong with what was typed for the chosen payment type. `notice` says it."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay on the page, with the fields of what its processor needs to know about the guest."""

    option: PayOption
    is_chosen: bool
    fields: tuple[NeededField, ...]


@dataclass(frozen=True, slots=True)
class NeededField:
    """One field. `problem` says what is wrong with `value`."""

    kind: str
    value: str
    problem: str


_FIELD_OF = {
    Code.GUEST_EMAIL_MISSING: "email",
    Code.GUEST_EMAIL_MALFORMED: "email",
    Code.GUEST_NAME_MISSING: "name",
}


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
    ways = _ways(review, payable)
    is_said_beside = any(field.problem for way in ways for field in way.fields)
    key = review.key if is_as_sent else new_key()
    is_unknown = request.method == "POST" and sender_of(request, visit.tenant.slug) is Sender.UNKNOWN
    context: dict[str, Any] = {
        **page_facts(visit.tenant, location),
        "table": visit.table,
        "quote": review.quote,
        "totals": totals,
        "changes": change_texts(review.quote.changes, location.locale, review.quote.currency),
        "notice": "" if is_said_beside else review.notice,
        "is_error": review.is_error,
        "cart_json": cart_to_json(cart),
        "key": key,
        "signed": signed_button(visit.table, cart, key) if is_unknown else "",
        "rebuilt": review.rebuilt,
        "seen_twin": review.seen_twin,
        "obstacle": obstacle,
        "ways": ways if obstacle is None else [],
        "how_to_pay": how_to_pay_text(payable) if payable else "",
        "is_at_counter": bool(payable) and all(option.is_manual for option in payable),
        "may_be_at_counter": any(option.is_manual for option in payable),
        "is_test": any(option.mode == Mode.TEST for option in payable),
    }
    response = render(request, "guest/checkout.html", context, status=review.status)
    response["Cache-Control"] = "private, no-store" if is_unknown else "private, no-cache"
    return response


def _ways(review: Review, payable: Sequence[PayOption]) -> list[Way]:
    ids = [option.payment_type_id for option in payable]
    chosen = review.payment_type_id if review.payment_type_id in ids else next(iter(ids), None)
    return [
        Way(
            option,
            option.payment_type_id == chosen,
            _fields(review, option, option.payment_type_id == chosen),
        )
        for option in payable
    ]


def _fields(review: Review, option: PayOption, is_chosen: bool) -> tuple[NeededField, ...]:
    typed = review.typed.get(option.payment_type_id, Typed())
    wrong = _FIELD_OF.get(review.wrong) if review.wrong and is_chosen else None
    values = {"email": typed.email, "name": typed.name}
    return tuple(
        NeededField(kind, value, review.notice if kind == wrong else "")
        for kind, value in values.items()
        if kind in option.needs
    )


def cart_of(quote: Quote, sent: Cart) -> Cart:
    """The part of `sent` that the quote sells, with the prices the guest is about to see."""
    lines = [
        CartLine(
            item_id=line.item_id,
            modifier_ids=tuple(UUID(modifier["id"]) for modifier in line.modifiers),
            quantity=line.quantity,
            note=line.note,
            seen_minor=line.unit_price_minor,
        )
        for line in quote.lines
    ]
    return replace(sent, lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why this cart cannot be paid online now."""

    heading: str
    reason: str


def _obstacle(
    visit: Visit, quote: Quote, options: Sequence[PayOption], payable: Sequence[PayOption]
) -> Obstacle | None:
    if not takes_orders(visit.tenant, visit.location, now()):
        return Obstacle(
            closed_heading(),
            closed_text(),
        )
    if not quote.lines or payable:
        return None
    return Obstacle(counter_heading(), _why_at_counter(visit, quote, options))


def _why_at_counter(visit: Visit, quote: Quote, options: Sequence[PayOption]) -> str:
    if not options:
        return no_online_payment_text()
    if quote.totals.total_minor == 0:
        return nothing_to_pay_text()
    least = min(options, key=lambda option: option.minimum_minor)
    minimum = Money(least.minimum_minor, least.currency)
    return error_text(BelowMinimum(Code.BELOW_MINIMUM, amount=minimum, locale=visit.location.locale))
