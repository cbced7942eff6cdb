"""Checks of the promise: invariants of a shop's and the processor's data after all pending work has finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.guest_view import GuestState, guest_order
from duitpos.domain.orders.queries import waiting_orders
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.sweep.sweep import sweep
from duitpos.models import (
    Alert,
    BusinessDay,
    LedgerEntry,
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    ProcessorAccount,
    ReceiptSeries,
    Refund,
    RefundLine,
    WebhookEvent,
)
from duitpos.models.payment_setup import MANUAL_KINDS
from duitpos.models.receipt import ReceiptKind
from tests.support.live_shop import Clock
from tests.support.shop import Shop

IN_HAND = ("placed", "preparing", "ready", "served")
ENDED_REFUND = ("succeeded", "failed", "canceled")
CALM = (2, 65, 20, 65, 25 * 60)
"""Minutes between sweeps: past every lease, the session's end, an hourly check, the 15 minutes to an order's end, and
the first check of a succeeded refund that the bank may have sent back."""


@dataclass(frozen=True)
class There:
    """The processor's data."""

    sessions: list[dict[str, Any]]
    refunds: list[dict[str, Any]]

    @property
    def paid(self) -> list[dict[str, Any]]:
        return [session for session in self.sessions if session["payment_status"] == "paid"]


def settle_down(shop: Shop, clock: Clock) -> None:
    """Advance both clocks, with sweeps in between, until no scheduled work is left."""
    for minutes in CALM:
        clock.advance(minutes=minutes, theirs=False)
        shop.sandbox.control("POST", "/clock", {"advance": minutes * 60})
        if shop.endpoint:
            shop.sandbox.idle(30)
        sweep()
        run_outbox()
    shop.sandbox.idle(30)


def retire(shop: Shop) -> None:
    """Make later sweeps skip this shop."""
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=None)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=None)
    OutboxEntry.objects.filter(tenant=shop.tenant).update(due_at=None)


def broken_promises(shop: Shop) -> list[str]:
    """A description of every violation; empty when there is none. Call it after `settle_down`."""
    there = There(shop.sandbox.listed("sessions"), shop.sandbox.listed("refunds"))
    found = (
        _silent_money,
        _invented_money,
        _doubles,
        _false_alarms,
        _sums,
        _refunds,
        _refund_lines,
        _stuck,
        _kept_waiting,
    )
    return [f"{check.__name__[1:]}: {problem}" for check in found for problem in check(shop, there)]


def _payments(shop: Shop, **which: Any) -> list[Payment]:
    return list(Payment.objects.filter(tenant=shop.tenant, **which).select_related("order"))


def _taken(shop: Shop) -> list[Payment]:
    """The payments whose money staff took at the counter."""
    return _payments(
        shop, status="succeeded", account__tenant=shop.tenant, account__processor__in=MANUAL_KINDS
    )


def _silent_money(shop: Shop, there: There) -> Iterator[str]:
    """Every paid session is one succeeded payment of ours, with a released order, a refund or an alert."""
    for payment in _taken(shop):
        if not _is_accounted_for(shop, payment):
            order = payment.order
            yield f"staff took {payment}, its order is {order and order.status}, without an alert"
    for session in there.paid:
        rows = _payments(shop, reference=session["id"])
        if [row.status for row in rows] != ["succeeded"]:
            yield f"{session['id']} is paid, here it is {[row.status for row in rows]}"
        elif rows[0].moved_minor != session["amount_total"]:
            yield f"{session['id']}: {session['amount_total']} was paid, {rows[0].moved_minor} is booked"
        elif not _is_accounted_for(shop, rows[0]):
            order = rows[0].order
            yield f"{session['id']} is paid, its order is {order and order.status}, without an alert"


def _is_accounted_for(shop: Shop, payment: Payment) -> bool:
    order = payment.order
    if order is not None and order.status in IN_HAND and order.released_by_id == payment.id:
        return True
    refunds = Refund.objects.filter(tenant=shop.tenant, payment=payment, status="succeeded")
    if sum(refund.amount_minor for refund in refunds) >= payment.moved.minor:
        return True
    # An alert resolved with "Refund … started" does not count: the refund may have failed since.
    a_person_decided = Q(resolved_by__isnull=False) & ~Q(resolution__startswith="Refund")
    somebody_knows = Q(resolved_at__isnull=True) | a_person_decided
    rows = Alert.objects.filter(somebody_knows, tenant=shop.tenant, payment=payment)
    # What a refund was for says nothing of the rest of the money.
    return rows.exclude(kind="refund_lines").exists()


def _invented_money(shop: Shop, there: There) -> Iterator[str]:
    """Every succeeded payment is paid at the processor or to staff, and every order in the kitchen has a payment.

    One that was sent to the kitchen unpaid is listed under "Waiting for payment" until staff decide.
    """
    paid = {session["id"] for session in there.paid}
    taken = {payment.id for payment in _taken(shop)}
    for payment in _payments(shop, status="succeeded"):
        if payment.id in taken:
            if payment.taken_by_id is None or payment.settled_via != "staff":
                yield f"nobody took payment {payment.id}, which succeeded via {payment.settled_via}"
        elif payment.reference not in paid:
            yield f"payment {payment.reference} succeeded, at the processor it is not paid"
    for order in Order.objects.filter(tenant=shop.tenant, status__in=IN_HAND):
        if not order.released_by_id and order.id not in _listed_unpaid(shop):
            yield f"order {order} is in the kitchen without a payment"


def _listed_unpaid(shop: Shop) -> set[UUID]:
    """Orders that somebody began to cook, and that staff see as unpaid."""
    begun = [row.order for row in waiting_orders(shop.tenant) if row.order.status not in ("held", "placed")]
    return {order.id for order in begun}


def _receipts(shop: Shop) -> Iterator[str]:
    """Every paid bill has one number, and the numbers of a series run on from 1."""
    for series in ReceiptSeries.objects.filter(tenant=shop.tenant):
        given: dict[str, Any] = {"tenant": shop.tenant, "location": series.location_id}
        if series.kind == ReceiptKind.SALE:
            rows = Order.objects.filter(**given, is_test=series.is_test, receipt_series=series.name)
            numbers = list(rows.values_list("receipt_number", flat=True))
        else:
            notes = Refund.objects.filter(
                tenant=shop.tenant,
                payment__location=series.location_id,
                payment__is_test=series.is_test,
                credit_series=series.name,
            )
            numbers = list(notes.values_list("credit_number", flat=True))
        if sorted(number or 0 for number in numbers) != list(range(1, series.last + 1)):
            yield f"receipts of series {series} are {numbers}"
    bills = Order.objects.filter(tenant=shop.tenant)
    for order in bills.filter(released_by__isnull=False, receipt_number__isnull=True):
        yield f"order {order.id} is paid and has no receipt number"


def _doubles(shop: Shop, there: There) -> Iterator[str]:
    """Releases, numbers and receipts exist only once."""
    released = OrderEvent.objects.filter(tenant=shop.tenant, from_status="held", to_status="placed")
    for order_id, times in Counter(released.values_list("order_id", flat=True)).items():
        if times > 1:
            yield f"order {order_id} was released {times} times"
    numbered = Order.objects.filter(tenant=shop.tenant, number__isnull=False).count()
    drawn = sum(BusinessDay.objects.filter(tenant=shop.tenant).values_list("last_number", flat=True))
    if drawn != numbered:
        yield f"{drawn} numbers were drawn for {numbered} orders"
    yield from _receipts(shop)
    for payment in _payments(shop, status="succeeded"):
        due = OutboxEntry.objects.filter(tenant=shop.tenant, subject_id=payment.id, kind="receipt").count()
        wanted = 1 if payment.guest_email and payment.order_id else 0
        if due != wanted:
            yield f"{due} receipts are due for one payment, not {wanted}"


def _false_alarms(shop: Shop, there: There) -> Iterator[str]:
    """No open alert asks staff to refund the payment that released an order in the kitchen."""
    kinds = ("duplicate_payment", "order_canceled")
    rows = Alert.objects.filter(tenant=shop.tenant, kind__in=kinds, resolved_at__isnull=True)
    for row in rows.select_related("order", "payment"):
        if row.order and row.order.status in IN_HAND and row.order.released_by_id == row.payment_id:
            yield f"open alert {row.kind}, though its payment released the order"


def _sums(shop: Shop, there: There) -> Iterator[str]:
    """The ledger matches the processor: every payment and refund is booked once."""
    rows = LedgerEntry.objects.filter(tenant=shop.tenant)
    booked = sorted(row.amount_minor for row in rows if row.kind == "payment")
    taken = _taken(shop)
    paid = sorted(
        [session["amount_total"] for session in there.paid] + [payment.moved.minor for payment in taken]
    )
    if booked != paid:
        yield f"payments: {booked} in the ledger, {paid} at the processor and at the counter"
    booked_back = -sum(row.amount_minor for row in rows if row.kind in ("refund", "refund_failed"))
    back = sum(refund["amount"] for refund in there.refunds if refund["status"] == "succeeded")
    handed = Refund.objects.filter(
        tenant=shop.tenant, payment__in=[row.id for row in taken], status="succeeded"
    )
    back += sum(refund.amount_minor for refund in handed)
    if booked_back != back:
        yield f"refunds: {booked_back} in the ledger, {back} at the processor"


def _refunds(shop: Shop, there: There) -> Iterator[str]:
    """Our refunds match the processor's one to one, and `refund_reserved_minor` is their sum."""
    rows = list(Refund.objects.filter(tenant=shop.tenant))
    made = Counter(refund["metadata"].get("refund") for refund in there.refunds)
    for row in rows:
        if made[str(row.id)] > 1:
            yield f"refund {row.id} was made {made[str(row.id)]} times"
    for refund in there.refunds:
        mine = [row for row in rows if row.reference == refund["id"]]
        if len(mine) != 1 or mine[0].status != refund["status"]:
            yield f"{refund['id']} is {refund['status']}, here it is {[row.status for row in mine]}"
    for payment in _payments(shop):
        held = [
            row for row in rows if row.payment_id == payment.id and row.status not in ("failed", "canceled")
        ]
        if payment.refund_reserved_minor != sum(row.amount_minor for row in held):
            yield f"{payment.refund_reserved_minor} is reserved, {held} is refunded"


def _refund_lines(shop: Shop, there: There) -> Iterator[str]:
    """No dish is refunded more often than it was ordered, and a refund's parts are its lines'."""
    rows = Refund.objects.filter(tenant=shop.tenant).select_related("payment__order")
    given: Counter[Any] = Counter()
    for refund in rows:
        lines = list(RefundLine.objects.filter(tenant=shop.tenant, refund=refund))
        if (refund.items_minor is None) != (not lines):
            yield f"refund {refund.id} has {len(lines)} lines and items {refund.items_minor}"
        if sum(line.items_minor for line in lines) != (refund.items_minor or 0):
            yield f"refund {refund.id} has items {refund.items_minor}, its lines differ"
        if sum(refund.tax_by_rate.values()) != (refund.tax_minor or 0):
            yield f"refund {refund.id} has tax {refund.tax_minor}, its rates differ"
        if refund.status not in ("failed", "canceled"):
            given.update({(refund.payment_id, line.order_line_id): line.quantity for line in lines})
    for (payment_id, line_id), quantity in given.items():
        ordered = OrderLine.objects.get(tenant=shop.tenant, id=line_id).quantity
        if quantity > ordered:
            yield f"{quantity} of line {line_id} are refunded of payment {payment_id}, {ordered} were ordered"
    yield from _wholly_refunded(shop, list(rows))


def _wholly_refunded(shop: Shop, rows: list[Refund]) -> Iterator[str]:
    """When nothing is left of the payment that counts, every dish has gone back, unless a refund was of an amount."""
    for payment in _payments(shop, status="succeeded"):
        order = payment.order
        if order is None or order.released_by_id != payment.id or payment.refundable.minor > 0:
            continue
        held = [
            row for row in rows if row.payment_id == payment.id and row.status not in ("failed", "canceled")
        ]
        items = sum(row.items_minor or 0 for row in held)
        is_said = all(row.items_minor is not None for row in held)
        if is_said and items != order.subtotal_minor:
            yield f"all of payment {payment.id} is refunded, its dishes are {items} of {order.subtotal_minor}"


def _stuck(shop: Shop, there: There) -> Iterator[str]:
    """No payment, refund, outbox entry, event or session is left unfinished."""
    listed = _listed_unpaid(shop)
    for payment in _payments(shop, status__in=("created", "pending")):
        if payment.order_id in listed:
            continue
        when = payment.next_check_at and payment.next_check_at.isoformat()
        yield f"payment {payment.id} is {payment.status}, next check: {when}, {payment.last_problem!r}"
    for refund in Refund.objects.filter(tenant=shop.tenant).exclude(status__in=ENDED_REFUND):
        yield f"refund {refund.id} is {refund.status}"
    for work in OutboxEntry.objects.filter(tenant=shop.tenant, done_at=None):
        yield f"{work.kind} was not done in {work.tries} tries: {work.problem!r}"
    for event in WebhookEvent.objects.filter(tenant=shop.tenant, state="failed"):
        yield f"event {event.dedupe_key} ({event.type}) failed: {event.error[:200]}"
    for session in there.sessions:
        if session["status"] == "open":
            yield f"{session['id']} can still be paid"


def _kept_waiting(shop: Shop, there: There) -> Iterator[str]:
    """No guest is asked to wait for ever, and no order is held without an open alert."""
    waiting = {GuestState.WAITING, GuestState.CHECKING, GuestState.PROCESSING, GuestState.REFUNDING}
    for order in Order.objects.filter(tenant=shop.tenant):
        seen = guest_order(shop.tenant, order.token)
        if seen.state in waiting:
            yield f"the guest of order {order.id} is still asked to wait: {seen.state}"
        told = Alert.objects.filter(tenant=shop.tenant, order=order, resolved_at__isnull=True)
        if order.status == "held" and not told.exists():
            yield f"order {order.id} is held"
