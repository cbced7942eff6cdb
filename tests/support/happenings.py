"""What happens to a shop in tests of the money path, each as one short call."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.test import override_settings

from duitpos.domain.attention.act import act
from duitpos.domain.attention.queries import AttentionRow, open_attentions
from duitpos.domain.orders.guest_view import GuestOrder, guest_order
from duitpos.domain.payments.checkout import checkout
from duitpos.domain.payments.resume import GoToProcessor
from duitpos.kit.clock import business_date, now
from duitpos.kit.ids import secret_token
from duitpos.models import Order, Payment
from tests.support.shop import Shop

Json = dict[str, Any]
MINUTE, HOUR = 60, 3600
SESSIONS = "/v1/checkout/sessions$"
EXPIRE = "/v1/checkout/sessions/.*/expire$"
SESSION = "/v1/checkout/sessions/cs_[^/]*$"
REFUNDS = "/v1/refunds$"


def tell(shop: Shop, type_: str, payment: Payment, **facts: Any) -> Json:
    """An event about the payment's session, as the processor would sign and send it; `facts` as in its control API."""
    body = {"type": type_, "object_id": payment.reference, **facts}
    event: Json = shop.sandbox.control("POST", "/events", body)
    shop.sandbox.idle()
    return event


def end_wrongly(shop: Shop, payment: Payment) -> None:
    """We hear that the session expired, although it can still be paid: what makes money come late."""
    tell(shop, "checkout.session.expired", payment, overrides={"status": "expired"})


def press_again(shop: Shop, order: Order, **changes: Any) -> Any:
    """The same phone presses Pay for the same cart again."""
    ask = shop.request(checkout_key=order.checkout_key, guest_token=order.guest_token, **changes)
    return checkout(ask)


def start_again(shop: Shop, order: Order) -> Payment:
    """Another attempt for an order whose last one ended unpaid."""
    outcome = press_again(shop, order)
    assert isinstance(outcome, GoToProcessor), outcome
    return shop.payment_of(order)


def seen_by_guest(shop: Shop, order: Order) -> GuestOrder:
    return guest_order(shop.tenant, order.token)


def attention(shop: Shop) -> AttentionRow:
    """The one that is open."""
    (row,) = open_attentions(shop.tenant)
    return row


def take_first_offer(shop: Shop) -> str:
    """The owner presses the button that is offered first."""
    row = attention(shop)
    return act(shop.restaurant.owner, row.attention.id, row.offers[0].action)


def calls(shop: Shop, method: str, ending: str = "") -> list[Json]:
    """Logged API calls, oldest first, whose path ends so."""
    return [
        call
        for call in shop.sandbox.requests()
        if call["method"] == method and call["target"].partition("?")[0].endswith(ending)
    ]


def session_of(shop: Shop, payment: Payment) -> Json:
    """The session as the processor has it."""
    session: Json = shop.sandbox.control("GET", f"/sessions/{payment.reference}")
    return session


def deliveries(shop: Shop, type_: str) -> list[Json]:
    """What was sent of a type, newest first."""
    return [delivery for delivery in shop.sandbox.listed("deliveries") if delivery["type"] == type_]


def take_number(shop: Shop, number: int) -> None:
    """Make a number of today impossible: an order has it that its series does not know of."""
    location = shop.restaurant.location
    Order.objects.create(
        tenant=shop.tenant,
        location=location,
        is_test=True,
        status="served",
        guest_token="somebody",
        checkout_key=secret_token(),
        currency="MYR",
        subtotal_minor=0,
        total_minor=0,
        created_at=now(),
        business_date=business_date(now(), location.time_zone, location.day_closes_at),
        number=number,
    )


def free_number(shop: Shop, number: int) -> None:
    Order.objects.filter(tenant=shop.tenant, number=number).update(number=number + 1000)


def elsewhere(address: str) -> AbstractContextManager[Any]:
    """The same database, run at another address."""
    return override_settings(BASE_URL=address)
