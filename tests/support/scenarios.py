"""Helpers for money path tests: actions on a shop and checks of its data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.test import override_settings

from duitpos.dashboard.texts.alerts import detail_text, done_text
from duitpos.domain.alerts.queries import AlertRow, open_alerts
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.orders.guest_view import GuestOrder, guest_order
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.kit.clock import business_date, now
from duitpos.kit.ids import secret_token
from duitpos.models import (
    Alert,
    LedgerEntry,
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    PaymentReference,
    Refund,
    WebhookEvent,
)
from duitpos.models.payment_setup import MANUAL_KINDS
from tests.support.shop import Shop

Json = dict[str, Any]
MINUTE, HOUR = 60, 3600
SESSIONS = "/v1/checkout/sessions$"
EXPIRE = "/v1/checkout/sessions/.*/expire$"
SESSION = "/v1/checkout/sessions/cs_[^/]*$"
REFUNDS = "/v1/refunds$"


def tell(shop: Shop, type_: str, payment: Payment, **facts: Any) -> Json:
    """Make the sandbox send an event about the payment's session; `facts` as in its control API."""
    body = {"type": type_, "object_id": payment.reference, **facts}
    event: Json = shop.sandbox.control("POST", "/events", body)
    shop.sandbox.idle()
    return event


def end_wrongly(shop: Shop, payment: Payment) -> None:
    """Deliver an event that the session expired, although it can still be paid, so that its money comes late."""
    tell(shop, "checkout.session.expired", payment, overrides={"status": "expired"})


def press_again(shop: Shop, order: Order, **changes: Any) -> Any:
    """The same phone presses Pay for the same cart again."""
    ask = shop.request(checkout_key=order.checkout_key, guest_token=order.guest_token, **changes)
    return checkout(ask)


def start_again(shop: Shop, order: Order) -> Payment:
    """Start another attempt for an order whose last one ended unpaid."""
    outcome = press_again(shop, order)
    assert isinstance(outcome, GoToProcessor), outcome
    return shop.payment_of(order)


def seen_by_guest(shop: Shop, order: Order) -> GuestOrder:
    return guest_order(shop.tenant, order.token)


def alert(shop: Shop) -> AlertRow:
    """The only open alert."""
    (row,) = open_alerts(shop.tenant)
    return row


def detail(shop: Shop) -> str:
    """What staff read about the one that is open."""
    return detail_text(alert(shop).alert)


def take_first_offer(shop: Shop) -> str:
    """The owner presses the first action of the open alert. Returns what they read then."""
    row = alert(shop)
    done = act(shop.restaurant.owner, row.alert.id, row.actions[0])
    return done_text(done)


def calls(shop: Shop, method: str, ending: str = "") -> list[Json]:
    """The sandbox's logged API calls whose path ends with `ending`, oldest first."""
    return [
        call
        for call in shop.sandbox.requests()
        if call["method"] == method and call["target"].partition("?")[0].endswith(ending)
    ]


def session_of(shop: Shop, payment: Payment) -> Json:
    """The session at the sandbox."""
    session: Json = shop.sandbox.control("GET", f"/sessions/{payment.reference}")
    return session


def deliveries(shop: Shop, type_: str) -> list[Json]:
    """Deliveries of an event type, newest first."""
    return [delivery for delivery in shop.sandbox.listed("deliveries") if delivery["type"] == type_]


def take_number(shop: Shop, number: int) -> None:
    """Make a number of today collide: an order has it without its number series."""
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


def restore_a_backup_without(shop: Shop, payment: Payment) -> None:
    """Restore the database to before this order."""
    assert payment.order_id is not None
    of_payment = {"tenant": shop.tenant, "payment_id": payment.id}
    of_order = {"tenant": shop.tenant, "order_id": payment.order_id}
    Alert.objects.filter(**of_payment)._raw_delete("default")
    LedgerEntry.objects.filter(**of_payment)._raw_delete("default")
    WebhookEvent.objects.filter(tenant=shop.tenant)._raw_delete("default")
    Order.objects.filter(tenant=shop.tenant, id=payment.order_id).update(released_by=None)
    PaymentReference.objects.filter(tenant=shop.tenant, payment=payment)._raw_delete("default")
    Payment.objects.filter(tenant=shop.tenant, id=payment.id)._raw_delete("default")
    for model in (OrderLine, OrderEvent, OutboxEntry):
        model._default_manager.filter(**of_order)._raw_delete("default")
    Order.objects.filter(tenant=shop.tenant, id=payment.order_id)._raw_delete("default")


def elsewhere(address: str) -> AbstractContextManager[Any]:
    """The same database with another BASE_URL."""
    return override_settings(BASE_URL=address)


def books_disagree(shop: Shop) -> list[str]:
    """Inconsistencies in this shop's rows that no scenario may leave."""
    booked = {(row.kind, row.source_id): row for row in LedgerEntry.objects.filter(tenant=shop.tenant)}
    refunds = list(Refund.objects.filter(tenant=shop.tenant))
    unbooked = [
        f"{refund}: not in the ledger"
        for refund in refunds
        if refund.status == "succeeded" and ("refund", refund.id) not in booked
    ]
    by_staff = Payment.objects.filter(
        tenant=shop.tenant, account__tenant=shop.tenant, account__processor__in=MANUAL_KINDS
    )
    sent_unpaid = set(by_staff.exclude(status="succeeded").values_list("order_id", flat=True))
    half_placed = [
        f"{order}: placed without a number, a day or a payment"
        for order in Order.objects.filter(tenant=shop.tenant, placed_at__isnull=False)
        if order.number is None
        or (order.released_by_id is None and order.id not in sent_unpaid)
        or order.business_date is None
    ]
    return [*_payments_wrong(shop, booked, refunds), *unbooked, *half_placed]


def _payments_wrong(
    shop: Shop, booked: dict[tuple[str, UUID], LedgerEntry], refunds: list[Refund]
) -> Iterator[str]:
    watched = set(Alert.objects.filter(tenant=shop.tenant).values_list("payment_id", flat=True))
    for payment in Payment.objects.filter(tenant=shop.tenant).select_related("order"):
        mine = [refund for refund in refunds if refund.payment_id == payment.id]
        given = sum(refund.amount_minor for refund in mine if refund.status not in ("failed", "canceled"))
        if payment.refund_reserved_minor != given:
            yield f"{payment}: {payment.refund_reserved_minor} reserved, {given} in refunds (M6)"
        entry = booked.get(("payment", payment.id))
        if (entry.amount_minor if entry else None) != payment.moved_minor:
            yield f"{payment}: the ledger has {entry}"
        released = payment.order is not None and payment.order.released_by_id == payment.id
        if payment.status == "succeeded" and not released and payment.id not in watched:
            yield f"{payment}: money without an order or an Alert"
