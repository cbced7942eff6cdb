"""Build the pages of an order and of a payment for staff: lines, money and a timeline of kinds and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from duitpos.domain.errors import Code, Gone
from duitpos.domain.orders.attempts import AttemptDetails, Link, attempts_of
from duitpos.domain.orders.line_changes import add_changes, count_of_changes
from duitpos.domain.orders.money_state import MoneyState, money_state
from duitpos.domain.orders.states import CANCELED, HELD, PLACED
from duitpos.models import Order, OrderEvent, OrderLine, Payment, Refund, Tenant
from duitpos.models.refund import RefundSource


class EntryKind(StrEnum):
    """What happened; each comment lists the entry's facts."""

    SCANNED = "scanned"
    PRICED = "priced"  # total
    ORDER_MOVED = "order_moved"  # to, is_back, reason
    SENT_TO_PROCESSOR = "sent_to_processor"  # processor
    SENT_UNPAID = "sent_unpaid"
    DECLINED = "declined"  # code, decline_code: the processor's and the bank's
    GUEST_RETURNED = "guest_returned"  # is_done: whether it was settled before
    PAID = "paid"  # amount, method
    ENDED_UNPAID = "ended_unpaid"  # reason: domain/reasons.py
    NUMBERED = "numbered"  # receipt
    MAILED = "mailed"  # is_sent
    SWAPPED = "swapped"  # was, dish
    DISPUTED = "disputed"  # amount
    REFUND_ASKED = "refund_asked"  # amount, reason
    REFUND_ENDED = "refund_ended"  # status, reason: domain/reasons.py
    EVENT = "event"  # processor, outcome, type


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A line of the timeline. `actor` is a code (guest, webhook, sweep …), or empty if `name` is set instead."""

    at: datetime
    kind: EntryKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    name: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """The data of the order's page."""

    order: Order
    lines: list[OrderLine]
    payments: list[AttemptDetails]
    money: MoneyState
    timeline: list[TimelineEntry]


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """The data of a payment's own page. It has no order if none is known for its money."""

    attempt: AttemptDetails
    order: Order | None
    timeline: list[TimelineEntry]


def order_details(tenant: Tenant, order_id: UUID) -> OrderDetails:
    """Load an order's page in eleven queries. Raises Gone."""
    rows = Order.objects.filter(tenant=tenant, id=order_id).select_related("location", "table", "replaces")
    order = rows.annotate(line_changes=count_of_changes(tenant.id)).first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    found = _payments(tenant).filter(order=order)
    payments = attempts_of(list(found.order_by("created_at", "id")), tenant)
    refunds = [refund for attempt in payments for refund in attempt.refunds]
    lines = list(OrderLine.objects.filter(tenant=tenant, order=order).order_by("position"))
    if order.line_changes:
        add_changes(tenant.id, lines)
        _name_swapped(order, lines, refunds)
    return OrderDetails(
        order=order,
        lines=lines,
        payments=payments,
        money=money_state([attempt.payment for attempt in payments], refunds),
        timeline=_timeline(
            _order_entries(order, _events(tenant, order)),
            [*_money_entries(payments), *_swap_entries(lines)],
        ),
    )


def _name_swapped(order: Order, lines: list[OrderLine], refunds: list[Refund]) -> None:
    """Refunded dishes of the payment that counts are those that the guest had instead."""
    swaps = {line.id: line.swap for line in lines}
    for refund in refunds:
        if refund.payment_id == order.released_by_id:
            for line in refund.lines.all():
                line.order_line.swap = swaps.get(line.order_line_id)


def payment_page(tenant: Tenant, payment_id: UUID) -> PaymentPage:
    """Load a payment's own page in ten queries: also of one that never became an order. Raises Gone."""
    payment = _payments(tenant).filter(id=payment_id).first()
    if payment is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    attempts = attempts_of([payment], tenant)
    order = payment.order
    of_order = _order_entries(order, _events(tenant, order)) if order is not None else []
    return PaymentPage(attempts[0], order, _timeline(of_order, _money_entries(attempts)))


def _payments(tenant: Tenant) -> QuerySet[Payment]:
    rows = Payment.objects.filter(tenant=tenant)
    return rows.select_related(
        "account", "payment_type", "taken_by__user", "location", "order__location", "order__table"
    )


def _events(tenant: Tenant, order: Order) -> list[OrderEvent]:
    rows = OrderEvent.objects.filter(tenant=tenant, order=order)
    return list(rows.select_related("member__user").order_by("at", "id"))


def _timeline(of_order: list[TimelineEntry], of_money: list[TimelineEntry]) -> list[TimelineEntry]:
    """Sort by time. Entries of one instant: the order is priced and made, then paid, then sent to the kitchen."""
    first = [entry for entry in of_order if entry.kind in (EntryKind.SCANNED, EntryKind.PRICED)]
    rest = [entry for entry in of_order if entry not in first]
    return sorted([*first, *rest[:1], *of_money, *rest[1:]], key=lambda entry: entry.at)


def _order_entries(order: Order, events: list[OrderEvent]) -> list[TimelineEntry]:
    entries = []
    if order.scanned_at is not None:
        entries.append(
            TimelineEntry(min(order.scanned_at, order.created_at), EntryKind.SCANNED, actor="guest")
        )
    entries.append(TimelineEntry(order.created_at, EntryKind.PRICED, {"total": order.total}))
    for event in events:
        is_back = event.to_status == PLACED and event.from_status not in (HELD, CANCELED)
        moved = {"to": event.to_status, "is_back": is_back, "reason": event.reason}
        name = str(event.member.user) if event.member is not None else ""
        actor = "" if name else event.actor
        entries.append(TimelineEntry(event.at, EntryKind.ORDER_MOVED, moved, actor=actor, name=name))
    if order.receipt_at is not None:
        numbered = {"receipt": order.receipt_label}
        entries.append(TimelineEntry(order.receipt_at, EntryKind.NUMBERED, numbered))
    return entries


def _swap_entries(lines: list[OrderLine]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            line.swap.at, EntryKind.SWAPPED, {"was": line.name, "dish": line.swap.name}, actor="guest"
        )
        for line in lines
        if line.swap is not None
    ]


def _money_entries(payments: list[AttemptDetails]) -> list[TimelineEntry]:
    return [
        entry
        for attempt in payments
        for entries in (
            _payment_entries(attempt),
            _refund_entries(attempt),
            _dispute_entries(attempt),
            _event_entries(attempt),
        )
        for entry in entries
    ]


def _payment_entries(attempt: AttemptDetails) -> Iterator[TimelineEntry]:
    payment, processor = attempt.payment, attempt.processor
    session = _links(attempt, payment.reference)
    if payment.order_id is None:
        # The processor told us of it; what came before is not known here.
        pass
    elif payment.account.is_manual:
        yield TimelineEntry(payment.created_at, EntryKind.SENT_UNPAID, actor="guest")
    else:
        sent = {"processor": processor}
        yield TimelineEntry(
            payment.created_at, EntryKind.SENT_TO_PROCESSOR, sent, actor="guest", links=session
        )
    for decline in attempt.declines:
        # The processor's times are whole seconds, which could put the decline before its payment.
        at = max(decline.at, payment.created_at)
        why = {"code": decline.code, "decline_code": decline.decline_code}
        links = _links(attempt, decline.reference)
        yield TimelineEntry(at, EntryKind.DECLINED, why, name=processor, links=links)
    if payment.returned_at:
        done = {"is_done": payment.settled_at is not None and payment.settled_at < payment.returned_at}
        yield TimelineEntry(payment.returned_at, EntryKind.GUEST_RETURNED, done, actor="guest")
    if payment.settled_at:
        paid = {"amount": payment.moved, "method": attempt.method}
        taken_by = str(payment.taken_by.user) if payment.taken_by is not None else ""
        links = _links(attempt, *(row.value for row in attempt.references if row.value != payment.reference))
        yield TimelineEntry(
            payment.settled_at, EntryKind.PAID, paid, actor=payment.settled_via, name=taken_by, links=links
        )
    elif payment.ended_at:
        why = {"reason": payment.failure}
        yield TimelineEntry(payment.ended_at, EntryKind.ENDED_UNPAID, why, name=processor)
    for entry in attempt.receipts:
        done = {"is_sent": entry.done_at is not None}
        yield TimelineEntry(entry.done_at or entry.created_at, EntryKind.MAILED, done)


def _refund_entries(attempt: AttemptDetails) -> Iterator[TimelineEntry]:
    for refund in attempt.refunds:
        by_itself = refund.source in (RefundSource.POLICY, RefundSource.GUEST)
        who = str(refund.member.user) if refund.member else "" if by_itself else attempt.processor
        asked = {"amount": refund.amount, "reason": refund.reason}
        actor = refund.source if by_itself else ""
        yield TimelineEntry(refund.created_at, EntryKind.REFUND_ASKED, asked, actor=actor, name=who)
        if refund.ended_at:
            ended = {"status": refund.status, "reason": refund.failure}
            links = _links(attempt, refund.own_reference)
            yield TimelineEntry(
                refund.ended_at, EntryKind.REFUND_ENDED, ended, name=attempt.processor, links=links
            )


def _dispute_entries(attempt: AttemptDetails) -> Iterator[TimelineEntry]:
    for dispute in attempt.disputes:
        # As with declines.
        at = max(dispute.opened_at, attempt.payment.settled_at or attempt.payment.created_at)
        links = _links(attempt, dispute.reference)
        yield TimelineEntry(
            at, EntryKind.DISPUTED, {"amount": dispute.amount}, name=attempt.processor, links=links
        )


def _event_entries(attempt: AttemptDetails) -> Iterator[TimelineEntry]:
    processor = attempt.processor
    for event in attempt.events:
        said = {"processor": processor, "outcome": event.outcome, "type": event.type}
        links = _links(attempt, event.dedupe_key)
        yield TimelineEntry(event.received_at, EntryKind.EVENT, said, name=processor, links=links)


def _links(attempt: AttemptDetails, *values: str) -> tuple[Link, ...]:
    """The ids that have a page at the processor; the others are among the payment's facts."""
    return tuple(link for link in map(attempt.link, filter(None, values)) if link.url)
