"""The actions of a process that will be killed, by name: money path functions, called as entry points call them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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
from duitpos.domain.payments.refunds.refund_part import Why, refund_lines
from duitpos.domain.payments.refunds.say_lines import say_lines
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
    send_test_event,
)
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.domain.sweep.sweep import sweep
from duitpos.guest.texts import payment_labels
from duitpos.guest.urls_of import payment_urls
from duitpos.models import Location, Membership, ProcessorAccount, Table, Tenant

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


def _refund_part(facts: Facts) -> Work:
    owner, why = _owner(facts), Why(facts["form_key"], "late", "")
    return lambda: refund_lines(owner, UUID(facts["payment"]), {UUID(facts["line"]): 1}, why)


def _say_lines(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: say_lines(owner, UUID(facts["refund"]), {UUID(facts["line"]): 1})


def _cancel(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: cancel_order(owner, UUID(facts["order"]), "guest left", refund=True)


def _take(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: take_payment(owner, UUID(facts["order"]), UUID(facts["till"]), "50")


def _decide(facts: Facts) -> Work:
    owner = _owner(facts)
    return lambda: act(owner, UUID(facts["alert"]), Action(facts["action"]))


def _close_day(facts: Facts) -> Work:
    owner = _owner(facts)
    location = Location.objects.get(tenant_id=facts["tenant"])
    day = date.fromisoformat(facts["day"])
    return lambda: close_day(owner, location, day, facts["changes"], Drawer(counted="10"))


def _sum_days(facts: Facts) -> Work:
    tenant = _tenant(facts)
    return lambda: sum_changed(tenant.id, lambda: False)


def _account(facts: Facts) -> ProcessorAccount:
    rows = ProcessorAccount.objects.select_related("tenant")
    return rows.get(tenant_id=facts["tenant"], id=facts["account"])


def _watch_webhook(facts: Facts) -> Work:
    account = _account(facts)
    return lambda: watch_webhook(account)


def _of_owner(action: Callable[[Membership, UUID], object]) -> Callable[[Facts], Work]:
    def prepared(facts: Facts) -> Work:
        owner = _owner(facts)
        return lambda: action(owner, UUID(facts["account"]))

    return prepared


ACTIONS: dict[str, Callable[[Facts], Work]] = {
    "checkout": _checkout,
    "receive": _receive,
    "receive in general": _receive_in_general,
    "return": _return,
    "cancel page": _cancel_page,
    "sweep": _sweep,
    "outbox": _outbox,
    "refund": _refund,
    "refund a part": _refund_part,
    "say lines": _say_lines,
    "cancel": _cancel,
    "decide": _decide,
    "close day": _close_day,
    "sum days": _sum_days,
    "watch webhook": _watch_webhook,
    "repair webhook": _of_owner(repair_webhook),
    "rotate secret": _of_owner(rotate_secret),
    "send test event": _of_owner(send_test_event),
    "remove old endpoints": _of_owner(remove_old_endpoints),
    "take payment": _take,
}
"""Each takes facts received through a pipe, reads the rows that its entry point reads, and returns the call to make."""
