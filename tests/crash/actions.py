"""The actions of a process that will be killed, by name: money path functions, called as entry points call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.handle_return import handle_cancel, handle_return
from duitpos.domain.orders.cart import parse_cart
from duitpos.domain.payments.events.receive import receive
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.domain.sweep.sweep import sweep
from duitpos.guest.texts import payment_labels
from duitpos.guest.urls_of import payment_urls
from duitpos.models import Membership, Table, Tenant

Facts = dict[str, Any]
Work = Callable[[], object]


def _tenant(facts: Facts) -> Tenant:
    return Tenant.objects.get(id=facts["tenant"])


def _owner(facts: Facts) -> Membership:
    return Membership.objects.select_related("tenant", "user").get(tenant_id=facts["tenant"], role="owner")


def request_of(facts: Facts) -> GuestCheckout:
    """The checkout request of a guest who presses Pay."""
    tenant = _tenant(facts)
    table = Table.objects.select_related("location").get(tenant=tenant, id=facts["table"])
    return GuestCheckout(
        tenant=tenant,
        table=table,
        guest_token=facts["guest"],
        checkout_key=facts["key"],
        cart=parse_cart(facts["cart"]),
        seen_total_minor=facts["total"],
        labels=payment_labels(tenant, table.location),
        urls=payment_urls(tenant),
        has_looked="type" in facts,
        payment_type_id=UUID(facts["type"]) if "type" in facts else None,
    )


def _checkout(facts: Facts) -> Work:
    request = request_of(facts)
    return lambda: checkout(request)


def _receive(facts: Facts) -> Work:
    tenant, body = _tenant(facts), facts["body"].encode()
    return lambda: receive(tenant, "stripe", body, {"stripe-signature": facts["signature"]})


def _receive_in_general(facts: Facts) -> Work:
    """The same delivery, without the statement for the common case."""
    patch("duitpos.domain.payments.events.receive.confirm", return_value=False).start()
    return _receive(facts)


def _return(facts: Facts) -> Work:
    tenant = _tenant(facts)
    return lambda: handle_return(tenant, facts["order_token"])


def _cancel_page(facts: Facts) -> Work:
    tenant = _tenant(facts)
    return lambda: handle_cancel(tenant, facts["order_token"])


def _sweep(facts: Facts) -> Work:
    return sweep


def _outbox(facts: Facts) -> Work:
    return run_outbox


def _refund(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: refund_payment(owner, UUID(facts["payment"]), "guest left")


def _cancel(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: cancel_order(owner, UUID(facts["order"]), "guest left", refund=True)


def _take(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: take_payment(owner, UUID(facts["order"]), UUID(facts["till"]), "50")


def _decide(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: act(owner, UUID(facts["alert"]), Action(facts["action"]))


ACTIONS: dict[str, Callable[[Facts], Work]] = {
    "checkout": _checkout,
    "receive": _receive,
    "receive in general": _receive_in_general,
    "return": _return,
    "cancel page": _cancel_page,
    "sweep": _sweep,
    "outbox": _outbox,
    "refund": _refund,
    "cancel": _cancel,
    "decide": _decide,
    "take payment": _take,
}
"""Each takes facts received through a pipe, reads the rows that its entry point reads, and returns the call to make."""
